import type { PlacedGate } from "../track/placed-gate.ts";
import { Crossing } from "./crossing.ts";
import type { Receiver } from "./receiver.ts";

/** Slower than this a crossing waits until the vehicle is clear of the line: at standstill, noise goes to and fro. */
const SURE_MPS = 1.5;
const CLEAR_M = 3;

/** Watches one line. Owns the crossing it reports; allocates nothing. */
export class LineWatch {
  readonly gate: PlacedGate;
  /** The one reported last. */
  readonly crossing = new Crossing();
  readonly #found = new Crossing();
  #pending = 0;
  #d = Number.NaN;
  /** Signed distance of the newest fix from the line, m; positive behind it. */
  get distanceM(): number {
    return this.#d;
  }
  /** In: how far beside its ends the line still counts, m. */
  toleranceM = 0;

  constructor(gate: PlacedGate) {
    this.gate = gate;
  }

  /** The fixes' thread was lost; goes on from here. */
  restart(r: Receiver): void {
    const { gate } = this;
    this.#d = gate.nx * (r.x - gate.mx) + gate.ny * (r.y - gate.my);
    this.#pending = 0;
  }

  /** +1 or -1 when the line was crossed for certain, forward or backward (`crossing` says when), else 0. */
  fix(r: Receiver): -1 | 0 | 1 {
    const { gate } = this;
    const before = this.#d;
    const now = gate.nx * (r.x - gate.mx) + gate.ny * (r.y - gate.my);
    this.#d = now;
    if (before < 0 !== now < 0) {
      const c = this.#found.solve(gate, r);
      const direction = now < 0 ? -1 : 1;
      if (Math.abs(c.alongM) <= gate.halfM + this.toleranceM) {
        const back = this.#pending === -direction;
        this.#pending = 0;
        if (back) return 0; // there and back again
        this.#keep(c, direction);
        if (direction === 1 && c.speedMps >= SURE_MPS) return 1;
        this.#pending = direction;
      }
    }
    if (this.#pending === 0) return 0;
    const clear = now * this.#pending;
    if (clear < -CLEAR_M) this.#pending = 0; // went round the line's end
    if (clear < CLEAR_M) return 0;
    const sure = this.#pending > 0 ? 1 : -1;
    this.#pending = 0;
    return sure;
  }

  #keep(c: Crossing, direction: number): void {
    const k = this.crossing;
    k.tS = c.tS;
    k.direction = direction;
    k.alongM = c.alongM;
    k.speedMps = c.speedMps;
    k.variance = c.variance;
  }
}
