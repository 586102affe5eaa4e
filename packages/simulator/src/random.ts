import { cos, log } from "./math.ts";

/** xoshiro128** (Blackman and Vigna, 2018), seeded by splitmix32: the same numbers on every host. */
export class Random {
  readonly #s = new Uint32Array(4);
  #spare = Number.NaN;

  constructor(seed: number, stream = "") {
    let h = seed >>> 0;
    for (let i = 0; i < stream.length; i++) h = Math.imul(h ^ stream.charCodeAt(i), 0x0100_0193) >>> 0;
    for (let i = 0; i < 4; i++) {
      h = (h + 0x9e37_79b9) >>> 0;
      let z = h;
      z = Math.imul(z ^ (z >>> 16), 0x21f0_aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a_2d97);
      this.#s[i] = z ^ (z >>> 15);
    }
  }

  /** 32 random bits. */
  u32(): number {
    const s = this.#s;
    const r = Math.imul(rotl(Math.imul(s[1]!, 5), 7), 9) >>> 0;
    const t = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= t;
    s[3] = rotl(s[3]!, 11);
    return r;
  }

  /** Within [0, 1), 53 bits. */
  uniform(): number {
    return ((this.u32() >>> 5) * 67_108_864 + (this.u32() >>> 6)) / 9_007_199_254_740_992;
  }

  /** Mean 0, variance 1; Box and Muller. */
  gauss(): number {
    if (!Number.isNaN(this.#spare)) {
      const spare = this.#spare;
      this.#spare = Number.NaN;
      return spare;
    }
    const r = Math.sqrt(-2 * log(1 - this.uniform()));
    const a = 2 * Math.PI * this.uniform();
    this.#spare = r * cos(a - Math.PI / 2);
    return r * cos(a);
  }

  /** True with the given probability. */
  chance(p: number): boolean {
    return p > 0 && this.uniform() < p;
  }
}

const rotl = (x: number, k: number): number => ((x << k) | (x >>> (32 - k))) >>> 0;
