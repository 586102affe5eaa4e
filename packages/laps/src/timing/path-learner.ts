import { type Path, samplePath } from "../path.ts";
import type { PlacedGate } from "../track/placed-gate.ts";
import type { Receiver } from "./receiver.ts";

const CAPACITY = 4096;
/** Two laps whose ways agree to this are laps of one circuit. */
const SAME_LENGTH = 0.03;
/** A lap that ends so far from where it began on the line has come by another part of the track. */
const OPEN_M = 5;
/** Pieces of one round, crossing by crossing, are this much unlike; laps on different lines are not. */
const UNLIKE = 1.1;
/** The line can belong to so many parts of the track. */
const MOST_PIECES = 4;
/** So many laps of another length in a row: what was learned is not the circuit. */
const MOST_STRANGE = 3;

/**
 * Learns the way round of a circuit without a centre line: from two clean laps of one length. Where another part of the
 * track crosses the line, too, the pieces from crossing to crossing end elsewhere on it than they began: what comes
 * back to where it began, of pieces that are unlike, is one round. Records the way being driven at steps of a few
 * metres, halving its resolution when full. Allocates only when a lap ends.
 */
export class PathLearner {
  /** What was learned. */
  path: Path | undefined;
  readonly #x = new Float64Array(CAPACITY);
  readonly #y = new Float64Array(CAPACITY);
  #count = 0;
  #stepM = 2;
  #fromM = 0;
  #candidateM = Number.NaN;
  #strange = 0;
  /** The pieces so far of a round that has not come back. */
  #pieces = 0;
  #shortestM = 0;
  #longestM = 0;
  #open = false;
  #lapFromM = Number.NaN;

  /** Whether a lap that ends on the line at `alongM` began on another part of it: while the way round is not known it may be none. */
  endsElsewhere(alongM: number): boolean {
    return Math.abs(alongM - this.#lapFromM) > OPEN_M;
  }

  /** The way from here on is not seen wholly, or not this circuit's. */
  forget(): void {
    this.#open = false;
    this.#pieces = 0;
    this.#lapFromM = Number.NaN;
  }

  /** A lap began at the line, `alongM` from its middle. */
  begin(gate: PlacedGate, alongM: number): void {
    this.#lapFromM = alongM;
    if (this.#open) {
      this.#open = false;
      return;
    }
    this.#pieces = 0;
    this.#fromM = alongM;
    this.#stepM = 2;
    this.#x[0] = gate.mx + gate.ny * alongM;
    this.#y[0] = gate.my - gate.nx * alongM;
    this.#count = 1;
  }

  add(r: Receiver): void {
    const { x, y } = r;
    const last = this.#count - 1;
    const dx = last < 0 ? this.#stepM : x - this.#x[last]!;
    const dy = last < 0 ? 0 : y - this.#y[last]!;
    if (dx * dx + dy * dy < this.#stepM * this.#stepM) return;
    if (this.#count === CAPACITY) {
      for (let i = 1; i < CAPACITY / 2; i++) {
        this.#x[i] = this.#x[2 * i]!;
        this.#y[i] = this.#y[2 * i]!;
      }
      this.#count = CAPACITY / 2;
      this.#stepM *= 2;
    }
    this.#x[this.#count] = x;
    this.#y[this.#count++] = y;
  }

  /** A clean lap ended on the line at `alongM`. True where `path` changed. */
  end(alongM: number, drivenM: number): boolean {
    if (this.path) {
      const same = Math.abs(drivenM / this.path.lengthM - 1) < 2 * SAME_LENGTH;
      this.#strange = same ? 0 : this.#strange + 1;
      if (this.#strange < MOST_STRANGE) return false;
      this.path = undefined;
      this.#candidateM = Number.NaN;
      this.#strange = 0;
      return true;
    }
    this.#shortestM = this.#pieces === 0 ? drivenM : Math.min(this.#shortestM, drivenM);
    this.#longestM = this.#pieces === 0 ? drivenM : Math.max(this.#longestM, drivenM);
    this.#pieces++;
    if (Math.abs(alongM - this.#fromM) > OPEN_M) {
      // a round is begun where the line is crossed nearest to its middle
      this.#open = this.#pieces < MOST_PIECES && Math.abs(alongM) > Math.abs(this.#fromM);
      return false;
    }
    if (this.#pieces > 1 && this.#longestM < UNLIKE * this.#shortestM) return false;
    const path = samplePath(this.#x, this.#y, this.#count, true);
    if (!path) return false;
    const same = Math.abs(path.lengthM / this.#candidateM - 1) < SAME_LENGTH;
    this.#candidateM = path.lengthM;
    if (!same) return false;
    this.path = path;
    return true;
  }
}
