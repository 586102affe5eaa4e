/** Columns of the reference: integrals over time, so that a mean over any window is one subtraction. */
export const REF_FORWARD = 0; // level forward force, m/s
export const REF_YAW = 1; // yaw rate, rad
export const REF_CENTRIPETAL = 2; // speed x yaw rate, m/s
export const REF_DISTANCE = 3; // wheel speed, m
export const REF_WHEEL = 4; // wheel speed itself, m/s: not an integral
const COLUMNS = 5;

export const REF_STEP_S = 0.02;
const ROWS = 256;

/** What inertial and wheel sensors saw in the last five seconds, on a regular grid: GNSS is compared with it at any delay. */
export class Reference {
  readonly #rows = new Float64Array(ROWS * COLUMNS);
  /** Integrals at the newest time, on which the grid is laid by interpolation. */
  readonly #now = new Float64Array(COLUMNS);
  readonly #before = new Float64Array(COLUMNS);
  #tS = Number.NaN;
  #next = 0;
  #startIndex = 0;
  #wheelS = Number.NEGATIVE_INFINITY;
  #wheelMps = 0;
  #wheelMps2 = 0;
  #wheelStepS = 0;
  #wheelSinceS = Number.NaN;
  #imuSinceS = Number.NaN;
  #imuS = Number.NEGATIVE_INFINITY;

  /** Starts again: a gap, or the first sample. */
  restart(tS: number): void {
    this.#tS = tS;
    this.#now.fill(0);
    this.#next = Math.ceil(tS / REF_STEP_S);
    this.#startIndex = this.#next;
    this.#imuSinceS = Number.NaN;
    this.#wheelSinceS = Number.NaN;
  }

  /** Newest wheel speed, scaled. */
  wheel(tS: number, speedMps: number): void {
    const dt = tS - this.#wheelS;
    if (dt < 0.3) {
      this.#wheelMps2 = dt > 1e-3 ? (speedMps - this.#wheelMps) / dt : 0;
      this.#wheelStepS = dt;
    } else {
      this.#wheelSinceS = tS;
      this.#wheelMps2 = 0;
    }
    this.#wheelS = tS;
    this.#wheelMps = speedMps;
  }

  get hasWheel(): boolean {
    return this.#tS - this.#wheelS < 0.3;
  }

  /** One interval of inertial samples that ends at tS; values are its means. Not finite: no inertial sensor. */
  advance(tS: number, forwardMps2: number, yawRateRadps: number, centripetalMps2: number): void {
    const dt = tS - this.#tS;
    if (!(dt > 0 && dt < 0.5)) {
      if (dt !== 0) this.restart(tS);
      return;
    }
    const now = this.#now;
    this.#before.set(now);
    if (Number.isFinite(forwardMps2) && Number.isFinite(yawRateRadps)) {
      if (!(tS - this.#imuS < 0.3)) this.#imuSinceS = tS;
      this.#imuS = tS;
      now[REF_FORWARD] = now[REF_FORWARD]! + forwardMps2 * dt;
      now[REF_YAW] = now[REF_YAW]! + yawRateRadps * dt;
      now[REF_CENTRIPETAL] = now[REF_CENTRIPETAL]! + centripetalMps2 * dt;
    }
    // held, a wheel speed would be half its period old on average, and GNSS would seem earlier than it is
    const ahead = Math.max(0, Math.min(this.#wheelStepS, tS - this.#wheelS));
    now[REF_WHEEL] = this.#wheelMps + this.#wheelMps2 * ahead;
    now[REF_DISTANCE] = now[REF_DISTANCE]! + 0.5 * (now[REF_WHEEL]! + this.#before[REF_WHEEL]!) * dt;
    for (; this.#next * REF_STEP_S <= tS; this.#next++) {
      const part = (this.#next * REF_STEP_S - this.#tS) / dt;
      const row = (this.#next % ROWS) * COLUMNS;
      for (let k = 0; k < COLUMNS; k++)
        this.#rows[row + k] = this.#before[k]! + part * (now[k]! - this.#before[k]!);
    }
    this.#tS = tS;
  }

  /** Whether a column is whole from fromS to now. */
  covers(column: number, fromS: number): boolean {
    const since = column >= REF_DISTANCE ? this.#wheelSinceS : this.#imuSinceS;
    const newest = column >= REF_DISTANCE ? this.#wheelS : this.#imuS;
    return (
      fromS >= since &&
      this.#tS - newest < 0.3 &&
      fromS / REF_STEP_S >= Math.max(this.#startIndex, this.#next - ROWS + 1) + 1
    );
  }

  /** Newest time that can be asked for. */
  get newestS(): number {
    return (this.#next - 1) * REF_STEP_S;
  }

  /** A column at a time inside the ring. */
  at(tS: number, column: number): number {
    const x = tS / REF_STEP_S;
    const i = Math.floor(x);
    const a = this.#rows[(i % ROWS) * COLUMNS + column]!;
    const b = this.#rows[((i + 1) % ROWS) * COLUMNS + column]!;
    return a + (x - i) * (b - a);
  }
}
