import type { FieldSpec, Recording, Unit } from "@pitwall/core";

/** Key under which the file says what its columns are. */
export const ABOUT_KEY = "pitwall.recording";
/** Key of the sample store's own files, whose columns are scaled whole numbers. */
export const STORE_KEY = "pitwall";
export const TIME = "tUs";
export const UTC = "time";
export const LAP = "lap.number";

export type AboutColumn = {
  readonly name: string;
  readonly channel: string;
  /** Columns of one group have their samples in the same rows. */
  readonly group: string;
  readonly unit: Unit;
  readonly label: string;
  readonly resolution?: number;
};

/** What the rows do not say: units, laps with their exact times, gates. JSON in the file's metadata. */
export type About = {
  readonly version: 1;
  readonly absoluteTime: boolean;
  readonly columns: readonly AboutColumn[];
  /** Whether `lap.number` was filled in from the laps. */
  readonly lapsFilled: boolean;
} & Pick<Recording, "gates" | "laps" | "title" | "vehicle" | "driver" | "track" | "device">;

export const fieldOf = (c: AboutColumn): FieldSpec => ({
  name: c.channel,
  unit: c.unit,
  doc: c.label,
  ...(c.resolution === undefined ? {} : { resolution: c.resolution }),
});

/** Undefined for text that is none. */
export function parseAbout(text: string): About | undefined {
  try {
    const a = JSON.parse(text) as About;
    const sound =
      a.version === 1 &&
      [a.columns, a.laps, a.gates].every(Array.isArray) &&
      a.columns.every((c) => [c.name, c.channel, c.group, c.unit].every((x) => typeof x === "string"));
    return sound ? a : undefined;
  } catch {
    return undefined;
  }
}
