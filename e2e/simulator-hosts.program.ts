import { crc32 } from "../packages/core/src/index.ts";
import {
  blackboxSource,
  FaultyLink,
  GNSS_25HZ,
  jsonSource,
  parseFaults,
  prepareTrack,
  SimUnit,
  sourcesOf,
  Trajectory,
  VEHICLES,
  type VehicleName,
} from "../packages/simulator/src/index.ts";

/** An egg of a course on a slope, its long sides banked; by square roots alone. */
function course() {
  const points: { x: number; y: number; z: number; bankRad: number }[] = [];
  const width = (x: number) => (1 + x / 400) * Math.sqrt(Math.max(0, 2500 - x * x * 0.25));
  for (let x = -100; x <= 100; x += 2) points.push({ x, y: -width(x), z: x / 50, bankRad: -0.1 + x / 2000 });
  for (let x = 98; x >= -98; x -= 2) points.push({ x, y: width(x), z: x / 50, bankRad: -0.1 + x / 2000 });
  return prepareTrack({ name: "egg", points, reference: { lat: 48, lon: 11, height: 0 }, halfWidthM: 5 });
}

/** Every vehicle as it is, and the kart with what else it can have. */
const DRIVES: readonly (readonly [VehicleName, readonly string[]])[] = [
  ...(Object.keys(VEHICLES) as VehicleName[]).map((name) => [name, []] as const),
  ["kart", ["racebox", "vesc-uart", "jbd"]],
  ["kart", ["nmea", "daly"]],
  ["kart", ["racechrono-diy", "ant"]],
  ["kart", ["racehf-bean", "jk"]],
  ["kart", ["jbd-can"]],
  ["kart", ["daly-can"]],
  ["kart", ["jk-can"]],
];

/** Frames, bytes and their digest, by vehicle and what is on it: the drive from standstill with faults on the way. JSON. */
export function run(): string {
  const out: Record<string, { frames: number; bytes: number; digest: string }> = {};
  for (const [name, wanted] of DRIVES) {
    const trajectory = new Trajectory(course(), VEHICLES[name], { seed: 7, laps: 1, driverNoise: 1 });
    const sources = [...sourcesOf(name, GNSS_25HZ, wanted), blackboxSource(25), jsonSource()];
    const faults = parseFaults("loss=0.02,dup=0.02,reorder=0.02,corrupt=0.02,jitter=20,reboot=6,nan=4-5");
    const unit = new SimUnit(trajectory, sources, { seed: 7, name, startUs: 1_780_000_000e6, faults });
    const got: Uint8Array[] = [];
    let bytes = 0;
    const link = new FaultyLink<{ readonly bytes: Uint8Array }>(
      faults,
      7,
      name,
      (_frame, changed) => ({ bytes: changed }),
      (frame) => {
        got.push(frame.bytes);
        bytes += frame.bytes.length;
      },
    );
    while (unit.nextS < 12) unit.step((frame) => link.send(frame, frame.atUs));
    link.end();
    const all = new Uint8Array(bytes);
    let at = 0;
    for (const b of got) {
      all.set(b, at);
      at += b.length;
    }
    out[[name, ...wanted].join(" ")] = {
      frames: got.length,
      bytes,
      digest: crc32(all, 0, bytes).toString(16),
    };
  }
  return JSON.stringify(out);
}
