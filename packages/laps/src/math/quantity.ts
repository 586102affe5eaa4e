import { UNITS, type Unit } from "@pitwall/core";

/** Exponents of the base quantities; what is not named is 0. Angles and turns count, so that rpm is not rad/s. */
export type Dimension = Readonly<Partial<Record<Base, number>>>;
const BASES = ["m", "s", "kg", "A", "K", "rad", "turn", "code", "bits"] as const;
type Base = (typeof BASES)[number];

/** What a unit measures, and how many coherent SI units one of it is. degC is a difference of temperature. */
export type UnitMeaning = { readonly dimension: Dimension; readonly factor: number };

const of = (dimension: Dimension, factor = 1): UnitMeaning => ({ dimension, factor });
const VOLT: Dimension = { kg: 1, m: 2, s: -3, A: -1 };
const WATT: Dimension = { kg: 1, m: 2, s: -3 };
const JOULE: Dimension = { kg: 1, m: 2, s: -2 };
const PASCAL: Dimension = { kg: 1, m: -1, s: -2 };

const MEANINGS: Readonly<Record<string, UnitMeaning>> = {
  "1": of({}),
  lambda: of({}),
  bits: of({ bits: 1 }),
  code: of({ code: 1 }),
  us: of({ s: 1 }, 1e-6),
  ms: of({ s: 1 }, 1e-3),
  s: of({ s: 1 }),
  min: of({ s: 1 }, 60),
  h: of({ s: 1 }, 3600),
  m: of({ m: 1 }),
  km: of({ m: 1 }, 1000),
  "m/s": of({ m: 1, s: -1 }),
  "m/s^2": of({ m: 1, s: -2 }),
  Hz: of({ s: -1 }),
  rpm: of({ turn: 1, s: -1 }, 1 / 60),
  deg: of({ rad: 1 }, Math.PI / 180),
  rad: of({ rad: 1 }),
  "rad/s": of({ rad: 1, s: -1 }),
  degC: of({ K: 1 }),
  Pa: of(PASCAL),
  kPa: of(PASCAL, 1000),
  V: of(VOLT),
  A: of({ A: 1 }),
  W: of(WATT),
  Ah: of({ A: 1, s: 1 }, 3600),
  Wh: of(JOULE, 3600),
  Ohm: of({ kg: 1, m: 2, s: -3, A: -2 }),
  T: of({ kg: 1, s: -2, A: -1 }),
  "N*m": of({ ...JOULE, rad: -1 }),
  "g/s": of({ kg: 1, s: -1 }, 1e-3),
  "L/h": of({ m: 3, s: -1 }, 1e-3 / 3600),
};

/** Undefined for a unit that cannot be calculated with (text), or is not known. */
export const meaningOf = (unit: string): UnitMeaning | undefined => MEANINGS[unit];
export const isUnit = (text: string): text is Unit => (UNITS as readonly string[]).includes(text);

export function combine(a: Dimension, b: Dimension, sign: 1 | -1): Dimension {
  const out: Partial<Record<Base, number>> = {};
  for (const base of BASES) {
    const e = (a[base] ?? 0) + sign * (b[base] ?? 0);
    if (e !== 0) out[base] = e;
  }
  return out;
}

export function scaled(a: Dimension, by: number): Dimension {
  const out: Partial<Record<Base, number>> = {};
  for (const base of BASES) if (a[base]) out[base] = a[base] * by;
  return out;
}

/** An angle is a ratio: v times rad/s is an acceleration. All else must be the same. */
export const sameDimension = (a: Dimension, b: Dimension): boolean =>
  BASES.every((base) => base === "rad" || (a[base] ?? 0) === (b[base] ?? 0));

const exactly = (a: Dimension, b: Dimension): boolean =>
  BASES.every((base) => (a[base] ?? 0) === (b[base] ?? 0));

/** The unit that a result of this dimension is given in: coherent where there is one. */
export function unitFor(dimension: Dimension): Unit | undefined {
  for (const same of [exactly, sameDimension]) {
    let other: Unit | undefined;
    for (const unit of UNITS) {
      const m = MEANINGS[unit];
      if (!m || unit === "lambda" || !same(m.dimension, dimension)) continue;
      if (m.factor === 1) return unit;
      other ??= unit;
    }
    if (other) return other;
  }
  return undefined;
}

/** For error messages: `kg m^2 s^-3`. */
export function nameOf(dimension: Dimension): string {
  const parts = BASES.filter((b) => dimension[b]).map((b) =>
    dimension[b] === 1 ? b : `${b}^${dimension[b]}`,
  );
  return unitFor(dimension) ?? (parts.length > 0 ? parts.join(" ") : "1");
}
