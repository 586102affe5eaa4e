import { Reading } from "@pitwall/core";
import {
  CFG_VALSET,
  ESF_MEAS,
  ESF_MEAS_SENSORS_AT,
  ESF_RAW,
  ESF_RAW_SENSORS_AT,
  MON_VER,
  NAV_SAT,
  SAT_HEAD,
  SATELLITE,
  SENSORS,
  valueSize,
} from "./ubx-lists.ts";

const BACKWARDS = 0x80_0000;
const SOFTWARE = 30;
const HARDWARE = 10;
const EXTENSION = 30;
const NO_ELEVATION_DEG = 90;

/** Index into SENSORS by the type on the wire. */
const SENSOR_OF = (() => {
  const table = new Int8Array(64).fill(-1);
  SENSORS.forEach((s, i) => {
    table[s.type] = i;
  });
  return table;
})();

/** Text up to its terminating zero. */
function textAt(view: DataView, at: number, length: number): string {
  let text = "";
  for (let i = 0; i < length; i++) {
    const c = view.getUint8(at + i);
    if (c === 0) break;
    text += String.fromCharCode(c);
  }
  return text;
}

/** Messages that are lists. Each method returns false where the payload is not what its count says. */
export class ListReader {
  readonly #emit: (r: Reading) => void;
  readonly #place: (row: Float64Array, at: number, out: Float64Array) => void;
  readonly #tUs = new Float64Array(1);
  readonly #satellite = new Reading(NAV_SAT);
  readonly #measurement = new Reading(ESF_MEAS);
  readonly #raw = new Reading(ESF_RAW);

  constructor(emit: (r: Reading) => void, place: (row: Float64Array, at: number, out: Float64Array) => void) {
    this.#emit = emit;
    this.#place = place;
  }

  satellites(view: DataView, at: number, length: number): boolean {
    const count = view.getUint8(at + 5);
    if (length !== SAT_HEAD + count * SATELLITE.byteLength) return false;
    const r = this.#satellite;
    r.values[0] = view.getUint32(at, true);
    this.#place(r.values, 0, this.#tUs);
    r.tUs = this.#tUs[0]!;
    for (let k = 0; k < count; k++) {
      const from = at + SAT_HEAD + k * SATELLITE.byteLength;
      SATELLITE.read(view, from, r.values, 1);
      // out of range says that neither angle is known
      if (Math.abs(view.getInt8(from + 3)) > NO_ELEVATION_DEG) {
        r.values[4] = Number.NaN;
        r.values[5] = Number.NaN;
      }
      this.#emit(r);
    }
    return true;
  }

  measurements(view: DataView, at: number, length: number): boolean {
    const flags = view.getUint16(at + 4, true);
    const count = flags >> 11;
    if (length < 8 + 4 * count) return false;
    const r = this.#measurement.clear();
    r.values[0] = view.getUint32(at, true);
    r.values[1] = flags;
    r.values[2] = view.getUint16(at + 6, true);
    for (let k = 0; k < count; k++)
      sense(view.getUint32(at + 8 + 4 * k, true), 0x3f, r.values, ESF_MEAS_SENSORS_AT);
    this.#emit(r);
    return true;
  }

  raw(view: DataView, at: number, length: number): boolean {
    const r = this.#raw.clear();
    const v = r.values;
    for (let p = at + 4; p < at + length; p += 8) {
      const tag = view.getUint32(p + 4, true);
      if (!Number.isNaN(v[0]!) && v[0] !== tag) {
        this.#emit(r);
        r.clear();
      }
      v[0] = tag;
      sense(view.getUint32(p, true), 0xff, v, ESF_RAW_SENSORS_AT);
    }
    if (!Number.isNaN(v[0]!)) this.#emit(r);
    return true;
  }

  versions(view: DataView, at: number, length: number): boolean {
    if (length < SOFTWARE + HARDWARE) return false;
    const r = new Reading(MON_VER);
    const extensions: string[] = [];
    for (let p = SOFTWARE + HARDWARE; p + EXTENSION <= length; p += EXTENSION)
      extensions.push(textAt(view, at + p, EXTENSION));
    r.texts = {
      software: textAt(view, at, SOFTWARE),
      hardware: textAt(view, at + SOFTWARE, HARDWARE),
      extensions: extensions.join("\n"),
    };
    this.#emit(r);
    return true;
  }

  settings(
    view: DataView,
    at: number,
    length: number,
    onBad: (reason: string, from: number, length: number) => void,
  ): boolean {
    if (length < 8) return false;
    const r = new Reading(CFG_VALSET);
    for (let p = 4; p < length; ) {
      const key = p + 4 <= length ? view.getUint32(at + p, true) : 0;
      const size = valueSize(key);
      if (size === 0 || p + 4 + size > length) {
        onBad(`configuration key ${key} and its value do not fit`, p, length - p);
        return true;
      }
      let value = 0;
      for (let i = size - 1; i >= 0; i--) value = value * 256 + view.getUint8(at + p + 4 + i);
      r.values[0] = view.getUint8(at + 1);
      r.values[1] = key;
      r.values[2] = value;
      this.#emit(r);
      p += 4 + size;
    }
    return true;
  }
}

/** One word of sensor data (24 bits and a type above them) into the row. */
function sense(word: number, typeMask: number, row: Float64Array, firstAt: number): void {
  const type = (word >>> 24) & typeMask;
  const at = type < SENSOR_OF.length ? SENSOR_OF[type]! : -1;
  if (at < 0) return;
  const s = SENSORS[at]!;
  if (s.ticks) {
    const ticks = word & (BACKWARDS - 1);
    row[firstAt + at] = (word & BACKWARDS) !== 0 ? 0 - ticks : ticks;
  } else row[firstAt + at] = ((word << 8) >> 8) * s.scale;
}
