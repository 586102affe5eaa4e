import type { FieldSpec, MessageSpec, Unit } from "@pitwall/core";

/** How a value stands in a sentence. */
export type ColumnKind =
  /** hhmmss.sss; the value is seconds of the day. */
  | "time"
  /** Angle, then its hemisphere in the next field. */
  | "lat"
  | "lon"
  /** value * scale / per. */
  | "number"
  /** Degrees clockwise from north, brought into one turn. */
  | "course"
  /** Degrees, then E or W in the next field. */
  | "east"
  /** One character of the field; its place in `letters` is the value. */
  | "letter"
  /** 1 none, 2 and 3 as they are. */
  | "fix"
  /** The last field of a GSV sentence, where it is one more than its satellites need. */
  | "signal";

/** One value of a sentence: where it stands, how it is read and written. */
export type Column = FieldSpec & {
  readonly kind: ColumnKind;
  /** Field number, 1 behind the address. */
  readonly at: number;
  readonly scale: number;
  readonly per: number;
  /** Decimals when written. */
  readonly decimals: number;
  /** Digits in front of the point when written. */
  readonly width: number;
  /** Fields that follow with a fixed letter (a unit), as text to write. */
  readonly suffix?: string;
  readonly letters?: string;
  /** Which character of the field, for several values in one (GNS modes). */
  readonly char: number;
  /** The same quantity in another unit, taken where the field is empty: value = number / alternativePer. 0 where there is none. */
  readonly alternativeAt: number;
  readonly alternativePer: number;
  readonly alternativeSuffix?: string;
  /** Numbers from here on say "not available". */
  readonly missingFrom: number;
};

export type SentenceKind = "RMC" | "GGA" | "GSA" | "GSV" | "VTG" | "GLL" | "GNS" | "ZDA";

export type Sentence = {
  readonly kind: SentenceKind;
  readonly spec: MessageSpec;
  readonly columns: readonly Column[];
  /** Fewer fields than `least` are no such sentence; fewer than `full` may be one that was cut. */
  readonly least: number;
  readonly full: number;
};

type Loose = Partial<Omit<Column, "kind" | "at" | "name" | "unit" | "doc">>;

const column =
  (kind: ColumnKind, defaults: Loose = {}) =>
  (at: number, name: string, unit: Unit, doc: string, more: Loose = {}): Column => ({
    kind,
    at,
    name,
    unit,
    doc,
    scale: 1,
    per: 1,
    decimals: 0,
    width: 1,
    char: 0,
    alternativeAt: 0,
    alternativePer: 1,
    missingFrom: Number.POSITIVE_INFINITY,
    ...defaults,
    ...more,
  });

const RAD = Math.PI / 180;

export const number = column("number");
export const integer = column("number", { resolution: 1 });
/** Receivers write 99.99 where they have no dilution of precision. */
export const dop = (at: number, name: string, doc: string): Column =>
  number(at, name, "1", doc, { resolution: 0.01, decimals: 2, missingFrom: 99 });
export const time = (at: number): Column =>
  column("time")(at, "timeOfDay", "s", "UTC; 86400 and more within a leap second", { resolution: 0.001 });
export const lat = (at: number): Column =>
  column("lat")(at, "gnss.lat", "deg", "WGS 84, absent without a fix", { resolution: 1e-8 });
export const lon = (at: number): Column =>
  column("lon")(at, "gnss.lon", "deg", "WGS 84, absent without a fix", { resolution: 1e-8 });
export const knots = (at: number): Column =>
  number(at, "gnss.speed", "m/s", "over ground", { resolution: 1e-4, scale: 1852, per: 3600, decimals: 4 });
export const course = (at: number, name: string, doc: string): Column =>
  column("course")(at, name, "rad", doc, { resolution: 1e-6, scale: Math.PI, per: 180, decimals: 5 });
export const angle = (at: number, name: string, doc: string): Column =>
  number(at, name, "rad", doc, { resolution: RAD, scale: Math.PI, per: 180 });
export const east = (at: number, name: string, doc: string): Column =>
  column("east")(at, name, "rad", doc, { resolution: 1e-5, scale: Math.PI, per: 180, decimals: 4 });
export const fix = (at: number): Column =>
  column("fix")(at, "gnss.fix", "1", "0 none, 2 = 2D, 3 = 3D", { resolution: 1 });
const HEX = "0123456789ABCDEF";
export const hexadecimal = (at: number, name: string, doc: string): Column =>
  column("letter")(at, name, "1", doc, { resolution: 1, letters: HEX });
export const signal = (): Column =>
  column("signal")(4, "signalId", "1", "since NMEA 4.10", { resolution: 1, letters: HEX });

/** A code whose values are letters on the wire; value n is the letter at n, named by `names[n]`. */
export const letter = (
  at: number,
  name: string,
  letters: string,
  names: readonly string[],
  doc: string,
  char = 0,
): Column =>
  column("letter")(at, name, "code", doc, {
    resolution: 1,
    letters,
    char,
    labels: Object.fromEntries(names.map((n, i) => [i, n])),
  });

export function sentence(
  kind: SentenceKind,
  doc: string,
  fields: { readonly least: number; readonly full: number },
  columns: readonly Column[],
): Sentence {
  const spec: MessageSpec = {
    name: `nmea.${kind.toLowerCase()}`,
    doc,
    part: true,
    texts: ["talker"],
    fields: columns.map(({ name, unit, doc, resolution, labels }) => ({
      name,
      unit,
      doc,
      ...(resolution === undefined ? {} : { resolution, offset: 0 }),
      ...(labels === undefined ? {} : { labels }),
    })),
  };
  return { kind, spec, columns, ...fields };
}
