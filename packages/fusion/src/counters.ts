import { RateMeter } from "./filters.ts";
import type { SensorSummary } from "./types.ts";

/** What became of the samples of one sensor. */
export class SensorCount {
  samples = 0;
  accepted = 0;
  rejected = 0;
  invalid = 0;
  late = 0;
  repeated = 0;
  /** Rejected since the last that was accepted. */
  streak = 0;
  readonly rate: RateMeter;
  readonly #freedom: number;
  #nisSum = 0;
  #nisCount = 0;
  /** NIS over degrees of freedom, of the last some dozen. */
  recentNis = 1;

  constructor(freedom: number, rateAlpha = 0.1) {
    this.#freedom = freedom;
    this.rate = new RateMeter(rateAlpha);
  }

  used(nis: number): void {
    this.accepted++;
    this.streak = 0;
    this.#note(nis);
  }

  refused(nis: number): void {
    this.rejected++;
    this.streak++;
    // an outlier says little about how sure the filter should be
    this.recentNis += 0.03 * (Math.min(16, nis / this.#freedom || 0) - this.recentNis);
  }

  #note(nis: number): void {
    if (!(nis >= 0)) return;
    this.#nisSum += nis / this.#freedom;
    this.#nisCount++;
    this.recentNis += 0.03 * (nis / this.#freedom - this.recentNis);
  }

  /** Of a sensor that counts on the way only what became of its samples, they are the sum of that. */
  summary(): SensorSummary {
    const { accepted, rejected, invalid, late, repeated } = this;
    return {
      rateHz: this.rate.hz,
      samples: this.samples || accepted + rejected + invalid + late + repeated,
      accepted: this.accepted,
      rejected: this.rejected,
      invalid: this.invalid,
      late: this.late,
      repeated: this.repeated,
      nis: this.#nisCount > 0 ? this.#nisSum / this.#nisCount : null,
    };
  }
}
