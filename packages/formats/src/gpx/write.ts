import { findColumn, type Recording } from "@pitwall/core";
import type { WriteOptions } from "../format.ts";
import { type Decimals, decimalsOf, decimalText } from "../text/decimal.ts";
import { isoText } from "../text/iso-time.ts";
import { TextWriter } from "../text/writer.ts";
import { scaledDecimals } from "../write/out-columns.ts";
import { fixes, needPosition } from "../write/position.ts";
import { Sampler } from "../write/sampler.ts";
import { xmlText } from "../xml/element.ts";

/** Fixes farther apart than this are two segments. */
const SEGMENT_US = 5e6;
const FIXES = ["none", "none", "2d", "3d"];
const HEAD = `xmlns="http://www.topografix.com/GPX/1/1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v2" xsi:schemaLocation="http://www.topografix.com/GPX/1/1 http://www.topografix.com/GPX/1/1/gpx.xsd http://www.garmin.com/xmlschemas/TrackPointExtension/v2 https://www8.garmin.com/xmlschemas/TrackPointExtensionv2.xsd"`;

type Part = { readonly tag: string; readonly at: (tUs: number) => string | undefined };

/** A child of the point from a channel, in the order in which the schema wants them. */
function part(recording: Recording, id: string, tag: string, scale = 1): Part[] {
  const found = findColumn(recording, id);
  if (!found) return [];
  const sampler = new Sampler(found.group, found.column, { hold: false });
  const decimals: Decimals = scaledDecimals(found.column.field, scale);
  return [
    {
      tag,
      at(tUs) {
        const x = sampler.at(tUs);
        if (Number.isNaN(x)) return undefined;
        if (tag === "fix") return x > 3 ? "3d" : (FIXES[x] ?? "none");
        const text = decimalText(x * scale, decimals);
        // the schema's degrees end below 360
        return tag === "gpxtpx:course" && Number(text) >= 360 ? "0" : text;
      },
    },
  ];
}

/** GPX 1.1; speed and course in Garmin's TrackPointExtension v2, the schema has no place for them in a point. */
export async function* writeGpx(recording: Recording, options: WriteOptions): AsyncGenerator<Uint8Array> {
  const position = needPosition(recording, options, "gpx");
  const before = part(recording, "gnss.alt", "ele");
  const after = [
    ...part(recording, "gnss.fix", "fix"),
    ...part(recording, "gnss.sats", "sat"),
    ...part(recording, "gnss.hdop", "hdop"),
    ...part(recording, "gnss.vdop", "vdop"),
    ...part(recording, "gnss.pdop", "pdop"),
  ];
  const extension = [
    ...part(recording, position.ids.speed, "gpxtpx:speed"),
    ...part(recording, position.ids.course, "gpxtpx:course", 180 / Math.PI),
  ];
  const text = (parts: readonly Part[], tUs: number) =>
    parts
      .map((p) => {
        const x = p.at(tUs);
        return x === undefined ? "" : `<${p.tag}>${x}</${p.tag}>`;
      })
      .join("");
  const out = new TextWriter();
  out.text(
    `<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="${xmlText(options.creator ?? "Pitwall")}" ${HEAD}>\n<trk>`,
  );
  if (recording.title !== undefined) out.text(`<name>${xmlText(recording.title)}</name>`);
  out.text("<trkseg>\n");
  const [latDecimals, lonDecimals] = [decimalsOf(position.lat.field), decimalsOf(position.lon.field)];
  let last = Number.NaN;
  for (const i of fixes(position)) {
    const tUs = position.group.tUs[i]!;
    if (tUs - last > SEGMENT_US) out.text("</trkseg><trkseg>\n");
    last = tUs;
    const lat = decimalText(position.lat.values[i]!, latDecimals);
    const lon = decimalText(position.lon.values[i]!, lonDecimals);
    const inner = text(extension, tUs);
    out.text(
      `<trkpt lat="${lat}" lon="${lon}">${text(before, tUs)}<time>${isoText(tUs)}</time>${text(after, tUs)}${
        inner === ""
          ? ""
          : `<extensions><gpxtpx:TrackPointExtension>${inner}</gpxtpx:TrackPointExtension></extensions>`
      }</trkpt>\n`,
    );
    const piece = out.full();
    if (piece) yield piece;
  }
  out.text("</trkseg></trk></gpx>\n");
  yield out.rest();
}
