import type { Unit } from "./units.ts";

/** One value of a message. `name` is a channel id of the catalogue, or the protocol's own name. */
export type FieldSpec = {
  readonly name: string;
  readonly unit: Unit;
  readonly doc: string;
  /** Step between neighbouring values and the value of raw 0: storage packs values as integers by it. */
  readonly resolution?: number;
  readonly offset?: number;
  /** The wire carries a 32-bit float: more digits than that are noise. */
  readonly float32?: true;
  /** Names of an enumeration's values, or of a bit field's bits (by bit number). */
  readonly labels?: Readonly<Record<number, string>>;
  readonly bits?: Readonly<Record<number, string>>;
};

export type MessageSpec = {
  /** `protocol.message`, lower case. */
  readonly name: string;
  readonly doc: string;
  readonly fields: readonly FieldSpec[];
  /** Names of values that are text (a VIN, a firmware version); they are in `Reading.texts`. */
  readonly texts?: readonly string[];
  /** The same values come again in a joined message (an NMEA sentence of an epoch): shown by `decode`, not stored. */
  readonly part?: true;
};

/**
 * One decoded message. A decoder owns one Reading a message kind and fills it anew each time:
 * borrowed by the receiver until it returns.
 */
export class Reading {
  readonly message: MessageSpec;
  /** In the order of `message.fields`; NaN is "not available". */
  readonly values: Float64Array;
  /** Microseconds since the Unix epoch as the message itself says; NaN where it does not. */
  tUs = Number.NaN;
  /** Microseconds since the device's boot as the message itself says; NaN where it does not. */
  bootUs = Number.NaN;
  texts: Readonly<Record<string, string>> | undefined = undefined;
  constructor(message: MessageSpec) {
    this.message = message;
    this.values = new Float64Array(message.fields.length).fill(Number.NaN);
  }
  /** Marks everything "not available". */
  clear(): this {
    this.values.fill(Number.NaN);
    this.tUs = Number.NaN;
    this.bootUs = Number.NaN;
    this.texts = undefined;
    return this;
  }
}

/** A message as plain data: one line of `pitwall decode`, and what `encode` takes. Absent values are left out, never 0. */
export type PlainMessage = {
  readonly tUs: number | null;
  readonly message: string;
  readonly values: Readonly<Record<string, number | string>>;
  readonly bootUs?: number;
};

export function toPlain(r: Reading): PlainMessage {
  const values: Record<string, number | string> = {};
  for (let i = 0; i < r.message.fields.length; i++) {
    const v = r.values[i]!;
    if (Number.isFinite(v)) values[r.message.fields[i]!.name] = v;
  }
  if (r.texts) Object.assign(values, r.texts);
  const plain = { tUs: Number.isFinite(r.tUs) ? r.tUs : null, message: r.message.name, values };
  return Number.isFinite(r.bootUs) ? { ...plain, bootUs: r.bootUs } : plain;
}

/** Fills a Reading from plain data; unknown names are an error, so that a typing mistake does not vanish. */
export function fromPlain(plain: PlainMessage, spec: MessageSpec): Reading {
  const r = new Reading(spec);
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(plain.values)) {
    const at = spec.fields.findIndex((f) => f.name === name);
    if (at >= 0 && typeof value === "number") r.values[at] = value;
    else if (spec.texts?.includes(name) && typeof value === "string") texts[name] = value;
    else throw new TypeError(`${spec.name} has no ${typeof value} field "${name}"`);
  }
  r.tUs = plain.tUs ?? Number.NaN;
  r.bootUs = plain.bootUs ?? Number.NaN;
  if (Object.keys(texts).length > 0) r.texts = texts;
  return r;
}
