import { CodecError, civilFromDays, daysFromCivil, Reading, US_PER_DAY } from "@pitwall/core";
import { GPS, TIME } from "./messages.ts";

const HOUR_US = 3_600e6;
const NO_ANGLE = 0x7fff_ffff;
const NO_WORD = 0xffff;
const NO_BYTE = 0xff;
const NO_SATS = 0x3f;
const COARSE = 0x8000;
const FINE_MAX = 0x7fff;
const DEG = Math.PI / 180;
const [SYNC, TIME_OF_HOUR, QUALITY, FIX, SATS, LAT, LON, ALT, SPEED, COURSE, HDOP, VDOP] = GPS.fields.map(
  (_, i) => i,
) as [number, number, number, number, number, number, number, number, number, number, number, number];

export const GPS_LENGTH = 20;
export const TIME_LENGTH = 3;

/** A number that is fine in the lower 15 bits, or coarse with the highest bit set. */
const fineOrCoarse = (raw: number, finePer: number, coarsePer: number): number =>
  raw === NO_WORD ? Number.NaN : raw & COARSE ? (raw & FINE_MAX) / coarsePer : raw / finePer;

/**
 * The fine form while its 15 bits hold the value, else the coarse one. The protocol's description states the limits of
 * 16 bits and masks with 15: a value in between would come out 32,768 steps too small.
 */
function toFineOrCoarse(value: number, finePer: number, coarsePer: number, name: string, at: number): number {
  if (Number.isNaN(value)) return NO_WORD;
  const fine = Math.round(value * finePer);
  if (fine >= 0 && fine <= FINE_MAX) return fine;
  const coarse = Math.round(value * coarsePer);
  if (!(coarse >= 0 && coarse < FINE_MAX))
    throw new CodecError("out-of-range", GPS.name, at, `${name} = ${value} does not fit`);
  return coarse | COARSE;
}

/** Joins the two characteristics; one instance a device. */
export class GpsReader {
  readonly #gps = new Reading(GPS);
  readonly #time = new Reading(TIME);
  #hourSync = -1;

  /** Characteristic 4 at bytes[at…]; its start of the hour is remembered. Undefined where it is no date. */
  time(view: DataView, at: number): Reading | undefined {
    const word = (view.getUint8(at) << 16) | view.getUint16(at + 1);
    const count = word & 0x1f_ffff;
    const year = 2000 + Math.floor(count / 8928);
    const month = 1 + (Math.floor(count / 744) % 12);
    const day = 1 + (Math.floor(count / 24) % 31);
    const first = daysFromCivil(year, month, 1);
    const days = first + day - 1;
    if (civilFromDays(days).month !== month) return undefined;
    this.#hourSync = word >> 21;
    this.#time.values[0] = this.#hourSync;
    this.#time.tUs = days * US_PER_DAY + (count % 24) * HOUR_US;
    return this.#time;
  }

  /** Characteristic 3 at bytes[at…]. */
  gps(view: DataView, at: number): Reading {
    const r = this.#gps;
    const v = r.values;
    const word = (view.getUint8(at) << 16) | view.getUint16(at + 1);
    const sync = word >> 21;
    v[SYNC] = sync;
    v[TIME_OF_HOUR] = (word & 0x1f_ffff) / 500;
    r.tUs = sync === this.#hourSync ? this.#time.tUs + (word & 0x1f_ffff) * 2000 : Number.NaN;
    const fix = view.getUint8(at + 3);
    const lat = view.getInt32(at + 4);
    const lon = view.getInt32(at + 8);
    const placed = fix >> 6 > 0 && Math.abs(lat) <= 90e7 && Math.abs(lon) <= 180e7;
    v[QUALITY] = fix >> 6;
    v[SATS] = (fix & NO_SATS) === NO_SATS ? Number.NaN : fix & NO_SATS;
    v[LAT] = placed ? lat / 1e7 : Number.NaN;
    v[LON] = placed ? lon / 1e7 : Number.NaN;
    const alt = fineOrCoarse(view.getUint16(at + 12), 10, 1) - 500;
    const course = view.getUint16(at + 16);
    v[ALT] = placed ? alt : Number.NaN;
    v[SPEED] = placed ? fineOrCoarse(view.getUint16(at + 14), 100, 10) / 3.6 : Number.NaN;
    v[COURSE] = placed && course <= 36_000 ? ((course % 36_000) / 100) * DEG : Number.NaN;
    const hdop = view.getUint8(at + 18);
    const vdop = view.getUint8(at + 19);
    v[HDOP] = hdop === NO_BYTE ? Number.NaN : hdop / 10;
    v[VDOP] = vdop === NO_BYTE ? Number.NaN : vdop / 10;
    v[FIX] = !placed ? 0 : Number.isNaN(v[ALT]!) ? 2 : 3;
    return r;
  }
}

/** Sync bits of an hour: they count the hours, so that neighbouring ones differ whoever asks. */
const syncOf = (tUs: number): number => Math.floor(tUs / HOUR_US) & 7;

/** Characteristic 4 for a time. */
export function writeTime(view: DataView, at: number, tUs: number, sync = syncOf(tUs)): void {
  const hours = Math.floor(tUs / HOUR_US);
  const days = Math.floor(hours / 24);
  const { year, month, day } = civilFromDays(days);
  const count = (year - 2000) * 8928 + (month - 1) * 744 + (day - 1) * 24 + (hours - days * 24);
  if (!(count >= 0 && count <= 0x1f_ffff))
    throw new CodecError("out-of-range", TIME.name, at, `the year ${year} does not fit`);
  const word = (sync << 21) | count;
  view.setUint8(at, word >> 16);
  view.setUint16(at + 1, word & 0xffff);
}

const word = (x: number, none: number, max: number): number =>
  Number.isNaN(x) || !(x >= 0 && x <= max) ? none : Math.round(x);

/** Characteristic 3 for a row of GPS values. */
export function writeGps(view: DataView, at: number, v: Float64Array, tUs: number): void {
  const hasTime = Number.isFinite(tUs);
  // rounded down, so that the last step of an hour does not become the next hour's
  const steps = hasTime
    ? Math.floor((tUs - Math.floor(tUs / HOUR_US) * HOUR_US) / 2000)
    : Math.round((v[TIME_OF_HOUR] || 0) * 500);
  const sync = hasTime ? syncOf(tUs) : v[SYNC] || 0;
  if (!(steps >= 0 && steps <= 0x1f_ffff) || !(sync >= 0 && sync <= 7))
    throw new CodecError("out-of-range", GPS.name, at, `time ${v[TIME_OF_HOUR]}, sync ${sync}`);
  view.setUint8(at, (sync << 5) | (steps >> 16));
  view.setUint16(at + 1, steps & 0xffff);
  const quality = Number.isNaN(v[QUALITY]!) ? (v[FIX]! >= 2 ? 1 : 0) : Math.min(3, v[QUALITY]!);
  const sats = Number.isNaN(v[SATS]!) ? NO_SATS : Math.min(NO_SATS - 1, Math.max(0, Math.round(v[SATS]!)));
  view.setUint8(at + 3, (quality << 6) | sats);
  view.setInt32(at + 4, Math.abs(v[LAT]!) <= 90 ? Math.round(v[LAT]! * 1e7) : NO_ANGLE);
  view.setInt32(at + 8, Math.abs(v[LON]!) <= 180 ? Math.round(v[LON]! * 1e7) : NO_ANGLE);
  view.setUint16(at + 12, toFineOrCoarse(v[ALT]! + 500, 10, 1, "altitude + 500", at + 12));
  view.setUint16(at + 14, toFineOrCoarse(v[SPEED]! * 3.6, 100, 10, "speed in km/h", at + 14));
  view.setUint16(at + 16, word((v[COURSE]! / DEG) * 100, NO_WORD, 36_000));
  // what does not fit a byte is not known better by a wrong number
  view.setUint8(at + 18, word(v[HDOP]! * 10, NO_BYTE, 254.4));
  view.setUint8(at + 19, word(v[VDOP]! * 10, NO_BYTE, 254.4));
}
