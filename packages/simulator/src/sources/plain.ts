import type { PlainMessage } from "@pitwall/core";
import type { Sensed } from "../unit.ts";

/** A message of what is known: what is NaN is left out. */
export const plain = (message: string, s: Sensed, values: Record<string, number | string>): PlainMessage => ({
  tUs: s.utcUs,
  message,
  values: Object.fromEntries(
    Object.entries(values).filter(([, v]) => typeof v === "string" || Number.isFinite(v)),
  ),
});
