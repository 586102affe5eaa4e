import { findColumn, type Recording } from "@pitwall/core";
import type { WriteOptions } from "../format.ts";
import { decimalsOf, decimalText } from "../text/decimal.ts";
import { isoText } from "../text/iso-time.ts";
import { TextWriter } from "../text/writer.ts";
import { fixes, needPosition } from "../write/position.ts";
import { sideColumns } from "../write/position-table.ts";
import { Sampler } from "../write/sampler.ts";
import { xmlText } from "../xml/element.ts";

/** One gx:Track; channels as arrays of the schema `pitwall`, in the house's units under their ids. */
export async function* writeKml(recording: Recording, options: WriteOptions): AsyncGenerator<Uint8Array> {
  const position = needPosition(recording, options, "kml");
  const altitudes = findColumn(recording, "gnss.alt");
  const alt = altitudes?.column.values.some((v) => !Number.isNaN(v)) ? altitudes : undefined;
  const sides = sideColumns(recording, position, ["gnss.alt"]);
  const times = position.group.tUs;
  const out = new TextWriter();
  const full = function* (): Generator<Uint8Array> {
    const piece = out.full();
    if (piece) yield piece;
  };
  out.text(
    `<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"><Document>`,
  );
  out.text(`<name>${xmlText(recording.title ?? "Pitwall")}</name><Schema id="pitwall">`);
  for (const s of sides)
    out.text(
      `<gx:SimpleArrayField name="${xmlText(s.name)}" type="double"><displayName>${xmlText(`${s.name} (${s.unit})`)}</displayName></gx:SimpleArrayField>`,
    );
  out.text("</Schema>\n<Placemark><gx:Track><altitudeMode>clampToGround</altitudeMode>\n");
  for (const i of fixes(position)) {
    out.text(`<when>${isoText(times[i]!)}</when>\n`);
    yield* full();
  }
  const altitude = alt && new Sampler(alt.group, alt.column, { hold: true });
  const altDecimals = alt ? decimalsOf(alt.column.field) : 0;
  const [latDecimals, lonDecimals] = [decimalsOf(position.lat.field), decimalsOf(position.lon.field)];
  for (const i of fixes(position)) {
    const lat = decimalText(position.lat.values[i]!, latDecimals);
    const lon = decimalText(position.lon.values[i]!, lonDecimals);
    const height = altitude ? ` ${decimalText(altitude.at(times[i]!), altDecimals)}` : "";
    out.text(`<gx:coord>${lon} ${lat}${height}</gx:coord>\n`);
    yield* full();
  }
  out.text('<ExtendedData><SchemaData schemaUrl="#pitwall">\n');
  for (const s of sides) {
    out.text(`<gx:SimpleArrayData name="${xmlText(s.name)}">\n`);
    const sampler = s.sampler();
    for (const i of fixes(position)) {
      const x = sampler.at(times[i]!);
      out.text(`<gx:value>${Number.isNaN(x) ? "" : decimalText(x, s.decimals)}</gx:value>\n`);
      yield* full();
    }
    out.text("</gx:SimpleArrayData>\n");
  }
  out.text("</SchemaData></ExtendedData></gx:Track></Placemark></Document></kml>\n");
  yield out.rest();
}
