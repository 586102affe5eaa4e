import { unitOf } from "../names/units.ts";

/** A number with a letter in front of it or a text behind it: `N44.83`, `44.83°N`, `33.3 km/h`. */
const AROUND = /^([NSEW]?)\s*([-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+))\s*(?:[°º]|Â°)?\s*([^\d\s].{0,11})?$/i;

export type Around = { readonly before: string; readonly number: string; readonly after: string };

export function splitAround(text: string): Around | undefined {
  const m = AROUND.exec(text);
  if (!m) return undefined;
  const degrees = /[°º]/.test(text) && !m[3] ? "°" : (m[3] ?? "");
  const after = /[°º]\s*[CF]$/i.test(text) ? `°${m[3]}` : degrees;
  return m[1] === "" && after === "" ? undefined : { before: m[1]!, number: m[2]!, after };
}

/** The letter of the hemisphere, where it is the only thing around a number. */
export function hemisphereOf({ before, after }: Around): string | undefined {
  const letter = (before + after.replace(/^°/, "")).toUpperCase();
  return /^[NSEW]$/.test(letter) ? letter : undefined;
}

const isUnit = ({ before, after }: Around): boolean =>
  before === "" && after !== "" && unitOf(after) !== undefined;

/** Whether a cell is a number with something around it that has a meaning. */
export function isAround(cell: string): boolean {
  const a = splitAround(cell);
  return a !== undefined && (hemisphereOf(a) !== undefined || isUnit(a));
}

/** South and west are negative, also where somebody has written the sign as well. */
const signed = (number: string, letter: string): string =>
  letter === "S" || letter === "W" ? `-${number.replace(/^[-+]/, "")}` : number;

/** A column as plain numbers, where all of it has one unit behind its values, or the letter of a hemisphere beside them. */
export function plainColumn(
  cells: readonly string[],
  isPlace: boolean,
): { readonly cells: readonly string[]; readonly unit: string } | undefined {
  const filled = cells.filter((c) => c !== "");
  const parts = filled.map(splitAround);
  const first = parts[0];
  if (!first) return undefined;
  if (isPlace && parts.every((p) => p && hemisphereOf(p)))
    return {
      unit: "",
      cells: cells.map((c) => {
        const p = splitAround(c);
        return p ? signed(p.number, hemisphereOf(p)!) : c;
      }),
    };
  if (!parts.every((p) => p && isUnit(p) && p.after.toLowerCase() === first.after.toLowerCase()))
    return undefined;
  return { unit: first.after, cells: cells.map((c) => splitAround(c)?.number ?? c) };
}
