import type { Column, FieldSpec, Group, RecordedGate, RecordedLap, Recording, Unit } from "@pitwall/core";

export const START_US = Date.UTC(2026, 4, 28, 13, 34) * 1000 + 440_000;
const LAT = 50.3;
const LON = 4.65;
const M_PER_LAT = 111_195;
const M_PER_LON = M_PER_LAT * Math.cos((LAT * Math.PI) / 180);
/** A circle of 60 m driven in a little over 25 s a lap, at a speed that varies. */
const RADIUS_M = 60;

/** Begins a sixth of a lap before the gate. */
const angle = (s: number): number => -1 + (2 * Math.PI * s) / 25.3 + 0.2 * Math.sin(s / 3);
const speed = (s: number): number => RADIUS_M * ((2 * Math.PI) / 25.3 + (0.2 / 3) * Math.cos(s / 3));

export const rounded = (x: number, step: number): number => Math.round(x / step) * step;

function column(
  name: string,
  unit: Unit,
  resolution: number,
  tUs: Float64Array,
  f: (s: number) => number,
): Column {
  const field: FieldSpec = { name, unit, doc: name, resolution };
  return { field, values: Float64Array.from(tUs, (t) => rounded(f((t - START_US) / 1e6), resolution)) };
}

/** Where the drive truly is at a time, degrees. */
export function truthAt(tUs: number): { readonly lat: number; readonly lon: number } {
  const a = angle((tUs - START_US) / 1e6);
  return { lat: LAT + (RADIUS_M * Math.sin(a)) / M_PER_LAT, lon: LON + (RADIUS_M * Math.cos(a)) / M_PER_LON };
}

export type DriveOptions = {
  readonly hz: number;
  /** Moves each fix by up to so many µs. */
  readonly jitterUs?: number;
  readonly seconds?: number;
};

/** A drive of some laps counter-clockwise, with channels of several rates; a gate in the east, crossed to the north. */
export function drive({ hz, jitterUs = 0, seconds = 80 }: DriveOptions): Recording {
  const axis = (rate: number, jitter: number) =>
    Float64Array.from({ length: seconds * rate }, (_, i) =>
      Math.round(START_US + (i * 1e6) / rate + jitter * Math.sin(i * 1.7) ** 3),
    );
  const gnss = axis(hz, jitterUs);
  const imu = axis(100, 0);
  const slow = axis(2, 0);
  const gps: Group = {
    name: "gps",
    tUs: gnss,
    columns: [
      column("gnss.lat", "deg", 1e-8, gnss, (s) => truthAt(START_US + s * 1e6).lat),
      column("gnss.lon", "deg", 1e-8, gnss, (s) => truthAt(START_US + s * 1e6).lon),
      column("gnss.speed", "m/s", 0.001, gnss, speed),
      column(
        "gnss.course",
        "rad",
        1e-6,
        gnss,
        (s) => ((-angle(s) % (2 * Math.PI)) + 2 * Math.PI) % (2 * Math.PI),
      ),
      column("gnss.alt", "m", 0.001, gnss, (s) => 200 + Math.sin(s / 5)),
      column("gnss.sats", "1", 1, gnss, (s) => (s < 40 ? 12 : 14)),
      column("gnss.hdop", "1", 0.01, gnss, (s) => 0.8 + 0.1 * Math.sin(s / 7)),
    ],
  };
  const body: Group = {
    name: "imu",
    tUs: imu,
    columns: [
      column("imu.gz", "rad/s", 0.0001, imu, (s) => speed(s) / RADIUS_M),
      column("vehicle.aLat", "m/s^2", 0.001, imu, (s) => speed(s) ** 2 / RADIUS_M),
      column("vehicle.aLong", "m/s^2", 0.001, imu, (s) => -RADIUS_M * (0.2 / 9) * Math.sin(s / 3)),
    ],
  };
  const motor: Group = {
    name: "motor",
    tUs: slow,
    columns: [
      column("battery.voltage", "V", 0.001, slow, (s) => 50 - s / 100),
      column("driver.throttle", "1", 0.001, slow, (s) => 0.5 + 0.4 * Math.sin(s)),
      column("motor.temp", "degC", 0.1, slow, (s) => 20 + s / 4),
      column("engine.rpm", "rpm", 0.25, slow, (s) => 3000 + 100 * s),
      column("oil_pressure", "kPa", 0.5, slow, (s) => 300 + s),
    ],
  };
  // (3) slow channels have holes: no sample is not 0
  motor.columns[2]!.values.fill(Number.NaN, 10, 20);
  const gates: RecordedGate[] = [
    {
      kind: "startFinish",
      name: "Start/Finish",
      ends: [LAT, LON + (RADIUS_M - 15) / M_PER_LON, LAT, LON + (RADIUS_M + 15) / M_PER_LON],
    },
    {
      kind: "split",
      name: "Split 1",
      ends: [LAT, LON - (RADIUS_M + 15) / M_PER_LON, LAT, LON - (RADIUS_M - 15) / M_PER_LON],
    },
  ];
  return {
    groups: [gps, body, motor],
    absoluteTime: true,
    title: "Evening",
    vehicle: "Kart 7",
    driver: "Jo",
    track: "Round",
    gates,
    laps: lapsOf(crossings(gps, gates[0]!)),
    notes: [],
  };
}

/** Times (µs) at which the line between fixes crosses a gate northwards, linear between the fixes. */
export function crossings(group: Group, gate: RecordedGate): number[] {
  const lat = group.columns.find((c) => c.field.name === "gnss.lat")!.values;
  const lon = group.columns.find((c) => c.field.name === "gnss.lon")!.values;
  const [lat1, lon1, , lon2] = gate.ends;
  const out: number[] = [];
  for (let i = 1; i < lat.length; i++) {
    const [a, b] = [lat[i - 1]! - lat1, lat[i]! - lat1];
    if (!(a < 0 && b >= 0)) continue;
    const part = -a / (b - a);
    const x = lon[i - 1]! + part * (lon[i]! - lon[i - 1]!);
    if (x < Math.min(lon1, lon2) || x > Math.max(lon1, lon2)) continue;
    out.push(group.tUs[i - 1]! + part * (group.tUs[i]! - group.tUs[i - 1]!));
  }
  return out;
}

const lapsOf = (times: readonly number[]): RecordedLap[] =>
  times.slice(1).map((end, i) => ({ number: i + 1, startUs: Math.round(times[i]!), endUs: Math.round(end) }));

/** What a table made of the fixes, or of a fixed rate, must hold of a column at a time: linear, whole numbers held, angles the short way. */
export function expectation(group: Group, column: Column): (tUs: number) => number {
  const kept = [...column.values.keys()].filter((i) => !Number.isNaN(column.values[i]!));
  const t = kept.map((i) => group.tUs[i]!);
  const v = kept.map((i) => column.values[i]!);
  const held = column.field.unit === "1" && v.every((x) => Number.isInteger(x));
  const isAngle = column.field.name === "gnss.course";
  return (tUs) => {
    let [lo, hi] = [-1, t.length];
    while (hi - lo > 1) {
      const mid = (lo + hi) >> 1;
      if (t[mid]! <= tUs) lo = mid;
      else hi = mid;
    }
    if (lo < 0) return Number.NaN;
    if (t[lo] === tUs || held) return v[lo]!;
    if (hi === t.length) return Number.NaN;
    let d = v[hi]! - v[lo]!;
    if (isAngle && Math.abs(d) > Math.PI) d -= Math.sign(d) * 2 * Math.PI;
    const x = v[lo]! + (d * (tUs - t[lo]!)) / (t[hi]! - t[lo]!);
    return isAngle && x < 0 ? x + 2 * Math.PI : x;
  };
}
