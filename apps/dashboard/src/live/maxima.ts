import type { Series } from "./series.ts";

/** Greatest accelerations in each direction since a moment, m/s^2, all positive. */
export class Maxima {
  accelerating = 0;
  braking = 0;
  left = 0;
  right = 0;
  readonly #done = new Map<Series, { version: number; length: number }>();
  #sinceUs = Number.NaN;

  /** Scans what is new; all of it when the past has changed or the moment is another. */
  update(aLong: Series | undefined, aLat: Series | undefined, sinceUs: number): void {
    const wanted = [aLong, aLat].filter((s) => s !== undefined);
    const changed = wanted.some((s) => this.#done.has(s) && this.#done.get(s)!.version !== s.version);
    const others = [...this.#done.keys()].some((s) => !wanted.includes(s));
    if (changed || others || sinceUs !== this.#sinceUs) {
      this.#done.clear();
      this.#sinceUs = sinceUs;
      this.accelerating = this.braking = this.left = this.right = 0;
    }
    if (aLong) {
      const [low, high] = this.#scan(aLong);
      this.accelerating = Math.max(this.accelerating, high);
      this.braking = Math.max(this.braking, -low);
    }
    if (aLat) {
      const [low, high] = this.#scan(aLat);
      this.left = Math.max(this.left, high);
      this.right = Math.max(this.right, -low);
    }
  }

  #scan(s: Series): [low: number, high: number] {
    const values = s.values;
    let low = 0;
    let high = 0;
    const from = this.#done.get(s)?.length ?? s.indexAtOrAfter(this.#sinceUs);
    for (let i = from; i < values.length; i++) {
      const v = values[i]!;
      if (v < low) low = v;
      else if (v > high) high = v;
    }
    this.#done.set(s, { version: s.version, length: values.length });
    return [low, high];
  }
}
