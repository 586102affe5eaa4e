/** A node that hears no valid command for this long sets throttle and enable to 0 (dataTimeout of the SDK). */
export const COMMAND_TIMEOUT_US = 500_000;

/**
 * The demand a node may follow: the last valid command, nothing once it is older than the limit.
 * The clock is the caller's; a clock that steps back ends the demand too, for its age is then unknown.
 */
export class CommandTimeout {
  readonly #limitUs: number;
  #throttle = 0;
  #enable = 0;
  #lastUs = Number.NaN;

  constructor(limitUs = COMMAND_TIMEOUT_US) {
    this.#limitUs = limitUs;
  }

  /** A command whose checksum was right arrived. */
  accept(throttle: number, enable: number, nowUs: number): void {
    this.#throttle = Number.isFinite(throttle) ? throttle : 0;
    this.#enable = Number.isFinite(enable) ? enable : 0;
    this.#lastUs = nowUs;
  }

  isFresh(nowUs: number): boolean {
    const age = nowUs - this.#lastUs;
    return age >= 0 && age < this.#limitUs;
  }

  throttle(nowUs: number): number {
    return this.isFresh(nowUs) ? this.#throttle : 0;
  }

  enable(nowUs: number): number {
    return this.isFresh(nowUs) ? this.#enable : 0;
  }
}
