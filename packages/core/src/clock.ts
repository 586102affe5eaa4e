import type { BootUs, EpochUs } from "./time.ts";

/** Where a device's UTC comes from, worst to best. */
export type ClockSource = "none" | "arrival" | "ntp" | "gnss";

export type ClockState = {
  readonly source: ClockSource;
  /** Epoch minus boot time, microseconds. */
  readonly offsetUs: number;
  /** Times the device's own clock jumped by more than a second against arrival. */
  readonly steps: number;
};

const WINDOW_US = 30e6;
const STEP_US = 1e6;
/** So many fixes in a row that say the same other time are right, when they are off by more than a receiver's delay varies. */
const FIXES_AGREE = 8;
const FIX_STEP_US = 150_000;
const FIX_SPREAD_US = 50_000;
/** So many of the first fixes may correct it at once: some receivers' first are held up longer than those that follow. */
const FIRST_FIXES = 16;
/** Crystals are good to 50 ppm; ten times that lets the estimate settle without bending lap times by a visible amount. */
const SLEW_PER_US = 500e-6;

/**
 * Maps a device's boot time to UTC. Causal and a function of its inputs alone, so that a replay gives the same times.
 *
 * From arrival times: network delay only ever adds, so the offset is the lower envelope of (arrival - boot) over the
 * last one to two windows of 30 s. The output follows a better estimate at 500 ppm at most; a jump over a second is
 * taken at once and counted, and so is a smaller one that several fixes in a row agree on. Of the first fixes the one
 * that came through fastest counts.
 */
export class ClockModel {
  #source: ClockSource = "none";
  #offset = Number.NaN;
  #target = Number.NaN;
  #lastBoot = Number.NaN;
  #windowEnd = Number.NaN;
  #previousMin = Number.POSITIVE_INFINITY;
  #currentMin = Number.POSITIVE_INFINITY;
  #steps = 0;
  #strange = 0;
  #strangeOffset = Number.NaN;
  #fixes = 0;

  get state(): ClockState {
    return { source: this.#source, offsetUs: this.#offset, steps: this.#steps };
  }

  /** A frame stamped `bootUs` by the device arrived at `arrivalUs`. */
  observeArrival(bootUs: number, arrivalUs: number): void {
    if (!Number.isFinite(bootUs) || !Number.isFinite(arrivalUs)) return;
    if (this.#source === "gnss" || this.#source === "ntp") return;
    const offset = arrivalUs - bootUs;
    if (!(bootUs < this.#windowEnd)) {
      this.#previousMin = Number.isNaN(this.#windowEnd) ? offset : this.#currentMin;
      this.#currentMin = Number.POSITIVE_INFINITY;
      this.#windowEnd = bootUs + WINDOW_US;
    }
    // a device clock that jumped back by more than a second makes every later offset larger
    if (
      offset - Math.min(this.#previousMin, this.#currentMin) > STEP_US &&
      Math.abs(bootUs - this.#lastBoot) > STEP_US
    ) {
      this.#previousMin = offset;
      this.#currentMin = offset;
    }
    if (offset < this.#currentMin) this.#currentMin = offset;
    this.#source = "arrival";
    this.#aim(Math.min(this.#previousMin, this.#currentMin));
  }

  /** The device itself knows UTC at `bootUs`. */
  observeUtc(bootUs: number, utcUs: number, source: "gnss" | "ntp"): void {
    if (!Number.isFinite(bootUs) || !Number.isFinite(utcUs)) return;
    if (this.#source === "gnss" && source === "ntp") return;
    if (this.#source !== source) this.#offset = Number.NaN;
    this.#source = source;
    const offset = utcUs - bootUs;
    if (source === "gnss") {
      if (this.#jumped(offset)) {
        this.#offset = offset;
        this.#steps++;
      } else if (this.#fixes < FIRST_FIXES) {
        this.#fixes++;
        // on its way a fix can only lose time
        if (offset > this.#offset && offset - this.#offset < STEP_US) this.#offset = offset;
      }
    }
    this.#aim(offset);
  }

  /** Whether fixes have said for a while that the device's clock jumped, by less than what is taken at once. */
  #jumped(offset: number): boolean {
    if (!(Math.abs(offset - this.#offset) > FIX_STEP_US)) {
      this.#strange = 0;
      return false;
    }
    const agrees = this.#strange > 0 && Math.abs(offset - this.#strangeOffset) < FIX_SPREAD_US;
    this.#strange = agrees ? this.#strange + 1 : 1;
    this.#strangeOffset = offset;
    if (this.#strange < FIXES_AGREE) return false;
    this.#strange = 0;
    return true;
  }

  #aim(target: number): void {
    this.#target = target;
    if (Number.isNaN(this.#offset)) this.#offset = target;
    else if (Math.abs(target - this.#offset) > STEP_US) {
      this.#offset = target;
      this.#steps++;
    }
  }

  /** UTC of a boot time; NaN before anything was observed. */
  toEpoch(bootUs: number): EpochUs {
    const elapsed = bootUs - this.#lastBoot;
    if (elapsed > 0) {
      const most = elapsed * SLEW_PER_US;
      this.#offset += Math.max(-most, Math.min(most, this.#target - this.#offset));
    }
    if (!(bootUs <= this.#lastBoot)) this.#lastBoot = bootUs;
    return Math.round(bootUs + this.#offset) as EpochUs;
  }
}

/** Extends a counter that wraps at `modulus` (a u32 of milliseconds, say) to one that does not. A step back of less than half stays a step back. */
export class Unwrapper {
  readonly #modulus: number;
  #last = Number.NaN;
  #turns = 0;
  constructor(modulus: number) {
    this.#modulus = modulus;
  }
  next(raw: number): BootUs {
    if (raw - this.#last < -this.#modulus / 2) this.#turns++;
    else if (raw - this.#last > this.#modulus / 2 && this.#turns > 0)
      return (raw + (this.#turns - 1) * this.#modulus) as BootUs;
    this.#last = raw;
    return (raw + this.#turns * this.#modulus) as BootUs;
  }
}
