const RING = 11;
const LONG = 10;
/** No block counts with more than this: a jump is not a drift. */
const MOST_M2 = 36;

/**
 * How far a receiver's error wanders: means of it over blocks of a second, compared with the block before and with the
 * one ten before. For a random walk of intensity Q (m^2/s) seen through white noise r (m^2), N fixes a block of length
 * T, neighbouring means differ by 2r/N + Q T (2N^2 + 1)/(3N^2) (mean square). Allocates nothing.
 */
export class Wander {
  /** In: time and error of a fix. */
  tS = Number.NaN;
  qx = Number.NaN;
  qy = Number.NaN;
  /** Mean square difference per axis of neighbouring blocks, and of blocks ten apart, m^2. */
  nextM2 = 0.02;
  longM2 = 0.1;
  longCount = 0;
  /** Mean length and number of fixes of a block, and time between blocks ten apart. */
  blockS = 1;
  fixes = 10;
  longS = LONG;
  #count = 3;
  readonly #t = new Float64Array(RING);
  readonly #x = new Float64Array(RING);
  readonly #y = new Float64Array(RING);
  #at = 0;
  #filled = 0;
  #fromS = Number.NaN;
  #n = 0;
  #sumT = 0;
  #sumX = 0;
  #sumY = 0;

  /** The error's thread was lost. */
  restart(): void {
    this.#filled = 0;
    this.#n = 0;
  }

  /** Takes the fields above; true when a block was closed and the figures are new. */
  add(): boolean {
    const closed = this.#n > 0 && this.tS - this.#fromS >= 0.999;
    if (closed) this.#close();
    if (this.#n === 0) {
      this.#fromS = this.tS;
      this.#sumT = 0;
      this.#sumX = 0;
      this.#sumY = 0;
    }
    this.#n++;
    this.#sumT += this.tS - this.#fromS;
    this.#sumX += this.qx;
    this.#sumY += this.qy;
    return closed;
  }

  #close(): void {
    const n = this.#n;
    const t = this.#fromS + this.#sumT / n;
    const x = this.#sumX / n;
    const y = this.#sumY / n;
    const last = (this.#at + RING - 1) % RING;
    if (this.#filled > 0) {
      const share = 1 / Math.min(60, ++this.#count);
      this.nextM2 += share * (this.#square(last, x, y) - this.nextM2);
      this.blockS += share * (this.tS - this.#fromS - this.blockS);
      this.fixes += share * (n - this.fixes);
    }
    if (this.#filled >= LONG) {
      const old = (this.#at + RING - LONG) % RING;
      const share = 1 / Math.min(120, ++this.longCount);
      this.longM2 += share * (this.#square(old, x, y) - this.longM2);
      this.longS += share * (t - this.#t[old]! - this.longS);
    }
    this.#t[this.#at] = t;
    this.#x[this.#at] = x;
    this.#y[this.#at] = y;
    this.#at = (this.#at + 1) % RING;
    if (this.#filled < RING) this.#filled++;
    this.#n = 0;
  }

  #square(i: number, x: number, y: number): number {
    const dx = x - this.#x[i]!;
    const dy = y - this.#y[i]!;
    return Math.min(MOST_M2, (dx * dx + dy * dy) / 2);
  }
}
