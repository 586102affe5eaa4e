import type { Column, FieldSpec, Group } from "@pitwall/core";

/** Channels that are counted or named, whatever their unit: nothing lies between two of their values. */
const STEPS = new Set(["gnss.fix", "gnss.sats", "lap.number", "vehicle.mode"]);
const ANGLES = new Set(["gnss.course", "vehicle.course", "vehicle.yaw", "imu.yaw"]);

function isStepped(field: FieldSpec, values: Float64Array): boolean {
  if (STEPS.has(field.name) || field.unit === "code" || field.unit === "bits" || field.labels || field.bits)
    return true;
  // a gear, a flag: whole numbers without a unit
  return field.unit === "1" && values.every((v) => Number.isNaN(v) || Number.isInteger(v));
}

/** How wide a hole between two samples may be to be bridged. */
const BRIDGE_US = 1e6;
const BRIDGE_INTERVALS = 3;

export type SamplerRule = {
  /** Holes and ends get the nearest value instead of none, for formats that know no empty cell. */
  readonly hold: boolean;
};

/**
 * Values of one column at ascending times of someone else's: exact at its own samples, linear between them (angles the
 * short way, counted values held).
 */
export class Sampler {
  readonly #t: Float64Array;
  readonly #v: Float64Array;
  readonly #stepped: boolean;
  readonly #turn: boolean;
  readonly #bridge: number;
  readonly #hold: boolean;
  #at = 0;

  constructor(group: Group, column: Column, rule: SamplerRule) {
    // only rows that have a value count
    const rows = column.values.reduce((n, v) => n + (Number.isNaN(v) ? 0 : 1), 0);
    if (rows === column.values.length) {
      this.#t = group.tUs;
      this.#v = column.values;
    } else {
      this.#t = group.tUs.filter((_, i) => !Number.isNaN(column.values[i]!));
      this.#v = column.values.filter((v) => !Number.isNaN(v));
    }
    this.#stepped = isStepped(column.field, this.#v);
    this.#turn = ANGLES.has(column.field.name);
    this.#hold = rule.hold;
    const span = rows > 1 ? (this.#t[rows - 1]! - this.#t[0]!) / (rows - 1) : 0;
    this.#bridge = Math.max(BRIDGE_US, BRIDGE_INTERVALS * span);
  }

  /** NaN where there is no value; times must not go back. */
  at(tUs: number): number {
    const t = this.#t;
    const v = this.#v;
    const n = t.length;
    if (n === 0) return Number.NaN;
    while (this.#at + 1 < n && t[this.#at + 1]! <= tUs) this.#at++;
    const i = this.#at;
    const t0 = t[i]!;
    if (tUs === t0) return v[i]!;
    if (tUs < t0) return this.#hold ? v[i]! : Number.NaN;
    if (i + 1 === n || t[i + 1]! - t0 > this.#bridge) {
      if (this.#hold) return v[i]!;
      return this.#stepped && tUs - t0 <= this.#bridge ? v[i]! : Number.NaN;
    }
    if (this.#stepped) return v[i]!;
    let d = v[i + 1]! - v[i]!;
    const turn = 2 * Math.PI;
    if (this.#turn) d -= turn * Math.round(d / turn);
    const x = v[i]! + (d * (tUs - t0)) / (t[i + 1]! - t0);
    return this.#turn && x < 0 && v[i]! >= 0 ? x + turn : x;
  }
}
