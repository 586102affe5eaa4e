import { Reading } from "@pitwall/core";
import { CivilFields } from "../ubx-civil.ts";
import { HNR_PVT, NAV_HPPOSLLH, NAV_PVT, type UbxMessage } from "./ubx-layouts.table.ts";

const FIX_OK = 1;
const POSITION_INVALID = 1;
const DECLINATION_VALID = 8;
/** Dimensions by the receiver's kind of fix: dead reckoning alone counts as two, time alone as no position. */
const DIMENSIONS = [0, 2, 2, 3, 3, 0];
const TURN = 2 * Math.PI;

const slotsOf = (m: UbxMessage, names: readonly string[]): readonly number[] =>
  names.map((n) => m.spec.fields.findIndex((f) => f.name === n)).filter((i) => i >= 0);

const NEEDS_FIX = [
  "gnss.lat",
  "gnss.lon",
  "gnss.alt",
  "height",
  "gnss.speed",
  "speed3d",
  "gnss.course",
  "velN",
  "velE",
  "gnss.vUp",
  "gnss.hAcc",
  "gnss.vAcc",
  "gnss.sAcc",
  "courseAcc",
];

/** A message with position, velocity and time: its own time, and no values that the receiver itself says are not valid. */
export class FixReader {
  readonly reading: Reading;
  readonly message: UbxMessage;
  readonly civil: CivilFields;
  readonly #needsFix: readonly number[];
  readonly #course: number;
  /** Half a turn of accuracy: any direction is as good. */
  readonly #courseAcc: number;
  readonly #type: number;
  readonly #flags: number;
  readonly #flags3: number;
  readonly #valid: number;
  readonly #heading: number;
  readonly #headingBit: number;
  readonly #declination: readonly number[];
  readonly #fix: number;

  constructor(message: UbxMessage, headingBit: number) {
    const slot = (name: string) => message.spec.fields.findIndex((f) => f.name === name);
    this.message = message;
    this.reading = new Reading(message.spec);
    this.civil = new CivilFields(message.layout);
    this.#needsFix = slotsOf(message, NEEDS_FIX);
    this.#course = slot("gnss.course");
    this.#courseAcc = slot("courseAcc");
    this.#type = slot("fixType");
    this.#flags = slot("flags");
    this.#flags3 = slot("flags3");
    this.#valid = slot("valid");
    this.#heading = slot("headingOfVehicle");
    this.#headingBit = headingBit;
    this.#declination = slotsOf(message, ["magneticDeclination", "magneticAcc"]);
    this.#fix = slot("gnss.fix");
  }

  /** Reads the payload at `at`; UTC goes to tUs[0] too. */
  read(view: DataView, at: number, tUs: Float64Array): Reading {
    const r = this.reading;
    const v = r.values;
    this.message.layout.read(view, at, v, 0);
    this.civil.read(view, at, tUs);
    r.tUs = tUs[0]!;
    const flags = v[this.#flags]!;
    const invalid = this.#flags3 >= 0 && (v[this.#flags3]! & POSITION_INVALID) !== 0;
    const fix = (flags & FIX_OK) !== 0 && !invalid ? (DIMENSIONS[v[this.#type]!] ?? 0) : 0;
    v[this.#fix] = fix;
    if (fix === 0) for (let k = 0; k < this.#needsFix.length; k++) v[this.#needsFix[k]!] = Number.NaN;
    else if (v[this.#courseAcc]! >= Math.PI - 1e-9) v[this.#course] = Number.NaN;
    else this.#turn(v, this.#course);
    if ((flags & this.#headingBit) === 0) v[this.#heading] = Number.NaN;
    else this.#turn(v, this.#heading);
    if ((v[this.#valid]! & DECLINATION_VALID) === 0)
      for (let k = 0; k < this.#declination.length; k++) v[this.#declination[k]!] = Number.NaN;
    return r;
  }

  /** Into one turn from north. */
  #turn(v: Float64Array, at: number): void {
    if (v[at]! < 0) v[at] = v[at]! + TURN;
    if (v[at]! >= TURN) v[at] = v[at]! - TURN;
  }
}

export const createNavPvt = (): FixReader => new FixReader(NAV_PVT, 0x20);
export const createHnrPvt = (): FixReader => new FixReader(HNR_PVT, 0x10);

const HP_FLAGS = NAV_HPPOSLLH.spec.fields.findIndex((f) => f.name === "flags");
const HP_PARTS = (
  [
    ["gnss.lon", "_lonHp", 1e9],
    ["gnss.lat", "_latHp", 1e9],
    ["height", "_heightHp", 1e4],
    ["gnss.alt", "_altHp", 1e4],
  ] as const
).map(([name, part, per]) => ({
  slot: NAV_HPPOSLLH.spec.fields.findIndex((f) => f.name === name),
  coarse: NAV_HPPOSLLH.layout.fields.find((f) => f.name === name)!.offset,
  fine: NAV_HPPOSLLH.layout.fields.find((f) => f.name === part)!.offset,
  per,
  /** Fine steps a coarse one: 1e-7 deg in 1e-9 deg, 1 mm in 0.1 mm. */
  steps: per === 1e9 ? 100 : 10,
}));

/** Coarse and fine parts as one number; absent where the receiver flags the position invalid. */
export function readHighPrecision(view: DataView, at: number, v: Float64Array): void {
  NAV_HPPOSLLH.layout.read(view, at, v, 0);
  const invalid = (v[HP_FLAGS]! & POSITION_INVALID) !== 0;
  for (let k = 0; k < HP_PARTS.length; k++) {
    const p = HP_PARTS[k]!;
    const whole = view.getInt32(at + p.coarse, true) * p.steps + view.getInt8(at + p.fine);
    v[p.slot] = invalid ? Number.NaN : whole / p.per;
  }
}

/** Splits the values again: the coarse part is the nearest, the fine part the rest. */
export function writeHighPrecision(view: DataView, at: number, v: Float64Array): void {
  for (const p of HP_PARTS) {
    const whole = Math.round((v[p.slot] ?? 0) * p.per);
    const coarse = Math.round(whole / p.steps);
    view.setInt32(at + p.coarse, coarse, true);
    view.setInt8(at + p.fine, whole - coarse * p.steps);
  }
}
