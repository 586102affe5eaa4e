import { Follower } from "../follower.ts";
import type { Path } from "../path.ts";
import type { PlacedGate } from "../track/placed-gate.ts";
import type { Receiver } from "./receiver.ts";

const TRY_AGAIN_S = 0.5;
const MOVING_MPS = 2;
/** Less of the way round than this is no lap. */
const PART_LAP = 0.9;
/** Who drove less than this share of the way round took another one; slow fixes cut corners by less. */
const SHORT_CUT = 0.88;
/** Who leaves the way and comes back has gone back by no more than this share of it. */
const BACK_SHARE = 0.2;
/** Found again after a gap, the way must be nearer by this than the start line's own. */
const BRANCH_M = 3;

/**
 * How far round the circuit the current lap is, by the way itself: what tells a missed gate from a slow lap and a
 * neighbouring straight from the right one. Allocates nothing while it follows.
 */
export class Progress {
  /** Metres from the start line along the way; over the length once the line is passed. Meaningful while `known`. */
  m = 0;
  known = false;
  /** Whether the way was never lost since the start line. */
  continuous = false;
  /** When the way round was complete: running time, its sigma, and whether no fix saw it. NaN before that. */
  passS = Number.NaN;
  passSdS = 0;
  passUnseen = false;
  #follower: Follower | undefined;
  /** Whether the line was crossed since the way is known: only then is it known how often it was passed. */
  #anchored = false;
  #seenS = Number.NaN;
  #fromS = 0;
  #fromM = 0;
  #sinceM = 0;
  #unseenS = 0;
  #triedS = Number.NEGATIVE_INFINITY;

  get path(): Path | undefined {
    return this.#follower?.path;
  }
  get locked(): boolean {
    return this.#follower?.locked ?? false;
  }
  get lateralM(): number {
    return this.#follower?.lateralM ?? Number.NaN;
  }

  /** `path` begins at the start line. */
  use(path: Path | undefined): void {
    this.#follower = path ? new Follower(path) : undefined;
    this.known = this.#anchored = false;
  }

  /** Nobody knows what the vehicle did meanwhile. */
  forget(): void {
    this.#follower?.lose();
    this.known = this.#anchored = this.continuous = false;
    this.passS = Number.NaN;
    this.#sinceM = 0;
    this.#unseenS = 0;
  }

  /** The start line was crossed, `behindM` ago. */
  begin(tS: number, behindM: number): void {
    this.m = behindM;
    this.passS = Number.NaN;
    if (!this.#follower) return;
    this.#follower.place(behindM);
    this.known = this.#anchored = this.continuous = true;
    this.#seen(tS);
  }

  /** The line was passed without a crossing; the lap after it goes on from what is over. */
  wrap(): void {
    const path = this.path;
    if (!path) return;
    this.m -= path.lengthM;
    this.#fromM -= path.lengthM;
    this.passS = Number.NaN;
    if (this.m >= path.lengthM) this.#pass();
  }

  /**
   * Whether a crossing of the start line, `alongM` from its middle and `drivenM` after the one before, was made on
   * another part of the way that runs near it: that part is nearer, and after a gap clearly nearer or where the
   * distance driven puts it.
   */
  isElsewhere(gate: PlacedGate, alongM: number, drivenM: number): boolean {
    const f = this.#follower;
    if (!f || !this.isShort) return false;
    const { path } = f;
    const own = Math.abs(alongM - (gate.ny * (path.x[0]! - gate.mx) - gate.nx * (path.y[0]! - gate.my)));
    const there = Math.abs(f.lateralM);
    const fits = Math.abs(drivenM - this.m) < Math.abs(drivenM - path.lengthM);
    return there < own && (this.continuous || fits || there + BRANCH_M < own);
  }

  /** Whether the way round is known not to be complete. */
  get isShort(): boolean {
    const f = this.#follower;
    return f?.locked === true && this.#anchored && this.m < PART_LAP * f.path.lengthM;
  }

  /** What is to be said of a lap of `drivenM`, seen throughout, that is too short to be the way round; undefined where it may be. */
  shortCut(drivenM: number): string | undefined {
    const lengthM = this.path?.lengthM ?? 0;
    if (drivenM >= SHORT_CUT * lengthM) return undefined;
    return `${drivenM.toFixed(0)} m instead of the ${lengthM.toFixed(0)} m of the way round: a short cut, or another layout`;
  }

  /** A fix, after it was stepped through the receiver; `gap` where there was none for long before it. */
  fix(r: Receiver, gap: boolean): void {
    const f = this.#follower;
    if (!f) return;
    const { dx, dy } = r;
    f.x = r.x;
    f.y = r.y;
    f.dx = dx;
    f.dy = dy;
    if (f.locked && !gap && f.follow()) {
      this.#advance(r.tS, f.advanceM, 0);
      return;
    }
    f.lose();
    this.continuous = false;
    const dt = r.tS - r.beforeS;
    const moved = Math.sqrt(dx * dx + dy * dy) || 0;
    const measured = Number.isFinite(r.vx);
    const speed = measured ? r.paceMps : moved / dt;
    this.#sinceM += gap ? Math.max(moved, speed * dt) : moved;
    if (gap) this.#unseenS += dt;
    if (!gap && r.tS - this.#triedS < TRY_AGAIN_S) return;
    if (!(speed > MOVING_MPS)) return;
    this.#triedS = r.tS;
    f.dx = (measured ? r.vx : dx / dt) / speed;
    f.dy = (measured ? r.vy : dy / dt) / speed;
    const from = this.m;
    const { lengthM } = f.path;
    const ahead = from + this.#sinceM;
    f.expectedS = this.#anchored ? ahead - Math.floor(ahead / lengthM) * lengthM : Number.NaN;
    f.expectedSdM = 20 + 0.3 * this.#sinceM;
    if (!f.acquire()) return;
    if (!this.#anchored) {
      this.m = f.s;
      this.known = true;
      this.passS = Number.NaN;
      this.#seen(r.tS);
      return;
    }
    // after a gap, of all whole turns the one that fits the distance; else it came back to the way a little further on
    const forward = f.s - (from - Math.floor(from / lengthM) * lengthM);
    const turns =
      this.#unseenS > 0
        ? Math.max(forward < 0 ? 0 : -1, Math.round((this.#sinceM - forward) / lengthM))
        : Math.ceil(-(forward / lengthM) - BACK_SHARE);
    this.#advance(r.tS, forward + turns * lengthM, this.#unseenS);
  }

  #advance(tS: number, advance: number, unseenS: number): void {
    const before = this.m;
    const path = this.path!;
    this.m += advance;
    this.#fromS = this.#seenS;
    this.#fromM = before;
    this.#seen(tS);
    if (before < path.lengthM && this.m >= path.lengthM) {
      this.passUnseen = unseenS > 0;
      this.#pass();
    } else if (this.m < path.lengthM) this.passS = Number.NaN;
  }

  #pass(): void {
    const span = this.#seenS - this.#fromS;
    this.passS = this.#fromS + ((this.path!.lengthM - this.#fromM) / (this.m - this.#fromM)) * span;
    this.passSdS = this.passUnseen ? 0.2 * span + 0.05 : 0.05;
  }

  #seen(tS: number): void {
    this.#seenS = tS;
    this.#sinceM = 0;
    this.#unseenS = 0;
  }
}
