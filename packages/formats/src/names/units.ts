import { UNITS, type Unit } from "@pitwall/core";
import { HOUSE_UNITS, UNIT_SPELLINGS, type UnitStep } from "./units.table.ts";

export type { UnitStep } from "./units.table.ts";

const SAME: UnitStep = { unit: "1", scale: 1, offset: 0 };

/** The degree sign as other code pages and rings leave it: UTF-8 or Shift JIS read as Windows-1252, lost, º, ˚, ﾟ. */
const DEGREE = /â°|ã‚°|[º˚ﾟ\ufffd]|ß(?=[cf]$)/;

/** What a unit's text means in the house; undefined for a text that no one knows. No text is a plain number. */
export function unitOf(text: string): UnitStep | undefined {
  const plain = text.trim();
  if (plain === "") return SAME;
  const key = plain.toLowerCase().replace(DEGREE, "°").replace("℃", "°c").replace("℉", "°f");
  const known = UNIT_SPELLINGS[key] ?? UNIT_SPELLINGS[key.replaceAll(" ", "")];
  if (known) return known;
  const own = UNITS.find((u) => u === plain);
  return own ? { unit: own, scale: 1, offset: 0 } : undefined;
}

/** The step from a unit's text to a wanted unit of the house; undefined where they do not measure the same thing. */
export function unitTo(text: string, wanted: Unit): UnitStep | undefined {
  const plain = text.trim();
  if (plain === wanted) return { unit: wanted, scale: 1, offset: 0 };
  const from = unitOf(text);
  if (!from) return undefined;
  if (from.unit === wanted) return from;
  const a = HOUSE_UNITS[from.unit] ?? [from.unit, 1];
  const b = HOUSE_UNITS[wanted] ?? [wanted, 1];
  if (a[0] !== b[0]) return undefined;
  // degrees to degrees must stay exact
  if (wanted === "deg" && from.unit === "rad" && from.scale !== 1)
    return { unit: wanted, scale: 1, offset: 0 };
  return { unit: wanted, scale: (from.scale * a[1]) / b[1], offset: (from.offset * a[1]) / b[1] };
}

/** Takes the unit out of a title such as "Speed (km/h)", "Speed [km/h]" or "speed kmh" (the last only where it is one). */
export function splitTitle(title: string): { readonly name: string; readonly unit: string } {
  const bracket = /^(.*?)\s*[([]([^()[\]]*)[)\]]\s*(\*\s*\w+)?$/.exec(title);
  if (bracket) {
    const unit = bracket[2]!.trim();
    if (unit === "" || unitOf(unit)) return { name: `${bracket[1]!} ${bracket[3] ?? ""}`.trim(), unit };
  }
  const last = /^(.+)[\s_]+([^\s_]+)$/.exec(title);
  if (last && /[a-z]{2}|\//i.test(last[2]!) && unitOf(last[2]!) && UNAMBIGUOUS.test(last[2]!))
    return { name: last[1]!, unit: last[2]! };
  return { name: title, unit: "" };
}

/** Units that are no ordinary word at the end of a title ("lap min", "row a"). */
const UNAMBIGUOUS =
  /^(?:m\/s2?|m\/s²|m\/s\^2|mps2?|km\/?h|kph|mph|knots?|kts|deg(?:\/s|c|f)?|celsius|fahrenheit|dps|rad(?:\/s)?|rpm|kpa|hpa|mbar|psi|volts?|amps?|kw|hz|mv|ft|km)$/i;
