import { findChannel } from "@pitwall/core";
import { UsageError } from "../command.ts";

/** How a quantity is shown to people: SI times `factor` is the number with `label` behind it. */
export type Shown = { readonly label: string; readonly factor: number; readonly digits: number };

const SPEEDS = {
  "km/h": { label: "km/h", factor: 3.6, digits: 1 },
  mph: { label: "mph", factor: 3600 / 1609.344, digits: 1 },
  kn: { label: "kn", factor: 3600 / 1852, digits: 2 },
  "m/s": { label: "m/s", factor: 1, digits: 2 },
} as const satisfies Record<string, Shown>;

export const GRAVITY_MPS2 = 9.80665;
export const G: Shown = { label: "g", factor: 1 / GRAVITY_MPS2, digits: 2 };
export const PERCENT: Shown = { label: "%", factor: 100, digits: 0 };
export const METRES: Shown = { label: "m", factor: 1, digits: 0 };

/** Throws UsageError. */
export function speedShown(option: string | undefined): Shown {
  const name = option ?? "km/h";
  const found = Object.entries(SPEEDS).find(([k]) => k === name)?.[1];
  if (!found) throw new UsageError(`--speed-unit is one of ${Object.keys(SPEEDS).join(" ")}`);
  return found;
}

/** The unit in which a channel is shown: speeds and accelerations as drivers speak of them, angles in degrees. */
export function channelShown(field: { readonly name: string; readonly unit: string }, speed: Shown): Shown {
  const known = findChannel(field.name);
  switch (field.unit) {
    case "m/s":
      return speed;
    case "m/s^2":
      return G;
    case "rad":
      return { label: "deg", factor: 180 / Math.PI, digits: 1 };
    case "rad/s":
      return { label: "deg/s", factor: 180 / Math.PI, digits: 1 };
    case "1":
      if (known && known.max <= 1 && known.min >= -1) return { ...PERCENT, digits: 1 };
      return { label: "", factor: 1, digits: 3 };
    case "rpm":
      return { label: "rpm", factor: 1, digits: 0 };
    case "deg":
      return { label: "deg", factor: 1, digits: 6 };
    default:
      return { label: field.unit, factor: 1, digits: 2 };
  }
}

/** A number in its unit, `-` for what is not there; `sign` puts a plus before what is above 0. */
export function show(value: number, shown: Shown, sign = false): string {
  if (!Number.isFinite(value)) return "-";
  const text = (value * shown.factor).toFixed(shown.digits);
  const zero = Number(text) === 0;
  return zero ? text.replace("-", "") : sign && value > 0 ? `+${text}` : text;
}

export const SECONDS: Shown = { label: "s", factor: 1, digits: 3 };
