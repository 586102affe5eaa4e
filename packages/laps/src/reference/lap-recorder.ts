import type { LapTimer } from "../timing/timer.ts";
import { type LapRows, type ReferenceLap, referenceLap } from "./reference-lap.ts";

/** Keeps the fixes of the lap being driven, so that it can become a reference. Its columns grow by doubling. */
export class LapRecorder {
  #count = 0;
  #tS = new Float64Array(1024);
  #x = new Float64Array(1024);
  #y = new Float64Array(1024);
  #speed = new Float64Array(1024);

  /** After each fix that the timer used, and after `lap` where that fix ended one. */
  add(timer: LapTimer): void {
    if (this.#count === this.#tS.length) this.#grow();
    const i = this.#count++;
    this.#tS[i] = timer.nowS;
    this.#x[i] = timer.x;
    this.#y[i] = timer.y;
    this.#speed[i] = Math.sqrt(timer.vx * timer.vx + timer.vy * timer.vy);
  }

  /** The lap from `startS` to `endS` as a reference; call after the fix behind its end was added. */
  reference(name: string, startS: number, endS: number): ReferenceLap | undefined {
    return referenceLap(name, this.rows, startS, endS);
  }

  get rows(): LapRows {
    return { count: this.#count, tS: this.#tS, x: this.#x, y: this.#y, speedMps: this.#speed };
  }

  /** Forgets all but the last two fixes: a lap ended between them. */
  keepLast(): void {
    const from = Math.max(0, this.#count - 2);
    for (const a of [this.#tS, this.#x, this.#y, this.#speed]) a.copyWithin(0, from, this.#count);
    this.#count -= from;
  }

  #grow(): void {
    const wider = (a: Float64Array) => {
      const b = new Float64Array(2 * a.length);
      b.set(a);
      return b;
    };
    this.#tS = wider(this.#tS);
    this.#x = wider(this.#x);
    this.#y = wider(this.#y);
    this.#speed = wider(this.#speed);
  }
}
