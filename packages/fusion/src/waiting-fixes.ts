import type { CheckedFix } from "./gnss-input.ts";

const MOST = 32;

/** Fixes that came before the inertial samples of their time: a bounded queue that reuses its objects. */
export class WaitingFixes {
  readonly #ring: CheckedFix[] = [];
  #start = 0;
  length = 0;

  add(fix: CheckedFix): void {
    if (this.length === MOST) this.drop();
    const at = (this.#start + this.length) % MOST;
    const slot = this.#ring[at];
    if (slot) Object.assign(slot, fix);
    else this.#ring[at] = { ...fix };
    this.length++;
  }

  get first(): CheckedFix | undefined {
    return this.length > 0 ? this.#ring[this.#start] : undefined;
  }

  drop(): void {
    if (this.length === 0) return;
    this.#start = (this.#start + 1) % MOST;
    this.length--;
  }

  clear(): void {
    this.length = 0;
    this.#start = 0;
  }
}
