import type { FieldSpec } from "@pitwall/core";

/** value = raw / per + offset where `per` is whole, else raw * resolution + offset; `raw` is what integer columns keep. */
export type Scale = {
  readonly resolution: number;
  readonly per: number | undefined;
  readonly offset: number;
};

export const MAX_RAW = 0x7fff_ffff;
/** What an Int32Array holds for "no sample". */
export const NO_RAW = -0x8000_0000;

/** Undefined for fields without a resolution. Decimal fractions divide by a whole number, which gives 12.34 and not 12.340000000000002. */
export function scaleOf(field: FieldSpec): Scale | undefined {
  const { resolution, offset = 0 } = field;
  if (resolution === undefined || !(resolution > 0) || !Number.isFinite(resolution)) return undefined;
  const per = Math.round(1 / resolution);
  const whole = per > 1 && Math.abs(per * resolution - 1) < 1e-12;
  return { resolution, per: whole ? per : undefined, offset };
}

/** The multiple that stands for a value; NaN for NaN, and possibly beyond MAX_RAW. */
export const toRaw = (s: Scale, value: number): number =>
  s.per === undefined
    ? Math.round((value - s.offset) / s.resolution)
    : Math.round((value - s.offset) * s.per);

export const fromRaw = (s: Scale, raw: number): number =>
  s.per === undefined ? raw * s.resolution + s.offset : raw / s.per + s.offset;
