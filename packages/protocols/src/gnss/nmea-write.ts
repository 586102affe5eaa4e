import {
  CodecError,
  civilFromDays,
  type Encoder,
  encodeUtf8,
  fromPlain,
  type PlainMessage,
  type Reading,
  US_PER_DAY,
  xorBytes,
} from "@pitwall/core";
import type { Column, Sentence, SentenceKind } from "./nmea-column.ts";
import { EPOCH } from "./nmea-epoch.ts";
import { SENTENCES } from "./nmea-sentences.table.ts";

/** Minutes carry this many decimals: 1e-7 min is 0.2 mm. */
const MINUTE_DECIMALS = 7;
const NO_TALKER = "GN";

const pad = (x: number, width: number): string => String(x).padStart(width, "0");

function refused(kind: string, column: Column, value: number): CodecError {
  return new CodecError(
    "out-of-range",
    `nmea.${kind.toLowerCase()}`,
    column.at,
    `${column.name}=${value} ${column.unit} does not fit field ${column.at}`,
  );
}

function fixed(value: number, decimals: number, width: number): string {
  const text = Math.abs(value).toFixed(decimals);
  const whole = decimals === 0 ? text : text.slice(0, -decimals - 1);
  // a value that rounds to nothing has no sign
  return (value < 0 && Number(text) !== 0 ? "-" : "") + "0".repeat(Math.max(0, width - whole.length)) + text;
}

function timeText(us: number): string {
  // a leap second counts on behind the day's last second
  const isLeap = us >= US_PER_DAY;
  const s = isLeap ? 86_399 : Math.floor(us / 1e6);
  const rest = Math.round(us - s * 1e6);
  const second = (s % 60) + (isLeap ? 1 : 0);
  const fraction = isLeap ? rest - 1e6 : rest;
  const digits = fraction % 1000 === 0 ? pad(fraction / 1000, 3) : pad(fraction, 6);
  return `${pad(Math.floor(s / 3600), 2)}${pad(Math.floor(s / 60) % 60, 2)}${pad(second, 2)}.${digits}`;
}

function angleText(degrees: number, width: number): string {
  const per = 10 ** MINUTE_DECIMALS;
  const units = Math.round(Math.abs(degrees) * 60 * per);
  const whole = Math.floor(units / (60 * per));
  return pad(whole, width) + fixed((units - whole * 60 * per) / per, MINUTE_DECIMALS, 2);
}

/** Texts of the fields that one value fills, from its own on. `before` is what stands in the first of them already. */
function textsOf(kind: SentenceKind, column: Column, value: number, before: string): readonly string[] {
  switch (column.kind) {
    case "time":
      if (!(value >= 0 && value < 86_401)) throw refused(kind, column, value);
      return [timeText(Math.round(value * 1e6))];
    case "lat":
      if (!(Math.abs(value) <= 90)) throw refused(kind, column, value);
      return [angleText(value, 2), value < 0 ? "S" : "N"];
    case "lon":
      if (!(Math.abs(value) <= 180)) throw refused(kind, column, value);
      return [angleText(value, 3), value < 0 ? "W" : "E"];
    case "east": {
      const degrees = (Math.abs(value) * column.per) / column.scale;
      return [fixed(degrees, column.decimals, 1), value < 0 ? "W" : "E"];
    }
    case "letter": {
      const letter = column.letters![value];
      if (letter === undefined) throw refused(kind, column, value);
      return [before.padEnd(column.char, "N").slice(0, column.char) + letter];
    }
    case "fix":
      if (value !== 0 && value !== 2 && value !== 3) throw refused(kind, column, value);
      return [value === 0 ? "1" : String(value)];
    default:
      return [fixed((value * column.per) / column.scale, column.decimals, column.width)];
  }
}

function write(kind: SentenceKind, column: Column, value: number, fields: string[]): void {
  textsOf(kind, column, value, fields[column.at - 1] ?? "").forEach((text, k) => {
    fields[column.at - 1 + k] = text;
  });
  if (column.alternativeAt > 0) {
    fields[column.alternativeAt - 1] = fixed(value * column.alternativePer, 3, 1);
    fields[column.alternativeAt] = column.alternativeSuffix!;
  }
}

/** Date of a time in the fields that RMC and ZDA have for it. */
function writeDate(kind: SentenceKind, tUs: number, timeOfDay: number, fields: string[]): void {
  // the leap second belongs to the day before the one its microseconds count into
  const days = Math.floor(tUs / US_PER_DAY) - (timeOfDay >= 86_400 ? 1 : 0);
  const { year, month, day } = civilFromDays(days);
  if (kind === "RMC") fields[8] = pad(day, 2) + pad(month, 2) + pad(year % 100, 2);
  if (kind === "ZDA") fields.splice(1, 3, pad(day, 2), pad(month, 2), pad(year, 4));
}

function encodeSentence(sentence: Sentence, r: Reading): Uint8Array {
  const { kind, columns } = sentence;
  const fields: string[] = new Array<string>(sentence.full).fill("");
  const row = r.values;
  const timeAt = columns.findIndex((c) => c.kind === "time");
  if (timeAt >= 0 && Number.isNaN(row[timeAt]!) && Number.isFinite(r.tUs))
    row[timeAt] = (r.tUs - Math.floor(r.tUs / US_PER_DAY) * US_PER_DAY) / 1e6;
  let satellites = 0;
  columns.forEach((column, i) => {
    const value = row[i]!;
    if (column.suffix !== undefined) fields[column.at] = column.suffix;
    if (Number.isNaN(value)) return;
    if (column.kind === "signal") {
      fields.length = 3 + 4 * satellites;
      for (let k = 0; k < fields.length; k++) fields[k] ??= "";
      fields.push(column.letters![value] ?? "");
      return;
    }
    if (kind === "GSV" && column.at > 3) satellites = Math.ceil((column.at - 3) / 4);
    for (let k = fields.length; k < column.at; k++) fields.push("");
    write(kind, column, value, fields);
  });
  if (kind === "GSV" && fields.length < 3 + 4 * satellites)
    fields.push(...new Array<string>(3 + 4 * satellites - fields.length).fill(""));
  if (Number.isFinite(r.tUs) && timeAt >= 0) writeDate(kind, r.tUs, row[timeAt]!, fields);
  const talker = r.texts?.["talker"] ?? NO_TALKER;
  return withChecksum(`${talker}${kind},${fields.map((f) => f ?? "").join(",")}`);
}

/** `$`, text, checksum and line end. */
export function withChecksum(text: string): Uint8Array {
  const body = encodeUtf8(text);
  const sum = xorBytes(body, 0, body.length).toString(16).toUpperCase().padStart(2, "0");
  return encodeUtf8(`$${text}*${sum}\r\n`);
}

const EPOCH_SLOT = (name: string): number => EPOCH.fields.findIndex((f) => f.name === name);

/** Sentences that together say what an epoch says; those that would add nothing are left out. */
function encodeEpoch(r: Reading): Uint8Array {
  const value = (name: string): number => r.values[EPOCH_SLOT(name)]!;
  const has = (name: string): boolean => Number.isFinite(value(name));
  const fix = value("gnss.fix");
  const noFix = fix === 0;
  const parts: Uint8Array[] = [];
  const add = (kind: SentenceKind, more: Readonly<Record<string, number>>) => {
    const sentence = SENTENCES[kind];
    const values: Record<string, number> = {};
    for (const c of sentence.columns) {
      const x = more[c.name] ?? (EPOCH_SLOT(c.name) < 0 ? Number.NaN : value(c.name));
      if (Number.isFinite(x)) values[c.name] = x;
    }
    const tUs = Number.isFinite(r.tUs) ? r.tUs : null;
    parts.push(
      encodeSentence(sentence, fromPlain({ tUs, message: sentence.spec.name, values }, sentence.spec)),
    );
  };
  const quality = value("quality");
  add("RMC", { valid: noFix ? 0 : 1, mode: quality });
  if (["gnss.alt", "gnss.sats", "geoidSep"].some(has) || (has("gnss.hdop") && !has("gnss.pdop")))
    add("GGA", { quality: has("quality") ? quality : noFix ? 0 : 1 });
  if (
    has("gnss.pdop") ||
    has("gnss.vdop") ||
    (has("gnss.fix") && fix !== (has("gnss.alt") ? 3 : 2) && !noFix)
  )
    add("GSA", { selection: 1 });
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}

function encode(message: PlainMessage): Uint8Array {
  if (message.message === EPOCH.name) return encodeEpoch(fromPlain(message, EPOCH));
  const sentence = Object.values(SENTENCES).find((s) => s.spec.name === message.message);
  if (!sentence) throw new CodecError("unsupported", "nmea", 0, `no message "${message.message}"`);
  return encodeSentence(sentence, fromPlain(message, sentence.spec));
}

/** Sentences as bytes with checksum and line end; an epoch becomes RMC, GGA and GSA as far as they are needed. */
export const createNmeaEncoder = (): Encoder => ({ encode });
