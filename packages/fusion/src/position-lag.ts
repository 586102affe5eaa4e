import { forgivingPrior, LagCost, leastLag } from "./lag-cost.ts";

const HISTORY = 128;
/** Lags that are tried: -1 to 1 s. */
const LAGS = 41;
const STEP_S = 0.05;
const MOST_LAG_S = (STEP_S * (LAGS - 1)) / 2;
const WINDOW_S = 2;
const FORGET_S = 60;
/** Places wander by this over a window. */
const WANDER_M = 0.3;
const PRIOR_SIGMA_S = 0.05;
/** Velocities seldomer than this say nothing about lags of a part of a second. */
const LONGEST_PERIOD_S = 0.35;
/** A lag smaller than this cannot be told from wander. */
const LEAST_LAG_S = 0.15;

/**
 * A receiver smooths its velocity and its place differently; on a phone the velocity can be half a second older than
 * the place of the same moment. The way between places is compared with the integral of the receiver's own velocity
 * at a row of lags.
 */
export class PositionLag {
  /** Delay of the place minus delay of the velocity, s; 0 while it is too small to tell. */
  lagS = 0;
  /** Velocities: time, integral east and north. */
  readonly #way = new Float64Array(HISTORY * 3);
  #ways = 0;
  #vE = 0;
  #vN = 0;
  /** Places: time, east, north. */
  readonly #places = new Float64Array(HISTORY * 3);
  #count = 0;
  /** The place that is compared next: velocities on both sides of it are needed. */
  #next = 0;
  readonly #cost = new LagCost(LAGS, WANDER_M);
  readonly #total = new Float64Array(LAGS);
  readonly #least = new Float64Array(2);
  readonly #at = new Float64Array(4);

  /** A velocity of time tS in m/s (NaN when its direction is not known), in order. */
  velocity(tS: number, vE: number, vN: number): void {
    const last = ((this.#ways - 1) % HISTORY) * 3;
    const dt = this.#ways > 0 ? tS - this.#way[last]! : Number.NaN;
    if (!Number.isFinite(vE) || !(dt > 0 && dt < LONGEST_PERIOD_S)) {
      this.#ways = 0;
      this.#count = 0;
      this.#next = 0;
      if (!Number.isFinite(vE)) return;
    }
    const row = (this.#ways % HISTORY) * 3;
    this.#way[row] = tS;
    this.#way[row + 1] = this.#ways > 0 ? this.#way[last + 1]! + 0.5 * dt * (vE + this.#vE) : 0;
    this.#way[row + 2] = this.#ways > 0 ? this.#way[last + 2]! + 0.5 * dt * (vN + this.#vN) : 0;
    this.#ways++;
    this.#vE = vE;
    this.#vN = vN;
    this.#compareDue(tS);
  }

  /** A place of time tS in m, in order. */
  position(tS: number, eastM: number, northM: number): void {
    if (this.#ways === 0) return;
    const row = (this.#count % HISTORY) * 3;
    this.#places[row] = tS;
    this.#places[row + 1] = eastM;
    this.#places[row + 2] = northM;
    this.#count++;
  }

  #compareDue(nowS: number): void {
    const p = this.#places;
    while (this.#next < this.#count) {
      const a = (this.#next % HISTORY) * 3;
      if (p[a]! + MOST_LAG_S > nowS) return;
      this.#next++;
      // the place one window before
      let k = this.#next - 2;
      while (k >= 0 && this.#next - k < HISTORY && p[a]! - p[(k % HISTORY) * 3]! < WINDOW_S - 1e-3) k--;
      const b = (k % HISTORY) * 3;
      if (k < 0 || this.#next - k >= HISTORY || p[a]! - p[b]! > 1.3 * WINDOW_S) continue;
      const period = p[a]! - p[((this.#next - 2) % HISTORY) * 3]!;
      this.#compare(a, b, Math.max(0.01, period));
    }
  }

  #compare(a: number, b: number, period: number): void {
    const p = this.#places;
    const oldest = Math.max(0, this.#ways - HISTORY);
    if (p[b]! - MOST_LAG_S < this.#way[(oldest % HISTORY) * 3]!) return;
    const dE = p[a + 1]! - p[b + 1]!;
    const dN = p[a + 2]! - p[b + 2]!;
    const at = this.#at;
    this.#cost.next(Math.exp(-period / FORGET_S));
    for (let j = 0; j < LAGS; j++) {
      const lag = j * STEP_S - MOST_LAG_S;
      if (!this.#wayAt(p[a]! - lag, 0) || !this.#wayAt(p[b]! - lag, 2)) {
        this.#cost.add(j, 0, 0);
        continue;
      }
      this.#cost.add(j, dE - (at[0]! - at[2]!), dN - (at[1]! - at[3]!));
    }
    for (let j = 0; j < LAGS; j++) this.#total[j] = forgivingPrior((j * STEP_S - MOST_LAG_S) / PRIOR_SIGMA_S);
    this.#cost.addTo(this.#total, Math.max(1, (0.4 * WINDOW_S) / period));
    if (!leastLag(this.#total, LAGS, this.#least)) return;
    const lag = this.#least[0]! * STEP_S - MOST_LAG_S;
    const sure = 3 * this.#least[1]! * STEP_S;
    this.lagS = Math.abs(lag) > Math.max(LEAST_LAG_S, sure) ? lag : 0;
  }

  /** Integral of the velocity at a time, into `at[to], at[to + 1]`. */
  #wayAt(tS: number, to: number): boolean {
    const w = this.#way;
    const oldest = Math.max(0, this.#ways - HISTORY);
    let low = oldest;
    let high = this.#ways - 1;
    if (high - low < 1 || tS < w[(low % HISTORY) * 3]! || tS > w[(high % HISTORY) * 3]! + 1e-6) return false;
    while (high - low > 1) {
      const mid = (low + high) >> 1;
      if (w[(mid % HISTORY) * 3]! <= tS) low = mid;
      else high = mid;
    }
    const a = (low % HISTORY) * 3;
    const b = (high % HISTORY) * 3;
    const part = (tS - w[a]!) / (w[b]! - w[a]!);
    this.#at[to] = w[a + 1]! + part * (w[b + 1]! - w[a + 1]!);
    this.#at[to + 1] = w[a + 2]! + part * (w[b + 2]! - w[a + 2]!);
    return true;
  }
}
