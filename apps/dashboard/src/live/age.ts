/** A value may be this old before the page stops showing it as current, whatever its rate. */
const LEAST_US = 2.5e6;
/** The vehicle list comes about once a second, so the smallest delay is looked for over some of them. */
const BUCKET_MS = 10_000;

/**
 * What time it is on the vehicle, by the samples that come: its clock need not agree with the browser's. The newest
 * sample time and the smallest delay of the last 10 to 20 s count; in silence the time goes on.
 */
export class DataClock {
  #offsetUs = Number.NaN;
  #before = Number.NEGATIVE_INFINITY;
  #current = Number.NEGATIVE_INFINITY;
  #bucketMs = Number.NEGATIVE_INFINITY;
  #lastMs = Number.NEGATIVE_INFINITY;

  /** A sample of time `tUs` was there `ageMs` before `nowMs` (`performance.now()`). */
  observe(tUs: number, nowMs: number, ageMs = 0): void {
    const offset = tUs - (nowMs - ageMs) * 1000;
    if (nowMs - this.#bucketMs >= BUCKET_MS) {
      this.#before = nowMs - this.#bucketMs < 2 * BUCKET_MS ? this.#current : Number.NEGATIVE_INFINITY;
      this.#current = Number.NEGATIVE_INFINITY;
      this.#bucketMs = nowMs;
    }
    if (offset > this.#current) this.#current = offset;
    this.#offsetUs = Math.max(this.#before, this.#current);
    this.#lastMs = Math.max(this.#lastMs, nowMs - ageMs);
  }

  /** NaN before the first sample. */
  nowUs(nowMs: number): number {
    return this.#offsetUs + nowMs * 1000;
  }

  /** Time since anything came. Infinite before the first sample. */
  silenceMs(nowMs: number): number {
    return nowMs - this.#lastMs;
  }
}

/** From which age on a value is stale: five of its usual steps, at least 2.5 s. */
export function staleAfterUs(usualUs: number): number {
  return Number.isNaN(usualUs) ? LEAST_US : Math.max(LEAST_US, 5 * usualUs);
}

/** Learns how often values come from the times at which they change. */
export class Cadence {
  #tUs = Number.NaN;
  #stepUs = Number.NaN;

  observe(tUs: number): void {
    if (tUs > this.#tUs) {
      const step = tUs - this.#tUs;
      this.#stepUs = Number.isNaN(this.#stepUs) ? step : this.#stepUs + 0.3 * (step - this.#stepUs);
    }
    if (!(tUs <= this.#tUs)) this.#tUs = tUs;
  }

  get usualUs(): number {
    return this.#stepUs;
  }
}

/** "0.4 s", "12 s", "3 min", "2 h": how long ago, in words that fit a table. */
export function ageText(ageUs: number): string {
  const s = Math.max(0, ageUs / 1e6);
  if (s < 9.95) return `${s.toFixed(1)} s`;
  if (s < 100) return `${Math.round(s)} s`;
  if (s < 5400) return `${Math.round(s / 60)} min`;
  if (s < 172_800) return `${Math.round(s / 3600)} h`;
  return `${Math.round(s / 86_400)} d`;
}
