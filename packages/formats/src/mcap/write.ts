import { McapWriter } from "@mcap/core";
import type { Group, Recording } from "@pitwall/core";
import type { WriteOptions } from "../format.ts";
import { decimalsOf, decimalText } from "../text/decimal.ts";
import { mergedRows } from "../write/merge.ts";
import { findPosition } from "../write/position.ts";
import { fieldText, LIBRARY, METADATA, nested, PROFILE, SCHEMA } from "./own.ts";

const encoder = new TextEncoder();
const CHUNK = 1 << 18;

/** Takes what the writer writes, until it is fetched. */
class Pieces {
  #pieces: Uint8Array[] = [];
  #position = 0n;
  async write(bytes: Uint8Array): Promise<void> {
    this.#pieces.push(bytes.slice());
    this.#position += BigInt(bytes.length);
  }
  position(): bigint {
    return this.#position;
  }
  take(): Uint8Array[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }
}

/** Schema of Foxglove's map panel, in the part that is used. */
const LOCATION_SCHEMA = JSON.stringify({
  title: "foxglove.LocationFix",
  type: "object",
  properties: {
    timestamp: {
      type: "object",
      title: "time",
      properties: { sec: { type: "integer" }, nsec: { type: "integer" } },
    },
    frame_id: { type: "string" },
    latitude: { type: "number" },
    longitude: { type: "number" },
    altitude: { type: "number" },
    position_covariance: { type: "array", items: { type: "number" } },
    position_covariance_type: { type: "integer" },
  },
});

const ns = (tUs: number): bigint => BigInt(tUs) * 1000n;

/** The text of one row of a group; undefined where nothing is in it. */
function rowText(group: Group): (row: number) => string | undefined {
  const json = nested(group.columns.map((c) => c.field.name));
  const columns = group.columns.map((c) => ({ values: c.values, decimals: decimalsOf(c.field) }));
  return (row) => {
    let any = false;
    const values = columns.map((c) => {
      const x = c.values[row]!;
      if (!Number.isFinite(x)) return "";
      any = true;
      return decimalText(x, c.decimals);
    });
    return any ? json(values) : undefined;
  };
}

/**
 * A topic a group with its rows as JSON, and foxglove.LocationFix for map panels. Laps, gates and what else is known
 * stand in a metadata record at the beginning. Chunks are not compressed, so that every reader reads them.
 */
export async function* writeMcap(recording: Recording, options: WriteOptions): AsyncGenerator<Uint8Array> {
  const pieces = new Pieces();
  const writer = new McapWriter({ writable: pieces, chunkSize: CHUNK });
  await writer.start({ profile: PROFILE, library: LIBRARY });
  const { title, vehicle, driver, track, device, absoluteTime, gates, laps } = recording;
  const meta = JSON.stringify({ title, vehicle, driver, track, device, absoluteTime, gates, laps });
  await writer.addMetadata({ name: METADATA, metadata: new Map([["recording", meta]]) });
  const schemaId = await writer.registerSchema({
    name: SCHEMA,
    encoding: "jsonschema",
    data: encoder.encode(JSON.stringify({ title: SCHEMA, type: "object" })),
  });
  const topics: { channelId: number; text: (row: number) => string | undefined }[] = [];
  for (const group of recording.groups)
    topics.push({
      channelId: await writer.registerChannel({
        schemaId,
        topic: `/pitwall/${group.name}`,
        messageEncoding: "json",
        metadata: new Map(group.columns.map((c) => [c.field.name, fieldText(c.field)])),
      }),
      text: rowText(group),
    });
  const position = findPosition(recording, options);
  const location = position && {
    group: recording.groups.indexOf(position.group),
    channelId: await writer.registerChannel({
      schemaId: await writer.registerSchema({
        name: "foxglove.LocationFix",
        encoding: "jsonschema",
        data: encoder.encode(LOCATION_SCHEMA),
      }),
      topic: "/location",
      messageEncoding: "json",
      metadata: new Map(),
    }),
    text: (row: number, tUs: number): string | undefined => {
      const [lat, lon] = [position.lat.values[row]!, position.lon.values[row]!];
      if (Number.isNaN(lat) || Number.isNaN(lon)) return undefined;
      const alt = position.group.columns.find((c) => c.field.name === "gnss.alt")?.values[row] ?? Number.NaN;
      const sec = Math.floor(tUs / 1e6);
      return JSON.stringify({
        timestamp: { sec, nsec: (tUs - sec * 1e6) * 1000 },
        frame_id: "wgs84",
        latitude: lat,
        longitude: lon,
        altitude: Number.isNaN(alt) ? 0 : alt,
        position_covariance: [0, 0, 0, 0, 0, 0, 0, 0, 0],
        position_covariance_type: 0,
      });
    },
  };
  let sequence = 0;
  const add = (channelId: number, tUs: number, text: string) =>
    writer.addMessage({
      channelId,
      sequence: sequence++,
      logTime: ns(tUs),
      publishTime: ns(tUs),
      data: encoder.encode(text),
    });
  for (const { tUs, rows } of mergedRows(recording.groups)) {
    for (let g = 0; g < topics.length; g++) {
      if (rows[g]! < 0) continue;
      const text = topics[g]!.text(rows[g]!);
      if (text !== undefined) await add(topics[g]!.channelId, tUs, text);
    }
    if (location && rows[location.group]! >= 0) {
      const text = location.text(rows[location.group]!, tUs);
      if (text !== undefined) await add(location.channelId, tUs, text);
    }
    yield* pieces.take();
  }
  await writer.end();
  yield* pieces.take();
}
