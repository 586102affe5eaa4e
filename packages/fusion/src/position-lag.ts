import { Grid } from "./grid.ts";
import { forgivingPrior, LagCost, leastLag } from "./lag-cost.ts";

const HISTORY = 128;
/** Lags that are tried: -1 to 1 s. */
const LAGS = 41;
const STEP_S = 0.05;
const MOST_LAG_S = (STEP_S * (LAGS - 1)) / 2;
const WINDOW_S = 2;
const FORGET_S = 60;
const COMPARE_S = 0.19;
/** Places wander by this over a window. */
const WANDER_M = 0.3;
const PRIOR_SIGMA_S = 0.05;
/** Residuals of places this part of a window apart are independent. */
const INDEPENDENT = 0.4;
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
  /** Integral of the velocity, east and north. */
  readonly #way = new Grid(2);
  #vE = Number.NaN;
  #vN = 0;
  /** Places: time, east, north. */
  readonly #places = new Float64Array(HISTORY * 3);
  #count = 0;
  #comparedS = Number.NEGATIVE_INFINITY;
  readonly #cost = new LagCost(LAGS, WANDER_M);
  readonly #total = new Float64Array(LAGS);
  readonly #least = new Float64Array(2);

  /** Forgets the fixes at hand (a gap), keeps what was learnt. */
  interrupt(): void {
    this.#vE = Number.NaN;
    this.#count = 0;
    this.#comparedS = Number.NEGATIVE_INFINITY;
  }

  /** A velocity of time tS in m/s (NaN when its direction is not known), in order. */
  velocity(tS: number, vE: number, vN: number): void {
    const g = this.#way;
    const dt = tS - g.tS;
    if (!Number.isFinite(vE)) this.interrupt();
    else if (Number.isFinite(this.#vE) && dt > 0 && dt < LONGEST_PERIOD_S) {
      g.begin();
      g.now[0] = g.now[0]! + 0.5 * dt * (vE + this.#vE);
      g.now[1] = g.now[1]! + 0.5 * dt * (vN + this.#vN);
      g.end(tS);
    } else {
      this.interrupt();
      g.restart(tS);
    }
    this.#vE = vE;
    this.#vN = vN;
  }

  /** A place of time tS in m, in order. */
  position(tS: number, eastM: number, northM: number): void {
    if (!Number.isFinite(this.#vE)) return;
    const row = (this.#count % HISTORY) * 3;
    this.#places[row] = tS;
    this.#places[row + 1] = eastM;
    this.#places[row + 2] = northM;
    this.#count++;
    if (!(tS - this.#comparedS < COMPARE_S)) this.#compare(tS);
  }

  /** Row of the newest place that is not younger than tS; -1 when there is none. */
  #rowBefore(tS: number): number {
    const oldest = Math.max(0, this.#count - HISTORY);
    for (let i = this.#count - 1; i >= oldest; i--) {
      const row = (i % HISTORY) * 3;
      if (this.#places[row]! <= tS) return row;
    }
    return -1;
  }

  #compare(nowS: number): void {
    const p = this.#places;
    const g = this.#way;
    // a place with velocities on both sides of it, and the place one window before
    const a = this.#rowBefore(g.newestS - MOST_LAG_S);
    const b = a < 0 ? -1 : this.#rowBefore(p[a]! - WINDOW_S + 1e-3);
    if (b < 0 || p[a]! - p[b]! > 1.3 * WINDOW_S || !g.covers(p[b]! - MOST_LAG_S)) return;
    const period = Math.min(1, nowS - this.#comparedS);
    this.#comparedS = nowS;
    const dE = p[a + 1]! - p[b + 1]!;
    const dN = p[a + 2]! - p[b + 2]!;
    this.#cost.next(Math.exp(-period / FORGET_S));
    for (let j = 0; j < LAGS; j++) {
      const to = p[a]! + MOST_LAG_S - j * STEP_S;
      const from = p[b]! + MOST_LAG_S - j * STEP_S;
      this.#cost.add(j, dE - (g.at(to, 0) - g.at(from, 0)), dN - (g.at(to, 1) - g.at(from, 1)));
    }
    for (let j = 0; j < LAGS; j++) this.#total[j] = forgivingPrior((j * STEP_S - MOST_LAG_S) / PRIOR_SIGMA_S);
    this.#cost.addTo(this.#total, Math.max(1, (INDEPENDENT * WINDOW_S) / period));
    if (!leastLag(this.#total, LAGS, this.#least)) return;
    const lag = this.#least[0]! * STEP_S - MOST_LAG_S;
    const sure = 3 * this.#least[1]! * STEP_S;
    this.lagS = Math.abs(lag) > Math.max(LEAST_LAG_S, sure) ? lag : 0;
  }
}
