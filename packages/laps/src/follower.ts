import type { Path } from "./path.ts";

/** Further from the way than this the vehicle is not on it. */
const OFF_PATH_M = 30;
/** Weight of staying near the expected place: keeps the follower on its leg of a hairpin. */
const STAY = 0.05;
const COS_60_DEG = 0.5;
/** A heading that is off counts as much as a place that is: this times 1 - cos, m. */
const HEADING_M = 20;
/** A place where the vehicle is not expected counts as off by at most this, m. */
const UNEXPECTED_M = 10;
const CLOSE_ENOUGH = 1e-3;

/**
 * Where along a way a vehicle is: the foot of the perpendicular, followed from fix to fix. Inputs and outputs are
 * fields, because a call with fractions would put each into a box on the heap; allocates nothing.
 */
export class Follower {
  readonly path: Path;
  /** In: where the vehicle is, m. */
  x = Number.NaN;
  y = Number.NaN;
  /** In, for `follow`: how far it came since the last time, m; for `acquire`: its unit heading, or NaN. */
  dx = Number.NaN;
  dy = Number.NaN;
  /** In, for `acquire`: where it is expected, m, give or take; NaN where nothing is known. */
  expectedS = Number.NaN;
  expectedSdM = Number.NaN;
  /** Arc length of the foot, m; on a closed way 0 <= s < length. Meaningful while `locked`. */
  s = Number.NaN;
  /** Distance from the way, positive to its left. */
  lateralM = Number.NaN;
  /** Signed way since the last time, by `follow`. */
  advanceM = Number.NaN;
  locked = false;

  constructor(path: Path) {
    this.path = path;
  }

  /** Known from elsewhere (a gate was crossed). */
  place(s: number): void {
    const { closed, lengthM } = this.path;
    this.s = closed ? s - Math.floor(s / lengthM) * lengthM : Math.max(0, Math.min(lengthM, s));
    this.lateralM = 0;
    this.locked = true;
  }

  lose(): void {
    this.locked = false;
  }

  /**
   * The vehicle moved by (dx, dy) to (x, y). Looks only near where that leads, so that a neighbouring straight is
   * never taken for this one. False where the way was lost.
   */
  follow(): boolean {
    const { path, x, y, dx, dy } = this;
    const { stepM, count, closed } = path;
    const before = this.s;
    const at = before / stepM;
    const near = Math.round(at) | 0;
    const here = near < count ? near : closed ? 0 : count - 1;
    const expected = at + (dx * path.tx[here]! + dy * path.ty[here]!) / stepM;
    const reach = Math.min(count >> 1, Math.ceil((6 + 0.5 * Math.sqrt(dx * dx + dy * dy)) / stepM) | 0);
    const centre = Math.round(expected) | 0;
    const stay = STAY * stepM * stepM;
    const px = path.x;
    const py = path.y;
    let best = Number.POSITIVE_INFINITY;
    let bestAt = centre | 0;
    for (let k = centre - reach; k <= centre + reach; k++) {
      if (!closed && (k < 0 || k >= count)) continue;
      const i = closed ? (k < 0 ? k + count : k >= count ? k - count : k) : k;
      const ex = x - px[i]!;
      const ey = y - py[i]!;
      const off = k - expected;
      const cost = ex * ex + ey * ey + stay * off * off;
      if (cost < best) {
        best = cost;
        bestAt = k;
      }
    }
    if (!this.#refine(bestAt)) return false;
    let advance = this.s - before;
    if (closed) advance -= Math.round(advance / path.lengthM) * path.lengthM;
    this.advanceM = advance;
    return true;
  }

  /** Finds the vehicle anywhere on the way, going its way. */
  acquire(): boolean {
    const { path, x, y, dx, dy, expectedS } = this;
    const { count, stepM, lengthM, closed } = path;
    const perSd = UNEXPECTED_M / (2 * this.expectedSdM);
    let best = Number.POSITIVE_INFINITY;
    let at = -1;
    for (let i = 0; i < count; i++) {
      const ex = x - path.x[i]!;
      const ey = y - path.y[i]!;
      let cost = ex * ex + ey * ey;
      if (cost > OFF_PATH_M * OFF_PATH_M || cost >= best) continue;
      const cos = dx * path.tx[i]! + dy * path.ty[i]!;
      if (cos < COS_60_DEG) continue;
      if (cos < 1) cost += (HEADING_M * (1 - cos)) ** 2;
      let off = Math.abs(i * stepM - expectedS);
      if (closed && off > lengthM / 2) off = lengthM - off;
      if (off > 0) cost += Math.min(UNEXPECTED_M, off * perSd) ** 2;
      if (cost < best) {
        best = cost;
        at = i;
      }
    }
    this.locked = false;
    return at >= 0 && this.#refine(at);
  }

  /** Newton steps on (p - c(s))·t(s) = 0, tangents interpolated between samples. */
  #refine(from: number): boolean {
    const { path, x, y } = this;
    const { stepM, count, closed } = path;
    const px = path.x;
    const py = path.y;
    const ptx = path.tx;
    const pty = path.ty;
    // a sum, and not the whole number it is: the engine then keeps it off the heap
    let at = from + 0.0;
    let lateral = 0;
    for (let turn = 0; turn < 4; turn++) {
      let low = Math.floor(at) | 0;
      if (!closed) low = Math.max(0, Math.min(count - 2, low));
      const f = at - low;
      const a = closed ? ((low % count) + count) % count : low;
      const b = a + 1 === count ? 0 : a + 1;
      const ax = ptx[a]!;
      const ay = pty[a]!;
      const bx = ptx[b]!;
      const by = pty[b]!;
      const tx = ax + f * (bx - ax);
      const ty = ay + f * (by - ay);
      const norm = 1 / Math.sqrt(tx * tx + ty * ty);
      const ex = x - (px[a]! + f * (px[b]! - px[a]!));
      const ey = y - (py[a]! + f * (py[b]! - py[a]!));
      lateral = (tx * ey - ty * ex) * norm;
      // inside a bend the foot moves faster along the way than the vehicle does
      const stretch = Math.max(0.3, Math.min(3, 1 - ((ax * by - ay * bx) / stepM) * lateral));
      const move = Math.max(-3, Math.min(3, ((ex * tx + ey * ty) * norm) / (stretch * stepM)));
      at += move;
      if (!closed) at = Math.max(0, Math.min(count - 1, at));
      if (Math.abs(move) < CLOSE_ENOUGH) break;
    }
    this.locked = Math.abs(lateral) <= OFF_PATH_M;
    if (!this.locked) return false;
    const s = at * stepM;
    this.s = closed ? s - Math.floor(s / path.lengthM) * path.lengthM : s;
    this.lateralM = lateral;
    return true;
  }
}
