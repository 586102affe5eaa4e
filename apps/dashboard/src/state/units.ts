import { findChannel } from "@pitwall/core";

export const SPEED_UNITS = ["km/h", "mph", "m/s"] as const;
export type SpeedUnit = (typeof SPEED_UNITS)[number];

/** International mile: 1609.344 m. */
const PER_MPS: Readonly<Record<SpeedUnit, number>> = { "km/h": 3.6, mph: 3600 / 1609.344, "m/s": 1 };
/** Standard gravity, m/s^2. */
export const G0 = 9.80665;

/** How a quantity is shown: `value * factor`, with so many decimals. */
export type Display = { readonly unit: string; readonly factor: number; readonly digits: number };

const SHOWN: Readonly<Record<string, Display>> = {
  rad: { unit: "°", factor: 180 / Math.PI, digits: 1 },
  "rad/s": { unit: "°/s", factor: 180 / Math.PI, digits: 1 },
  "m/s^2": { unit: "m/s²", factor: 1, digits: 2 },
  degC: { unit: "°C", factor: 1, digits: 1 },
  deg: { unit: "°", factor: 1, digits: 6 },
  m: { unit: "m", factor: 1, digits: 1 },
  s: { unit: "s", factor: 1, digits: 2 },
  V: { unit: "V", factor: 1, digits: 2 },
  A: { unit: "A", factor: 1, digits: 1 },
  W: { unit: "W", factor: 1, digits: 0 },
  rpm: { unit: "rpm", factor: 1, digits: 0 },
  ms: { unit: "ms", factor: 1, digits: 0 },
  us: { unit: "µs", factor: 1, digits: 0 },
  Ohm: { unit: "Ω", factor: 1, digits: 3 },
  "N*m": { unit: "Nm", factor: 1, digits: 1 },
  bits: { unit: "", factor: 1, digits: 0 },
  code: { unit: "", factor: 1, digits: 0 },
};

export function displayOf(channel: string, unit: string, speed: SpeedUnit): Display {
  if (unit === "m/s") return { unit: speed, factor: PER_MPS[speed], digits: 1 };
  if (unit === "m/s^2" && channel.startsWith("vehicle.")) return { unit: "g", factor: 1 / G0, digits: 2 };
  if (unit === "1") {
    const known = findChannel(channel);
    // Shares of one, by the catalogue's range; anything else without a unit is a count.
    if (known && known.max === 1) return { unit: "%", factor: 100, digits: 0 };
    return { unit: "", factor: 1, digits: known ? decimalsOf(known.resolution) : 2 };
  }
  return SHOWN[unit] ?? { unit, factor: 1, digits: 2 };
}

const decimalsOf = (step: number): number => Math.min(3, Math.max(0, Math.ceil(-Math.log10(step))));

const ABBREVIATIONS: Readonly<Record<string, string>> = {
  can: "CAN",
  gps: "GPS",
  gnss: "GNSS",
  id: "ID",
  rpm: "rpm",
  utc: "UTC",
  vin: "VIN",
};

/** A protocol's own names are taken apart: "lapFlags" reads as "Lap flags"; the unit stands beside the value. */
export function labelOf(channel: string): string {
  const known = findChannel(channel);
  if (known) return known.label;
  const words = channel
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .replace(/(?<=.) (?:Ms|Us)$/, "")
    .split(/[._ ]/)
    .map((word) => ABBREVIATIONS[word.toLowerCase()] ?? word.toLowerCase())
    .join(" ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function formatValue(value: number, display: Display): string {
  const shown = value * display.factor;
  if (!Number.isFinite(shown)) return "–";
  const text = shown.toFixed(display.digits);
  // "-0.0" says nothing.
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

/** "1:23.456". */
export function lapTimeText(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "–";
  const ms = Math.round(seconds * 1000);
  const rest = ((ms % 60_000) / 1000).toFixed(3).padStart(6, "0");
  return `${Math.floor(ms / 60_000)}:${rest}`;
}

/** vehicle.mode: 1 accelerating, 2 braking, 4 cornering. */
const MODES: Readonly<Record<number, string>> = {
  0: "Steady",
  1: "Accelerating",
  2: "Braking",
  4: "Cornering",
  5: "Corner exit",
  6: "Corner entry",
};
export const modeText = (mode: number): string => MODES[mode] ?? "–";
