import type { Batch, FieldSpec, MessageSpec, Unit } from "@pitwall/core";

/** Mulberry32: the same numbers on every machine. */
function uniform(seed: number): () => number {
  let s = seed >>> 0;
  return () => {
    s = (s + 0x6d2b79f5) >>> 0;
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Kind = {
  readonly name: string;
  readonly unit: Unit;
  /** 0 is a 32-bit float with a full mantissa. */
  readonly resolution: number;
  /** At `t` seconds; `n` is normal noise, `u` uniform, `held` what was given last. */
  readonly at: (t: number, phase: number, n: () => number, u: () => number, held: number) => number;
};
const wave = (t: number, periodS: number, phase: number) => Math.sin((t * 2 * Math.PI) / periodS + phase);

/** Ten kinds of channels of a car on a track. */
const KINDS: readonly Kind[] = [
  {
    name: "speed",
    unit: "m/s",
    resolution: 0.01,
    at: (t, p, n) => 20 + 12 * wave(t, 90, p) + 5 * wave(t, 7, p) + 0.02 * n(),
  },
  {
    name: "rpm",
    unit: "rpm",
    resolution: 0.25,
    at: (t, p, n) => 7000 + 3000 * wave(t, 90, p) + 1500 * wave(t, 7, p) + 3 * n(),
  },
  { name: "coolant", unit: "degC", resolution: 1, at: (t, p) => 80 + 12 * wave(t, 2500, p) },
  {
    name: "acceleration",
    unit: "m/s^2",
    resolution: 1 / 1024,
    at: (t, p, n) => 8 * wave(t, 7, p) * wave(t, 90, p) + 0.02 * n(),
  },
  { name: "gyro", unit: "rad/s", resolution: 1 / 16, at: (t, p, n) => 60 * wave(t, 7, p) + 0.1 * n() },
  {
    name: "throttle",
    unit: "1",
    resolution: 0.1,
    at: (_t, _p, _n, u, held) => (u() < 0.02 ? Math.floor(u() * 11) / 10 : held),
  },
  { name: "oil", unit: "degC", resolution: 0.1, at: (t, p) => 90 + 15 * wave(t, 1900, p) },
  {
    name: "battery",
    unit: "V",
    resolution: 0.001,
    at: (t, p, n) => 52 + 3 * wave(t, 5600, p) + 0.3 * wave(t, 7, p) + 0.002 * n(),
  },
  {
    name: "gear",
    unit: "1",
    resolution: 1,
    at: (_t, _p, _n, u, held) => (u() < 0.01 ? Math.floor(u() * 7) : held),
  },
  {
    name: "strain",
    unit: "1",
    resolution: 0,
    at: (t, p, n) => 100 * wave(t, 90, p) + 10 * wave(t, 7, p) + n(),
  },
];

/** One message with `channels` fields at `hz` from `startUs` on, as one batch. */
export function generateBatch(
  channels: number,
  rows: number,
  hz = 20,
  startUs = 1_714_521_600_000_000,
): Batch {
  const fields: FieldSpec[] = [];
  const columns: Float64Array[] = [];
  for (let c = 0; c < channels; c++) {
    const kind = KINDS[c % KINDS.length]!;
    const scale = kind.resolution === 0 ? { float32: true as const } : { resolution: kind.resolution };
    fields.push({ name: `${kind.name}.${c}`, unit: kind.unit, doc: kind.name, ...scale });
    columns.push(generateColumn(kind, c, rows, hz));
  }
  const message: MessageSpec = { name: "generated.wide", doc: "generated", fields };
  const tUs = Float64Array.from({ length: rows }, (_, i) => startUs + Math.round((i * 1e6) / hz));
  return { source: "generator", message, length: rows, tUs, columns };
}

function generateColumn(kind: Kind, seed: number, rows: number, hz: number): Float64Array {
  const u = uniform(1000 + seed);
  const n = () => Math.sqrt(-2 * Math.log(1 - u())) * Math.cos(2 * Math.PI * u());
  const phase = u() * 2 * Math.PI;
  const out = new Float64Array(rows);
  let held = 0;
  for (let i = 0; i < rows; i++) {
    held = kind.at(i / hz, phase, n, u, held);
    out[i] = kind.resolution === 0 ? Math.fround(held) : Math.round(held / kind.resolution) * kind.resolution;
  }
  return out;
}

/** Rows [from, to) of a batch, sharing its memory. */
export const sliceBatch = (b: Batch, from: number, to: number): Batch => ({
  ...b,
  length: Math.min(to, b.length) - from,
  tUs: b.tUs.subarray(from, to),
  columns: b.columns.map((c) => c.subarray(from, to)),
});
