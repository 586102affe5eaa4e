import type { MessageSpec, Reading } from "@pitwall/core";

type State = { slot: number; readonly faultAt: number; fault: number };

/**
 * Thins readings for storage: one a message kind in each slot of `everyUs`, so that what is kept does not depend on
 * where a recording starts. A reading whose fault code differs from the last one seen is always kept.
 */
export class Decimator {
  readonly #everyUs: number;
  readonly #states = new Map<MessageSpec, State>();

  constructor(everyUs: number) {
    this.#everyUs = everyUs;
  }

  /** Whether to store this reading; `tUs` is its time on whichever clock the storage uses. */
  keep(reading: Reading, tUs: number): boolean {
    let state = this.#states.get(reading.message);
    if (!state) {
      const faultAt = reading.message.fields.findIndex((f) => f.name.endsWith(".fault"));
      state = { slot: Number.NaN, faultAt, fault: 0 };
      this.#states.set(reading.message, state);
    }
    const slot = Math.floor(tUs / this.#everyUs);
    const given = state.faultAt < 0 ? Number.NaN : reading.values[state.faultAt]!;
    const fault = Number.isNaN(given) ? state.fault : given;
    const keeps = slot !== state.slot || fault !== state.fault;
    state.slot = slot;
    state.fault = fault;
    return keeps;
  }
}
