import { type Layout, type MessageSpec, type OnProblem, Reading, US_PER_DAY } from "@pitwall/core";
import { UBX_HEAD } from "../ubx-frame.ts";
import type { Calendar } from "./nmea-calendar.ts";
import { UbxClock } from "./ubx-clock.ts";
import { createHnrPvt, createNavPvt, type FixReader, readHighPrecision } from "./ubx-fix.ts";
import { HNR_PVT, NAV_HPPOSLLH, NAV_PVT, PLAIN, type UbxMessage } from "./ubx-layouts.table.ts";
import { ListReader } from "./ubx-list-reader.ts";
import { CFG_VALSET, ESF_MEAS, ESF_RAW, MON_VER, NAV_SAT, SAT_HEAD, SATELLITE } from "./ubx-lists.ts";

const FIXED: readonly UbxMessage[] = [NAV_PVT, HNR_PVT, NAV_HPPOSLLH, ...PLAIN];

export const UBX_MESSAGES: readonly MessageSpec[] = [
  ...FIXED.map((m) => m.spec),
  NAV_SAT,
  ESF_RAW,
  ESF_MEAS,
  MON_VER,
  CFG_VALSET,
];

export const UBX_LAYOUTS: readonly Layout[] = FIXED.map((m) => m.layout);

const keyOf = (cls: number, id: number): number => (cls << 8) | id;
const CLASS_CFG = 0x06;
/** Receivers of generation 7 end the message after pDOP. */
const SHORT_PVT = 84;

type Fits = (length: number) => boolean;
const LENGTHS: ReadonlyMap<number, Fits> = new Map<number, Fits>([
  ...FIXED.filter((m) => m.cls !== CLASS_CFG && m !== NAV_PVT).map((m): [number, Fits] => [
    keyOf(m.cls, m.id),
    (n) => n === m.layout.byteLength,
  ]),
  [keyOf(0x01, 0x07), (n) => n === NAV_PVT.layout.byteLength || n === SHORT_PVT],
  [keyOf(0x01, 0x35), (n) => n >= SAT_HEAD && (n - SAT_HEAD) % SATELLITE.byteLength === 0],
  [keyOf(0x10, 0x02), (n) => n >= 8 && n % 4 === 0],
  [keyOf(0x10, 0x03), (n) => n >= 4 && (n - 4) % 8 === 0],
]);

/** Payload lengths that a receiver's message can have; true for messages that are not known here. A poll request has none. */
export function ubxLengthFits(cls: number, id: number, length: number): boolean {
  const fits = LENGTHS.get(keyOf(cls, id));
  return fits === undefined || length === 0 || fits(length);
}

type Handler = (view: DataView, at: number, length: number) => boolean;

/** Decodes UBX frames of one receiver. */
export class UbxDecoder {
  readonly #calendar: Calendar;
  readonly #emit: (r: Reading) => void;
  readonly #unsupported: () => void;
  readonly #clock = new UbxClock();
  readonly #handlers = new Map<number, Handler>();
  readonly #tUs = new Float64Array(1);
  readonly #todUs = new Float64Array(1);
  readonly #wide = new Uint8Array(NAV_PVT.layout.byteLength);
  readonly #wideView = new DataView(this.#wide.buffer);

  constructor(options: {
    readonly calendar: Calendar;
    readonly emit: (r: Reading) => void;
    readonly unsupported: () => void;
    readonly problem: OnProblem;
    /** Stream offset of the frame at hand. */
    readonly frameOffset: () => number;
  }) {
    this.#calendar = options.calendar;
    this.#emit = options.emit;
    this.#unsupported = options.unsupported;
    for (const m of PLAIN) this.#handlers.set(keyOf(m.cls, m.id), this.#plain(m));
    const pvt = createNavPvt();
    const hnr = createHnrPvt();
    this.#handlers.set(keyOf(NAV_PVT.cls, NAV_PVT.id), (view, at, length) => {
      if (length === SHORT_PVT) {
        for (let i = 0; i < SHORT_PVT; i++) this.#wide[i] = view.getUint8(at + i);
        return this.#fix(pvt, this.#wideView, 0);
      }
      return length === NAV_PVT.layout.byteLength && this.#fix(pvt, view, at);
    });
    this.#handlers.set(
      keyOf(HNR_PVT.cls, HNR_PVT.id),
      (view, at, length) => length === HNR_PVT.layout.byteLength && this.#fix(hnr, view, at),
    );
    this.#handlers.set(keyOf(NAV_HPPOSLLH.cls, NAV_HPPOSLLH.id), this.#plain(NAV_HPPOSLLH));
    const lists = new ListReader(options.emit, (row, at, out) => this.#clock.place(row, at, out, 0));
    this.#handlers.set(keyOf(0x01, 0x35), (view, at, length) => lists.satellites(view, at, length));
    this.#handlers.set(keyOf(0x10, 0x02), (view, at, length) => lists.measurements(view, at, length));
    this.#handlers.set(keyOf(0x10, 0x03), (view, at, length) => lists.raw(view, at, length));
    this.#handlers.set(keyOf(0x0a, 0x04), (view, at, length) => lists.versions(view, at, length));
    this.#handlers.set(keyOf(0x06, 0x8a), (view, at, length) =>
      lists.settings(view, at, length, (reason, from, n) =>
        options.problem({
          code: "malformed",
          offset: options.frameOffset() + UBX_HEAD + from,
          length: n,
          reason,
        }),
      ),
    );
  }

  /** One framed message at view[start, end). */
  frame(view: DataView, start: number, end: number): void {
    const handler = this.#handlers.get(keyOf(view.getUint8(start + 2), view.getUint8(start + 3)));
    const length = end - start - UBX_HEAD - 2;
    if (handler === undefined || length === 0 || !handler(view, start + UBX_HEAD, length))
      this.#unsupported();
  }

  #fix(reader: FixReader, view: DataView, at: number): boolean {
    const tUs = this.#tUs;
    const r = reader.read(view, at, tUs);
    if (!Number.isNaN(tUs[0]!)) {
      this.#clock.observe(r.values, 0, tUs);
      const day = Math.floor(tUs[0]! / US_PER_DAY);
      this.#todUs[0] = tUs[0]! - day * US_PER_DAY;
      this.#calendar.set(day, this.#todUs);
    }
    this.#emit(r);
    return true;
  }

  #plain(m: UbxMessage): Handler {
    const reading = new Reading(m.spec);
    const v = reading.values;
    const { layout } = m;
    const towAt = layout.spec.fields.findIndex((f) => f.name === "iTOW");
    const courseAt = layout.spec.fields.findIndex((f) => f.name === "gnss.course");
    const isFine = m === NAV_HPPOSLLH;
    return (view, at, length) => {
      if (length !== layout.byteLength) return false;
      if (isFine) readHighPrecision(view, at, v);
      else layout.read(view, at, v, 0);
      if (courseAt >= 0 && v[courseAt]! < 0) v[courseAt] = v[courseAt]! + 2 * Math.PI;
      if (towAt >= 0) {
        this.#clock.place(v, towAt, this.#tUs, 0);
        reading.tUs = this.#tUs[0]!;
      }
      this.#emit(reading);
      return true;
    };
  }
}
