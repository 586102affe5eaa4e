import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { findColumn, type Recording } from "@pitwall/core";
import { readRecording } from "@pitwall/formats";
import { BLACKBOX_PACKETS, encodeBlackbox } from "@pitwall/protocols";

const RECORDING = fileURLToPath(new URL("../recordings/tianma-lap.csv", import.meta.url));
const PACKET = BLACKBOX_PACKETS[4]!;
const FIELDS = PACKET.spec.fields.map((f) => f.name);

/** Blackbox packets of a recording with the time of each since the first, one a GNSS fix. */
export type ReplayPackets = { readonly atUs: Float64Array; readonly rows: readonly Float64Array[] };

/** Value of a channel at or before a time; NaN before its first sample. */
function sampler(recording: Recording, id: string): (tUs: number) => number {
  const found = findColumn(recording, id);
  if (!found) return () => Number.NaN;
  const { tUs } = found.group;
  const { values } = found.column;
  let at = 0;
  let held = Number.NaN;
  return (t) => {
    while (at < tUs.length && tUs[at]! <= t) {
      if (Number.isFinite(values[at]!)) held = values[at]!;
      at++;
    }
    return held;
  };
}

/** What a Blackbox would have sent on that drive: its own fields, from the channels that the recording has. */
export function blackboxOf(recording: Recording): ReplayPackets {
  const position = findColumn(recording, "gnss.lat");
  if (!position) throw new TypeError("the recording has no positions");
  const times = position.group.tUs.filter((_t, i) => Number.isFinite(position.column.values[i]!));
  const first = times[0] ?? 0;
  const at = (name: string): number => FIELDS.indexOf(name);
  const lap = recording.laps.find((l) => l.startUs >= first && l.endUs <= (times.at(-1) ?? 0));
  const lat0 = position.column.values.find((v) => Number.isFinite(v)) ?? 0;
  const lonColumn = findColumn(recording, "gnss.lon");
  const lon0 = lonColumn?.column.values.find((v) => Number.isFinite(v)) ?? 0;
  const metresPerDegree = 111_195;
  const from: Record<string, (tUs: number) => number> = {
    "gnss.lat": sampler(recording, "gnss.lat"),
    "gnss.lon": sampler(recording, "gnss.lon"),
    "gnss.course": sampler(recording, "gnss.course"),
    "vehicle.speed": sampler(recording, "gnss.speed"),
    "vehicle.aLong": sampler(recording, "vehicle.aLong"),
    "vehicle.aLat": sampler(recording, "vehicle.aLat"),
  };
  const rows = Array.from(times, (t) => {
    const row = new Float64Array(FIELDS.length);
    FIELDS.forEach((name, i) => {
      const value = from[name]?.(t);
      if (value !== undefined && Number.isFinite(value)) row[i] = value;
    });
    const course = row[at("gnss.course")]!;
    const speed = row[at("vehicle.speed")]!;
    const aLong = row[at("vehicle.aLong")]!;
    const aLat = row[at("vehicle.aLat")]!;
    row[at("vehicle.x")] = (row[at("gnss.lon")]! - lon0) * metresPerDegree * Math.cos((lat0 * Math.PI) / 180);
    row[at("vehicle.y")] = (row[at("gnss.lat")]! - lat0) * metresPerDegree;
    row[at("vehicle.vx")] = speed * Math.sin(course);
    row[at("vehicle.vy")] = speed * Math.cos(course);
    row[at("vehicle.course")] = course;
    row[at("vehicle.yawRate")] = speed > 2 ? aLat / speed : 0;
    row[at("vehicle.mode")] = (aLong > 1 ? 1 : 0) | (aLong < -1.8 ? 2 : 0) | (Math.abs(aLat) > 1.2 ? 4 : 0);
    row[at("gpsValid")] = 1;
    if (lap) {
      row[at("lap.time")] = t < lap.startUs ? 0 : (Math.min(t, lap.endUs) - lap.startUs) / 1e6;
      row[at("lap.number")] = t < lap.endUs ? 0 : 1;
    }
    return row;
  });
  return { atUs: times.map((t) => t - first), rows };
}

export interface Demo extends AsyncDisposable {
  /** Address and port the packets come from. */
  readonly endpoint: string;
}

/** Sends the recorded drive to the UDP listener, round after round, at the pace at which it was driven. */
export async function startDemo(udpPort: number, begin: (endpoint: string) => void): Promise<Demo> {
  const recording = await readRecording(await readFile(RECORDING), { name: RECORDING });
  const { atUs, rows } = blackboxOf(recording);
  const roundUs = atUs.at(-1)! + 40_000;
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const endpoint = `127.0.0.1:${socket.address().port}`;
  begin(endpoint);
  const start = performance.now();
  let index = 0;
  let rounds = 0;
  let timer: NodeJS.Timeout | undefined;
  const time = FIELDS.indexOf("timestampMs");
  const lapNumber = FIELDS.indexOf("lap.number");
  const send = () => {
    const now = (performance.now() - start) * 1000;
    while (rounds * roundUs + atUs[index]! <= now) {
      const row = rows[index]!;
      row[time] = Math.round((rounds * roundUs + atUs[index]!) / 1000);
      const laps = row[lapNumber]!;
      row[lapNumber] = laps + rounds;
      socket.send(encodeBlackbox(PACKET, row), udpPort, "127.0.0.1");
      row[lapNumber] = laps;
      if (++index === rows.length) {
        index = 0;
        rounds++;
      }
    }
    timer = setTimeout(send, Math.max(1, (rounds * roundUs + atUs[index]! - now) / 1000));
  };
  send();
  return {
    endpoint,
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      socket.close();
      await once(socket, "close");
    },
  };
}
