import { type Column, type FieldSpec, findChannel, type Group } from "@pitwall/core";
import type { FusionState } from "./types.ts";

/** Names of a state's values in the order of the table's columns; the channel is `vehicle.` and the name. */
export const STATE_VALUES = [
  "lat",
  "lon",
  "x",
  "y",
  "vx",
  "vy",
  "speed",
  "yaw",
  "course",
  "yawRate",
  "aLong",
  "aLat",
  "aUp",
  "sigma",
  "yawSigma",
  "mode",
] as const satisfies readonly (keyof FusionState)[];

const field = (name: (typeof STATE_VALUES)[number]): FieldSpec => {
  const channel = findChannel(`vehicle.${name}`)!;
  return { name: channel.id, unit: channel.unit, doc: channel.label, resolution: channel.resolution };
};

/** States as columns; grows by doubling. */
export class StateTable {
  length = 0;
  #tUs: Float64Array = new Float64Array(1024);
  readonly #columns: Float64Array[] = STATE_VALUES.map(() => new Float64Array(1024));

  add(state: FusionState): void {
    const row = this.length++;
    if (row === this.#tUs.length) this.#grow();
    this.#tUs[row] = state.tUs;
    for (let k = 0; k < STATE_VALUES.length; k++) this.#columns[k]![row] = state[STATE_VALUES[k]!];
  }

  timeUs(row: number): number {
    return this.#tUs[row]!;
  }

  read(row: number, out: FusionState): void {
    out.tUs = this.#tUs[row]!;
    for (let k = 0; k < STATE_VALUES.length; k++) out[STATE_VALUES[k]!] = this.#columns[k]![row]!;
  }

  /** The rows as a group of a recording. Columns that never have a value are left out. */
  group(name: string): Group {
    const n = this.length;
    const columns: Column[] = [];
    for (let k = 0; k < STATE_VALUES.length; k++) {
      const values = this.#columns[k]!.slice(0, n);
      if (values.some((v) => !Number.isNaN(v))) columns.push({ field: field(STATE_VALUES[k]!), values });
    }
    return { name, tUs: this.#tUs.slice(0, n), columns };
  }

  #grow(): void {
    const wider = (a: Float64Array): Float64Array => {
      const b = new Float64Array(2 * a.length);
      b.set(a);
      return b;
    };
    this.#tUs = wider(this.#tUs);
    for (let k = 0; k < this.#columns.length; k++) this.#columns[k] = wider(this.#columns[k]!);
  }
}
