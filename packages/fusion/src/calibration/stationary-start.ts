export type StartOptions = {
  /** Samples that make a calibration. */
  readonly samples: number;
  /** And the least time they have to span, s. */
  readonly durationS: number;
};

export const START_OPTIONS: StartOptions = { samples: 150, durationS: 0.75 };

export type StartState = "idle" | "running" | "done" | "moved";

/** Movement: a block of samples whose mean leaves the mean so far by more than this. */
const MOVED_MPS2 = 0.3;
const MOVED_RADPS = 0.03;
/** A resting gyro reads less than this, and a resting accelerometer about g. */
const MOST_RADPS = 0.12;
const FORCE_RANGE = [8.5, 11.2] as const;
const BLOCK = 10;

/**
 * Mean force and rates of a vehicle that is told to stand still. It refuses (state `moved`) when it does not.
 * `mean` is [ax, ay, az m/s^2, gx, gy, gz rad/s] in body axes once `done`.
 */
export class StationaryStart {
  state: StartState = "idle";
  running = false;
  readonly mean = new Float64Array(6);
  #options = START_OPTIONS;
  readonly #block = new Float64Array(6);
  #inBlock = 0;
  #blocks = 0;
  #samples = 0;
  #startS = Number.NaN;

  begin(options: StartOptions = START_OPTIONS): void {
    if (!(options.samples >= BLOCK && options.durationS >= 0))
      throw new RangeError(`calibration: ${options.samples} samples over ${options.durationS} s`);
    this.#options = options;
    this.state = "running";
    this.running = true;
    this.#inBlock = 0;
    this.#blocks = 0;
    this.#samples = 0;
    this.#startS = Number.NaN;
    this.#block.fill(0);
    this.mean.fill(0);
  }

  /** From 0 to 1. */
  get progress(): number {
    return this.state === "done" ? 1 : Math.min(1, this.#samples / this.#options.samples);
  }

  /** A raw sample `s[at...] = ax ay az gx gy gz`. Returns true when the state changed. */
  push(tS: number, s: Float64Array, at: number): boolean {
    if (!this.running) return false;
    if (!(this.#startS <= tS)) this.#startS = tS;
    for (let i = 0; i < 6; i++) this.#block[i] = this.#block[i]! + s[at + i]! / BLOCK;
    this.#samples++;
    if (++this.#inBlock < BLOCK) return false;
    this.#inBlock = 0;
    const moved = this.#moved();
    this.#blocks++;
    for (let i = 0; i < 6; i++)
      this.mean[i] = this.mean[i]! + (this.#block[i]! - this.mean[i]!) / this.#blocks;
    this.#block.fill(0);
    if (moved) this.state = "moved";
    else if (this.#samples >= this.#options.samples && tS - this.#startS >= this.#options.durationS)
      this.state = "done";
    this.running = this.state === "running";
    return !this.running;
  }

  #moved(): boolean {
    const b = this.#block;
    const force = Math.sqrt(b[0]! * b[0]! + b[1]! * b[1]! + b[2]! * b[2]!);
    if (force < FORCE_RANGE[0] || force > FORCE_RANGE[1]) return true;
    for (let i = 3; i < 6; i++) if (Math.abs(b[i]!) > MOST_RADPS) return true;
    if (this.#blocks === 0) return false;
    for (let i = 0; i < 6; i++)
      if (Math.abs(b[i]! - this.mean[i]!) > (i < 3 ? MOVED_MPS2 : MOVED_RADPS)) return true;
    return false;
  }
}
