import { STANDARD_GRAVITY_MPS2 } from "../frames.ts";

/** Of force (bias, slope of the road, what fixes err by) and of rates (bias, roll and pitch), 1 sigma. */
const FORCE_SIGMA_MPS2 = 1;
const RATE_SIGMA_RADPS = 0.1;
/** Turning that varies by more than this, 1 sigma, tells how rates go with it; (rad/s)^2. */
const TURN_VARIES_2 = 0.1 ** 2;
/** Mean differences up to this are bias, not a contradiction. */
const FORCE_BIAS_MPS2 = 0.5;
const RATE_BIAS_RADPS = 0.06;

/** Places in a row of sums. */
const TIME = 0;
const FORCE = 1; // 3
const FORCE_2 = 4; // xx xy xz yy yz zz
const FORCE_ALONG = 10; // 3
const FORCE_ACROSS = 13; // 3
const RATE = 16; // 3
const RATE_2 = 19; // 6
const RATE_TURN = 25; // 3
const ALONG = 28;
const ACROSS = 29;
const TURN = 30;
const ALONG_2 = 31;
const ACROSS_2 = 32;
const TURN_2 = 33;
const SUMS = 34;

/** What GNSS saw: forward acceleration, speed x rate of turn, rate of turn. */
export const SEEN_ALONG = 0;
export const SEEN_ACROSS = 1;
export const SEEN_TURN = 2;

/** How a channel fits under a rotation. */
export type Fit = {
  /** Mean square of what GNSS saw, and of what the sensor makes of it wrongly. */
  signal2: number;
  wrong2: number;
};

export const createFit = (): Fit => ({ signal2: 0, wrong2: 0 });

/**
 * Sums over windows of what the sensor read (in its own axes) and what GNSS saw meanwhile (in those of the vehicle), for
 * several delays of the fixes at once, with forgetting.
 */
export class Evidence {
  readonly lags: number;
  readonly #sums: Float64Array;

  constructor(lags: number) {
    this.lags = lags;
    this.#sums = new Float64Array(lags * SUMS);
  }

  clear(): void {
    this.#sums.fill(0);
  }

  /** Lets what is known fade. */
  fade(keep: number): void {
    const s = this.#sums;
    for (let i = 0; i < s.length; i++) s[i] = s[i]! * keep;
  }

  /** One window of length dtS: mean force and rates `b[0..5]`, and what GNSS saw, `seen`. */
  add(lag: number, dtS: number, b: Float64Array, seen: Float64Array): void {
    const s = this.#sums;
    const o = lag * SUMS;
    const along = seen[SEEN_ALONG]!;
    const across = seen[SEEN_ACROSS]!;
    const turn = seen[SEEN_TURN]!;
    s[o] = s[o]! + dtS;
    let square = 0;
    for (let i = 0; i < 3; i++) {
      const f = b[i]! * dtS;
      const w = b[3 + i]! * dtS;
      s[o + FORCE + i] = s[o + FORCE + i]! + f;
      s[o + FORCE_ALONG + i] = s[o + FORCE_ALONG + i]! + f * along;
      s[o + FORCE_ACROSS + i] = s[o + FORCE_ACROSS + i]! + f * across;
      s[o + RATE + i] = s[o + RATE + i]! + w;
      s[o + RATE_TURN + i] = s[o + RATE_TURN + i]! + w * turn;
      for (let j = i; j < 3; j++, square++) {
        s[o + FORCE_2 + square] = s[o + FORCE_2 + square]! + f * b[j]!;
        s[o + RATE_2 + square] = s[o + RATE_2 + square]! + w * b[3 + j]!;
      }
    }
    s[o + ALONG] = s[o + ALONG]! + along * dtS;
    s[o + ACROSS] = s[o + ACROSS]! + across * dtS;
    s[o + TURN] = s[o + TURN]! + turn * dtS;
    s[o + ALONG_2] = s[o + ALONG_2]! + along * along * dtS;
    s[o + ACROSS_2] = s[o + ACROSS_2]! + across * across * dtS;
    s[o + TURN_2] = s[o + TURN_2]! + turn * turn * dtS;
  }

  /** Seconds of windows at a lag. */
  timeS(lag: number): number {
    return this.#sums[lag * SUMS]!;
  }

  /** Sum of squared horizontal acceleration over time, (m/s^2)^2 s: how sharply the heading of the sensor is seen. */
  horizontal(lag: number): number {
    return this.#sums[lag * SUMS + ALONG_2]! + this.#sums[lag * SUMS + ACROSS_2]!;
  }

  /** The lag at which sensor and GNSS vary together most, whatever the rotation between them; -1 without windows. */
  bestLag(): number {
    const s = this.#sums;
    let best = -1;
    let most = -1;
    let longest = 0;
    for (let lag = 0; lag < this.lags; lag++) longest = Math.max(longest, s[lag * SUMS + TIME]!);
    for (let lag = 0; lag < this.lags; lag++) {
      const o = lag * SUMS;
      const t = s[o + TIME]!;
      if (!(t > 0.5 * longest)) continue;
      let together = 0;
      for (let i = 0; i < 3; i++) {
        const f = s[o + FORCE + i]! / t;
        const along = s[o + FORCE_ALONG + i]! - f * s[o + ALONG]!;
        const across = s[o + FORCE_ACROSS + i]! - f * s[o + ACROSS]!;
        const turn =
          (s[o + RATE_TURN + i]! - (s[o + RATE + i]! / t) * s[o + TURN]!) *
          (FORCE_SIGMA_MPS2 / RATE_SIGMA_RADPS) ** 2;
        together += along * along + across * across + turn * turn;
      }
      together /= t * t;
      if (together > most) {
        most = together;
        best = lag;
      }
    }
    return best;
  }

  /** Sums of weight x sensor x vehicle at a lag, `m[3 i + j]`, as `BestRotation` takes them. */
  pairs(lag: number, m: Float64Array): void {
    const s = this.#sums;
    const o = lag * SUMS;
    const force = 1 / FORCE_SIGMA_MPS2 ** 2;
    const rate = 1 / RATE_SIGMA_RADPS ** 2;
    for (let i = 0; i < 3; i++) {
      m[3 * i] = force * s[o + FORCE_ALONG + i]!;
      m[3 * i + 1] = force * s[o + FORCE_ACROSS + i]!;
      m[3 * i + 2] = force * STANDARD_GRAVITY_MPS2 * s[o + FORCE + i]! + rate * s[o + RATE_TURN + i]!;
    }
  }

  /**
   * Rates of a sensor that does not turn, in its own axes: where the line through rates over turning begins. The line is as
   * steep as the vertical in the matrix `r` says where turning varies too little to tell, as on a circle.
   */
  rateBias(lag: number, r: Float64Array, out: Float64Array): void {
    const s = this.#sums;
    const o = lag * SUMS;
    const t = s[o + TIME]!;
    const turn = s[o + TURN]! / t;
    const turn2 = s[o + TURN_2]! / t - turn * turn;
    for (let i = 0; i < 3; i++) {
      const rate = s[o + RATE + i]! / t;
      const together = s[o + RATE_TURN + i]! / t - rate * turn;
      const slope = (together + TURN_VARIES_2 * r[6 + i]!) / (turn2 + TURN_VARIES_2);
      out[i] = rate - slope * turn;
    }
  }

  /** How a channel (SEEN_...) fits at a lag when the vehicle's axis it belongs to is row `axis` of the matrix `r`. */
  fit(lag: number, channel: number, r: Float64Array, out: Fit): void {
    const s = this.#sums;
    const o = lag * SUMS;
    const t = s[o + TIME]!;
    const turn = channel === SEEN_TURN;
    const at = turn ? 6 : 3 * channel;
    const mean = o + (turn ? RATE : FORCE);
    const square = o + (turn ? RATE_2 : FORCE_2);
    const cross = o + (turn ? RATE_TURN : channel === SEEN_ALONG ? FORCE_ALONG : FORCE_ACROSS);
    let read2 = 0;
    let readSeen = 0;
    let difference = -s[o + ALONG + channel]! / t;
    for (let i = 0, k = 0; i < 3; i++) {
      const ri = r[at + i]!;
      difference += (ri * s[mean + i]!) / t;
      readSeen += ri * s[cross + i]!;
      for (let j = i; j < 3; j++, k++) read2 += (i === j ? 1 : 2) * ri * r[at + j]! * s[square + k]!;
    }
    const most = turn ? RATE_BIAS_RADPS : FORCE_BIAS_MPS2;
    const bias = Math.max(-most, Math.min(most, difference));
    out.signal2 = s[o + ALONG_2 + channel]! / t;
    out.wrong2 = Math.max(0, (read2 - 2 * readSeen) / t + out.signal2 - bias * (2 * difference - bias));
  }
}
