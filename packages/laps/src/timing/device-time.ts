const DAY_US = 86_400e6;
const SECOND_US = 1e6;
/** Times below are counted from a start, not from 1970. */
const ABSOLUTE_US = 1e15;
/** A day's wrap may hide a gap of this much. */
const WRAP_SLACK_US = 3600e6;
/** So many fixes in a row with times before the newest: the clock was set back. More where no movement tells. */
const SET_BACK_AFTER = 4;
const SET_BACK_AT_REST = 40;
const MOVING_MPS = 2;
/** A time this far ahead while the vehicle hardly moved: the clock was set forward. */
const SET_FORWARD_US = 3e6;

/**
 * Makes a device's times run on: over midnight where a device counts from midnight, through a leap second (which UTC
 * repeats), and over a clock that was set. Times that were merely late stay late. Inputs and outputs are fields, because
 * a call with fractions would put each into a box on the heap.
 */
export class DeviceTime {
  /** In: device time of a fix, microseconds; how far the vehicle moved since the last; the lower of the two speeds, or NaN. */
  deviceUs = Number.NaN;
  movedM = Number.NaN;
  paceMps = Number.NaN;
  /** Out: running time of the newest fix, and since the one before. */
  nowUs = Number.NaN;
  stepUs = Number.NaN;
  /** Add to a device time to get the running time. */
  offsetUs = 0;
  /** Usual time between fixes; a running median. */
  intervalUs = Number.NaN;
  /** Times the clock was set during the drive. */
  steps = 0;
  /** Fixes with a time at or before the newest, left out. */
  late = 0;
  #lastDeviceUs = Number.NaN;
  #lateRun = 0;
  #lateUs = Number.NaN;

  /** Takes `deviceUs`; false for a fix that is late. */
  next(): boolean {
    const us = this.deviceUs;
    let step = us + this.offsetUs - this.nowUs;
    if (step <= 0) {
      if (step + DAY_US > 0 && step + DAY_US < WRAP_SLACK_US) this.offsetUs += DAY_US;
      else if (this.#isLeap(step)) this.offsetUs += SECOND_US;
      else if (!this.#isSetBack(step)) {
        this.late++;
        return false;
      }
    } else if (step > SET_FORWARD_US && this.#isSetForward(step)) {
      this.steps++;
      this.offsetUs -= step - this.intervalUs;
    }
    const now = us + this.offsetUs;
    step = now - this.nowUs;
    if (step > 0) {
      if (Number.isNaN(this.intervalUs)) this.intervalUs = step;
      else this.intervalUs *= step > this.intervalUs ? 1.05 : 1 / 1.05;
    }
    this.stepUs = step;
    this.nowUs = now;
    this.#lastDeviceUs = us;
    this.#lateRun = 0;
    return true;
  }

  /** A vehicle at speed that hardly moved has not been away: the clock was set. */
  #isSetForward(step: number): boolean {
    const { paceMps, movedM, intervalUs } = this;
    if (!(paceMps > 5 && step > 20 * intervalUs)) return false;
    return movedM < (0.1 * paceMps * step) / 1e6 && movedM < (8 * paceMps * intervalUs) / 1e6;
  }

  /** UTC counts the first second after midnight twice when 23:59:60 is mapped onto it. */
  #isLeap(step: number): boolean {
    return (
      this.deviceUs > ABSOLUTE_US &&
      step > -SECOND_US &&
      step < -0.5 * SECOND_US &&
      this.deviceUs % DAY_US < SECOND_US &&
      this.#lastDeviceUs % DAY_US < SECOND_US
    );
  }

  /**
   * Fixes that come late in a row may also be a batch that was overtaken on its way. A vehicle that moves tells: those of
   * a batch are where it was at their time, behind the newest; those of a clock that was set go on from there.
   */
  #isSetBack(step: number): boolean {
    const moving = this.paceMps > MOVING_MPS;
    const wasThere = moving && this.movedM > (-0.5 * this.paceMps * step) / 1e6;
    this.#lateRun = wasThere ? 0 : this.deviceUs > this.#lateUs && this.#lateRun > 0 ? this.#lateRun + 1 : 1;
    this.#lateUs = this.deviceUs;
    const enough = this.paceMps <= MOVING_MPS ? SET_BACK_AT_REST : SET_BACK_AFTER;
    if (this.#lateRun < enough) return false;
    this.steps++;
    const interval = Number.isNaN(this.intervalUs) ? 1e5 : this.intervalUs;
    this.offsetUs = this.nowUs + this.#lateRun * interval - this.deviceUs;
    return true;
  }
}
