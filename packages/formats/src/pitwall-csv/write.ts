import type { Recording } from "@pitwall/core";
import { decimalsOf } from "../text/decimal.ts";
import { quoted, TextWriter } from "../text/writer.ts";
import { columnNames } from "../write/column-names.ts";
import { LapCursor, lapGroup, NO_LAP } from "../write/laps.ts";
import { mergedRows } from "../write/merge.ts";

const COMMA = 44;
const LF = 10;

/** Every sample at its own time, with the fewest digits that keep it within its resolution; laps as `lap.number`. */
export async function* writePitwallCsv(recording: Recording): AsyncGenerator<Uint8Array> {
  const startUs = recording.groups.reduce((t, g) => Math.min(t, g.tUs[0] ?? t), Number.POSITIVE_INFINITY);
  const laps = lapGroup(recording.laps, startUs);
  const groups = laps ? [...recording.groups, laps] : recording.groups;
  const names = columnNames(recording);
  const out = new TextWriter().text("tUs");
  for (const name of names.flat()) out.byte(COMMA).text(quoted(name));
  // where lap numbers were recorded too, their column carries the laps: two tellings of one thing must not disagree
  const lapAt = names.flat().indexOf("lap.number");
  if (laps && lapAt < 0) out.byte(COMMA).text("lap.number");
  out.byte(LF);
  const columns = recording.groups.map((g) =>
    g.columns.map((c) => ({ values: c.values, decimals: decimalsOf(c.field) })),
  );
  const cursor = new LapCursor(recording.laps);
  const lapValues = laps ? laps.columns[0]!.values : new Float64Array(0);
  for (const { tUs, rows } of mergedRows(groups)) {
    out.number(tUs, 0);
    const lapRow = laps ? rows[rows.length - 1]! : -1;
    let at = 0;
    for (let g = 0; g < columns.length; g++) {
      const row = rows[g]!;
      for (const c of columns[g]!) {
        out.byte(COMMA);
        if (lapRow >= 0 && at === lapAt) out.number(lapValues[lapRow]!, 0);
        else if (row >= 0 && laps && at === lapAt) out.number(numberAt(cursor, tUs), 0);
        else if (row >= 0) out.number(c.values[row]!, c.decimals);
        at++;
      }
    }
    if (laps && lapAt < 0) {
      out.byte(COMMA);
      if (lapRow >= 0) out.number(lapValues[lapRow]!, 0);
    }
    out.byte(LF);
    const piece = out.full();
    if (piece) yield piece;
  }
  yield out.rest();
}

function numberAt(cursor: LapCursor, tUs: number): number {
  const number = cursor.at(tUs);
  return Number.isNaN(number) ? NO_LAP : number;
}
