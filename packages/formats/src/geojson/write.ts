import { findColumn, type Recording } from "@pitwall/core";
import type { WriteOptions } from "../format.ts";
import { decimalsOf, decimalText } from "../text/decimal.ts";
import { isoText } from "../text/iso-time.ts";
import { TextWriter } from "../text/writer.ts";
import { fixes, needPosition } from "../write/position.ts";
import { sideColumns } from "../write/position-table.ts";
import { Sampler } from "../write/sampler.ts";

/** RFC 7946: the drive as a line with its times and channels in `coordinateProperties`, gates as lines of two points. */
export async function* writeGeoJson(recording: Recording, options: WriteOptions): AsyncGenerator<Uint8Array> {
  const position = needPosition(recording, options, "geojson");
  const altitudes = findColumn(recording, "gnss.alt");
  const alt = altitudes?.column.values.some((v) => !Number.isNaN(v)) ? altitudes : undefined;
  const times = position.group.tUs;
  const out = new TextWriter();
  const list = function* (text: (i: number) => string): Generator<Uint8Array> {
    out.text("[");
    let first = true;
    for (const i of fixes(position)) {
      out.text(`${first ? "" : ","}${text(i)}`);
      first = false;
      const piece = out.full();
      if (piece) yield piece;
    }
    out.text("]");
  };
  out.text(
    '{"type":"FeatureCollection","features":[\n{"type":"Feature","geometry":{"type":"LineString","coordinates":',
  );
  const altitude = alt && new Sampler(alt.group, alt.column, { hold: true });
  const altDecimals = alt ? decimalsOf(alt.column.field) : 0;
  const [latDecimals, lonDecimals] = [decimalsOf(position.lat.field), decimalsOf(position.lon.field)];
  yield* list((i) => {
    const lat = decimalText(position.lat.values[i]!, latDecimals);
    const lon = decimalText(position.lon.values[i]!, lonDecimals);
    return altitude
      ? `[${lon},${lat},${decimalText(altitude.at(times[i]!), altDecimals)}]`
      : `[${lon},${lat}]`;
  });
  const laps = recording.laps.map((l) => ({
    number: l.number,
    start: isoText(l.startUs),
    end: isoText(l.endUs),
  }));
  const sides = sideColumns(recording, position, ["gnss.alt"]);
  const units = Object.fromEntries(sides.map((s) => [s.name, s.unit]));
  out.text(
    `},\n"properties":{"name":${JSON.stringify(recording.title ?? "")},"laps":${JSON.stringify(laps)},"units":${JSON.stringify(units)},\n`,
  );
  out.text('"coordinateProperties":{"times":');
  yield* list((i) => `"${isoText(times[i]!)}"`);
  for (const s of sides) {
    out.text(`,\n${JSON.stringify(s.name)}:`);
    const sampler = s.sampler();
    yield* list((i) => {
      const x = sampler.at(times[i]!);
      return Number.isNaN(x) ? "null" : decimalText(x, s.decimals);
    });
  }
  out.text("}}}");
  for (const gate of recording.gates) {
    const [lat1, lon1, lat2, lon2] = gate.ends;
    const feature = {
      type: "Feature",
      geometry: {
        type: "LineString",
        coordinates: [
          [lon1, lat1],
          [lon2, lat2],
        ],
      },
      properties: {
        gate: gate.kind,
        name: gate.name,
        ...(gate.course === undefined ? {} : { courseDeg: (gate.course * 180) / Math.PI }),
      },
    };
    out.text(`,\n${JSON.stringify(feature)}`);
  }
  out.text("\n]}\n");
  yield out.rest();
}
