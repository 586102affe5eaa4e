import { type Path, samplePath } from "../path.ts";
import type { Plane } from "../plane.ts";
import { NEAR_M, SHORTEST_M } from "./loop.ts";
import { PointGrid } from "./point-grid.ts";

const STEP_M = 4;
const SAME_HEADING = 0.766;

/** Records a drive until it comes back to where it was, in the same direction: one lap, to make a track of. */
export class TrackRecorder {
  readonly plane: Plane;
  readonly #grid = new PointGrid(NEAR_M);
  readonly #x: number[] = [];
  readonly #y: number[] = [];
  readonly #hx: number[] = [];
  readonly #hy: number[] = [];
  readonly #s: number[] = [];
  #path: Path | undefined;

  constructor(plane: Plane) {
    this.plane = plane;
  }

  /** The closed way; undefined until the loop is closed. */
  get path(): Path | undefined {
    return this.#path;
  }
  get drivenM(): number {
    return this.#s.at(-1) ?? 0;
  }

  /** A position in the plane, m. Returns whether the loop is closed now. */
  add(x: number, y: number): boolean {
    if (this.#path) return true;
    const last = this.#x.length - 1;
    const dx = last < 0 ? 0 : x - this.#x[last]!;
    const dy = last < 0 ? 0 : y - this.#y[last]!;
    const step = Math.sqrt(dx * dx + dy * dy);
    if (last >= 0 && step < STEP_M) return false;
    const s = last < 0 ? 0 : this.#s[last]! + step;
    const hx = step > 0 ? dx / step : 0;
    const hy = step > 0 ? dy / step : 0;
    let from = -1;
    let nearest = NEAR_M;
    this.#grid.near(x, y, (i) => {
      const away = Math.hypot(x - this.#x[i]!, y - this.#y[i]!);
      const sameWay = hx * this.#hx[i]! + hy * this.#hy[i]! >= SAME_HEADING;
      if (s - this.#s[i]! >= SHORTEST_M && away < nearest && sameWay) {
        nearest = away;
        from = i;
      }
    });
    if (from >= 0)
      this.#path = samplePath(this.#x.slice(from), this.#y.slice(from), this.#x.length - from, true);
    this.#grid.add(this.#x.length, x, y);
    this.#x.push(x);
    this.#y.push(y);
    this.#hx.push(hx);
    this.#hy.push(hy);
    this.#s.push(s);
    return this.#path !== undefined;
  }
}
