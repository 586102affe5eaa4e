import { describe, expect, it } from "vitest";
import { type FuseOptions, fuseRecording } from "./fuse-recording.ts";
import { columnOf, interpolate, median, readCsv, rms } from "./testing/csv.ts";

const drive = readCsv(new URL("./captures/comma2k19.csv", import.meta.url));
const truth = readCsv(new URL("./captures/comma2k19-truth.csv", import.meta.url));
const truthUs = truth.groups[0]!.tUs;
const LAT_M = 110_990;
const lonM = (lat: number) => 111_319 * Math.cos((lat * Math.PI) / 180);

/** Distance to the truth at each row of the result, and the error in speed. */
function errors(options: FuseOptions) {
  const { recording, summary } = fuseRecording(drive, options);
  const { tUs } = recording.groups[0]!;
  const [lat, lon, speed] = ["vehicle.lat", "vehicle.lon", "vehicle.speed"].map((n) =>
    columnOf(recording, n),
  ) as [Float64Array, Float64Array, Float64Array];
  const [tLat, tLon, east, north] = ["lat", "lon", "vEast", "vNorth"].map((n) => columnOf(truth, n)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const tSpeed = east.map((e, i) => Math.hypot(e, north[i]!));
  const position: number[] = [];
  const speeds: number[] = [];
  const times: number[] = [];
  for (let i = 0; i < tUs.length; i++) {
    const t = tUs[i]!;
    if (t < truthUs[0]! || t > truthUs.at(-1)! || !Number.isFinite(lat[i]!)) continue;
    const la = interpolate(truthUs, tLat, t);
    const lo = interpolate(truthUs, tLon, t);
    position.push(Math.hypot((lat[i]! - la) * LAT_M, (lon[i]! - lo) * lonM(la)));
    speeds.push(speed[i]! - interpolate(truthUs, tSpeed, t));
    times.push((t - drive.groups[0]!.tUs[0]!) / 1e6);
  }
  return { position, speeds, times, summary };
}

describe("a real drive with a trustworthy truth (comma2k19, 30 s)", () => {
  it("is followed to within 0.7 m and 0.15 m/s, the fixes' delay found by the filter itself", () => {
    const { position, speeds } = errors({});
    expect(rms(position)).toBeLessThanOrEqual(0.7);
    expect(rms(speeds)).toBeLessThanOrEqual(0.15);
  });

  it("is followed more closely with what came later too", () => {
    const filtered = errors({});
    const smoothed = errors({ smooth: true });
    expect(smoothed.summary.smoothed).toBe(true);
    expect(rms(smoothed.position)).toBeLessThan(rms(filtered.position));
  });

  it("is bridged over 10 s without fixes by wheel speed and inertial sensor", { timeout: 60_000 }, () => {
    const ends: number[] = [];
    for (let from = 6; from <= 18; from += 1) {
      const { position, times } = errors({ hideGnss: [[from, from + 10]] });
      const at = times.findIndex((t) => t >= from + 9.9);
      ends.push(position[at]!);
    }
    expect(median(ends)).toBeLessThanOrEqual(2.5);
    expect(Math.max(...ends)).toBeLessThanOrEqual(5);
  });

  it("costs little accuracy at the light running cost", () => {
    const full = errors({});
    const light = errors({ cost: "light" });
    expect(Math.abs(rms(full.position) - rms(light.position))).toBeLessThan(0.1);
  });
});
