import { FormatError } from "../errors.ts";

/** A value of line protocol: a float, an integer (64 bit), an unsigned one, a flag, text. */
export type LineValue =
  | { readonly float: number }
  | { readonly int: number | bigint }
  | { readonly uint: number | bigint }
  | { readonly bool: boolean }
  | { readonly string: string };

export type LinePoint = {
  readonly measurement: string;
  readonly tags: readonly (readonly [key: string, value: string])[];
  readonly fields: readonly (readonly [key: string, value: LineValue])[];
  /** Nanoseconds since the Unix epoch. */
  readonly timestampNs?: bigint | number;
};

const refuse = (reason: string): never => {
  throw new FormatError("malformed", "line-protocol", reason);
};

/** The protocol has no way to write a line break, and none to end a word in a backslash, which would escape what follows. */
function word(text: string, what: string, escaped: RegExp): string {
  if (text === "") return refuse(`an empty ${what}`);
  if (/[\r\n]/.test(text)) return refuse(`a line break in the ${what}`);
  if (text.endsWith("\\")) return refuse(`the ${what} ${text} ends in a backslash`);
  return text.replace(escaped, "\\$&");
}

export const measurementText = (name: string): string => {
  if (name.startsWith("#")) return refuse("a measurement that begins with # would be a comment");
  return word(name, "measurement", /[, ]/g);
};
export const keyText = (key: string): string => word(key, "key", /[,= ]/g);
export const tagText = (value: string): string => word(value, "tag value", /[,= ]/g);
export const stringText = (value: string): string => `"${value.replace(/["\\]/g, "\\$&")}"`;

function valueText(value: LineValue, key: string): string {
  if ("float" in value)
    return Number.isFinite(value.float) ? String(value.float) : refuse(`${key} is no finite number`);
  if ("int" in value) return `${value.int}i`;
  if ("uint" in value) return `${value.uint}u`;
  if ("bool" in value) return String(value.bool);
  return stringText(value.string);
}

/**
 * One point as a line, without its line break
 * (https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/). Tags in the order given; sorted ones are
 * cheaper for the server. Throws FormatError "malformed" for what the protocol cannot say.
 */
export function encodeLine(point: LinePoint): string {
  if (point.fields.length === 0) refuse("a point without a field");
  const tags = point.tags.map(([k, v]) => `,${keyText(k)}=${tagText(v)}`).join("");
  const fields = point.fields.map(([k, v]) => `${keyText(k)}=${valueText(v, k)}`).join(",");
  const time = point.timestampNs === undefined ? "" : ` ${point.timestampNs}`;
  return `${measurementText(point.measurement)}${tags} ${fields}${time}`;
}
