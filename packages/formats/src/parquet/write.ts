import type { Recording } from "@pitwall/core";
import { ByteWriter, type ColumnSource, ParquetWriter, type SchemaElement } from "hyparquet-writer";
import { FormatError } from "../errors.ts";
import { columnNames } from "../write/column-names.ts";
import { LapCursor } from "../write/laps.ts";
import { mergedRows } from "../write/merge.ts";
import { ABOUT_KEY, type About, type AboutColumn, LAP, TIME, UTC } from "./about.ts";

const ROW_GROUP = 65_536;

/** Columns of one row group while it is filled. */
class Rows {
  readonly tUs = new BigInt64Array(ROW_GROUP);
  readonly columns: readonly Float64Array[];
  length = 0;
  constructor(columns: number) {
    this.columns = Array.from({ length: columns }, () => new Float64Array(ROW_GROUP));
  }

  /** Cells without a sample are absent, not NaN. */
  cells(i: number): Float64Array | (number | undefined)[] {
    const values = this.columns[i]!.subarray(0, this.length);
    return values.some(Number.isNaN) ? Array.from(values, (v) => (Number.isNaN(v) ? undefined : v)) : values;
  }
}

/**
 * One wide table: a row for each time at which any channel has a sample, a column a channel in the house's unit, empty
 * where there is none. Units, laps and gates stand in the file's metadata.
 */
export async function* writeParquet(recording: Recording): AsyncGenerator<Uint8Array> {
  const { groups, laps, absoluteTime } = recording;
  if (groups.every((g) => g.tUs.length === 0))
    throw new FormatError("empty", "parquet", "the recording has no sample");
  const lapsFilled = laps.length > 0;
  // lap numbers that were recorded too stand beside, with the name of their source
  const names = columnNames(recording, lapsFilled ? [TIME, UTC, LAP] : [TIME, UTC]);
  const about = aboutOf(recording, names, lapsFilled);
  const values = [...names.flat(), ...(lapsFilled ? [LAP] : [])];
  const writer = new ByteWriter(1 << 16);
  const file = new ParquetWriter({
    writer,
    schema: schemaOf(values, absoluteTime),
    kvMetadata: [{ key: ABOUT_KEY, value: JSON.stringify(about) }],
    createdBy: "Pitwall",
  });
  const rows = new Rows(values.length);
  const flush = (): Uint8Array => {
    const tUs = rows.tUs.subarray(0, rows.length);
    const columnData: ColumnSource[] = [{ name: TIME, data: tUs, encoding: "DELTA_BINARY_PACKED" }];
    if (absoluteTime) columnData.push({ name: UTC, data: tUs, encoding: "DELTA_BINARY_PACKED" });
    values.forEach((name, i) => {
      columnData.push({ name, data: rows.cells(i) as ColumnSource["data"] });
    });
    file.write({ columnData, rowGroupSize: ROW_GROUP });
    rows.length = 0;
    return taken(writer);
  };
  const cursor = new LapCursor(laps);
  for (const { tUs, rows: at } of mergedRows(groups)) {
    const row = rows.length++;
    rows.tUs[row] = BigInt(Math.round(tUs));
    let c = 0;
    for (let g = 0; g < groups.length; g++)
      for (const { values: column } of groups[g]!.columns)
        rows.columns[c++]![row] = at[g]! < 0 ? Number.NaN : column[at[g]!]!;
    if (lapsFilled) rows.columns[c]![row] = cursor.at(tUs);
    if (rows.length === ROW_GROUP) yield flush();
  }
  if (rows.length > 0) yield flush();
  file.finish();
  yield taken(writer);
}

function aboutOf(recording: Recording, names: readonly string[][], lapsFilled: boolean): About {
  const { absoluteTime, gates, laps, title, vehicle, driver, track, device } = recording;
  const columns = recording.groups.flatMap((g, i) =>
    g.columns.map(
      ({ field }, k): AboutColumn => ({
        name: names[i]![k]!,
        channel: field.name,
        group: g.name,
        unit: field.unit,
        label: field.doc,
        ...(field.resolution === undefined ? {} : { resolution: field.resolution }),
      }),
    ),
  );
  const said = { title, vehicle, driver, track, device };
  return {
    version: 1,
    absoluteTime,
    columns,
    lapsFilled,
    gates,
    laps,
    ...Object.fromEntries(Object.entries(said).filter(([, v]) => v !== undefined)),
  };
}

function schemaOf(values: readonly string[], absoluteTime: boolean): SchemaElement[] {
  const utc: SchemaElement = {
    name: UTC,
    type: "INT64",
    repetition_type: "REQUIRED",
    converted_type: "TIMESTAMP_MICROS",
    logical_type: { type: "TIMESTAMP", isAdjustedToUTC: true, unit: "MICROS" },
  };
  const columns: SchemaElement[] = [
    { name: TIME, type: "INT64", repetition_type: "REQUIRED" },
    ...(absoluteTime ? [utc] : []),
    ...values.map((name): SchemaElement => ({ name, type: "DOUBLE", repetition_type: "OPTIONAL" })),
  ];
  return [{ name: "recording", num_children: columns.length }, ...columns];
}

/** What was written since the last call; offsets in the file go on counting. */
function taken(writer: ByteWriter): Uint8Array {
  const bytes = writer.getBytes().slice();
  writer.index = 0;
  return bytes;
}
