import type { PlacedGate } from "../track/placed-gate.ts";
import { Crossing } from "./crossing.ts";
import type { Receiver } from "./receiver.ts";

/** Slower than this a crossing waits until the vehicle is clear of the line: at standstill, noise goes to and fro. */
const SURE_MPS = 1.5;
const CLEAR_M = 3;
/** As fast as this nobody comes to a stop on a line that they cross. */
const PASSING_MPS = 4;
/** Slower than this, and nearer to the line than so many sigmas of its place, nobody knows on which side a vehicle stands. */
const STANDING_MPS = 0.7;
const NEAR_SIGMAS = 2;

/** Watches one line. Owns the crossing it reports; allocates nothing. */
export class LineWatch {
  readonly gate: PlacedGate;
  /** The one reported last. */
  readonly crossing = new Crossing();
  readonly #found = new Crossing();
  readonly #departs: boolean;
  #pending = 0;
  #d = Number.NaN;
  #stoodS = 0;
  /** Signed distance of the newest fix from the line, m; positive behind it. */
  get distanceM(): number {
    return this.#d;
  }
  /** In: how far beside its ends the line still counts, m. */
  toleranceM = 0;

  /** `departs`: who stands on the line and drives off has crossed it by driving off, as at a start. */
  constructor(gate: PlacedGate, departs = false) {
    this.gate = gate;
    this.#departs = departs;
  }

  /** The fixes' thread was lost; goes on from here. */
  restart(r: Receiver): void {
    const { gate } = this;
    this.#d = gate.nx * (r.x - gate.mx) + gate.ny * (r.y - gate.my);
    this.#pending = 0;
    this.#stoodS = 0;
  }

  /** As `restart`, at the first fix: a drive may begin standing on the line. */
  begin(r: Receiver): void {
    this.restart(r);
    const { gate } = this;
    const alongM = gate.ny * (r.x - gate.mx) - gate.nx * (r.y - gate.my);
    if (!(this.#d >= 0 && this.#stands(r) && Math.abs(alongM) <= gate.halfM)) return;
    this.#pending = 1;
    this.crossing.direction = 1;
    this.crossing.alongM = alongM;
    this.#departure(r);
  }

  /** +1 or -1 when the line was crossed for certain, forward or backward (`crossing` says when), else 0. */
  fix(r: Receiver): -1 | 0 | 1 {
    const { gate } = this;
    const before = this.#d;
    const now = gate.nx * (r.x - gate.mx) + gate.ny * (r.y - gate.my);
    this.#d = now;
    const stands = this.#stands(r);
    if (stands) this.#stoodS += r.tS - r.beforeS || 0;
    else if (Math.abs(now) > CLEAR_M) this.#stoodS = 0;
    if (before < 0 !== now < 0) {
      const c = this.#found.solve(gate, r);
      const direction = now < 0 ? -1 : 1;
      if (Math.abs(c.alongM) <= gate.halfM + this.toleranceM) {
        const back = this.#pending === -direction;
        this.#pending = 0;
        if (back) return 0; // there and back again
        this.#keep(c, direction);
        if (direction === 1 && c.speedMps >= (this.#departs ? PASSING_MPS : SURE_MPS)) return 1;
        this.#pending = direction;
      }
    }
    if (this.#pending === 0) return 0;
    if (stands && this.#pending === 1) this.#departure(r);
    const clear = now * this.#pending;
    if (clear < -CLEAR_M) this.#pending = 0; // went round the line's end
    if (clear < CLEAR_M) return 0;
    const sure = this.#pending > 0 ? 1 : -1;
    this.#pending = 0;
    const k = this.crossing;
    if (k.stoodS > 0) {
      // from rest at an even acceleration: the speed by which a sigma of place becomes one of time
      const away = Math.sqrt(CLEAR_M * r.slowM) / (r.tS - k.tS);
      if (away > k.speedMps) k.speedMps = away;
    }
    return sure;
  }

  #stands(r: Receiver): boolean {
    return this.#departs && r.paceMps < STANDING_MPS && Math.abs(this.#d) < NEAR_SIGMAS * r.slowM;
  }

  /** So far it has not left: the line is crossed when it does. */
  #departure(r: Receiver): void {
    const k = this.crossing;
    k.tS = r.tS;
    k.speedMps = 0;
    k.variance = r.variance;
    k.stoodS = this.#stoodS;
  }

  #keep(c: Crossing, direction: number): void {
    const k = this.crossing;
    k.tS = c.tS;
    k.direction = direction;
    k.alongM = c.alongM;
    k.speedMps = c.speedMps;
    k.variance = c.variance;
    k.stoodS = this.#stoodS;
  }
}
