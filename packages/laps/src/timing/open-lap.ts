import { type Lap, type LapFlag, type LapKind, standsWith } from "./lap.ts";
import { type LapEnd, lapEnd } from "./lap-end.ts";

/** The lap that is being driven. One object a timer, begun anew for each lap. */
export class OpenLap {
  number = 0;
  /** Before the first crossing, or out of the pits. */
  fromPits = true;
  readonly start: LapEnd = lapEnd();
  /** Running time of each split, NaN until it is crossed. */
  readonly splitS: Float64Array;
  distanceM = 0;
  /** Distance at which a pit stop was made, NaN without one. */
  stopM = Number.NaN;
  pitEntryM = Number.NaN;
  pitExitM = Number.NaN;
  /** Whether fixes were missing for long at any place. */
  unseen = false;
  #atLine = false;
  readonly #flags = new Set<LapFlag>();
  readonly #major: readonly boolean[];

  constructor(major: readonly boolean[]) {
    this.#major = major;
    this.splitS = new Float64Array(major.length).fill(Number.NaN);
  }

  /** `atLine` unless it begins with the recording, or after a break. */
  begin(number: number, end: LapEnd, fromPits: boolean, atLine: boolean): void {
    this.number = number;
    this.#atLine = atLine;
    this.fromPits = fromPits;
    Object.assign(this.start, end);
    this.splitS.fill(Number.NaN);
    this.distanceM = 0;
    this.stopM = this.pitEntryM = this.pitExitM = Number.NaN;
    this.unseen = false;
    this.#flags.clear();
  }

  flag(flag: LapFlag): void {
    this.#flags.add(flag);
  }
  has(flag: LapFlag): boolean {
    return this.#flags.has(flag);
  }

  /** A split counts once; one that comes after a later one shows that the later one was not it. */
  split(i: number, tS: number): boolean {
    if (Number.isFinite(this.splitS[i]!)) return false;
    this.splitS[i] = tS;
    this.splitS.fill(Number.NaN, i + 1);
    return true;
  }

  /** The finished lap; it ends `atLine` or with the recording. `slowVariance` is that of the slow error's difference between its ends, m^2, `slowM` its sigma. */
  close(end: LapEnd, kindOfEnd: LapKind, atLine: boolean, slowVariance: number, slowM: number): Lap {
    const { start } = this;
    const flags = [...this.#flags];
    const kind = this.#kind(kindOfEnd);
    const apart = 1 / end.speedMps - 1 / start.speedMps;
    const variance =
      start.varianceS2 +
      end.varianceS2 +
      slowVariance / (start.speedMps * end.speedMps) +
      slowM * slowM * apart * apart;
    const timeS = Math.round((end.tS - start.tS) * 1e6) / 1e6;
    const splitsS: number[] = [];
    const sectorsS: number[] = [];
    let from = this.#atLine ? start.tS : Number.NaN;
    for (let i = 0; i <= this.splitS.length; i++) {
      const last = i === this.splitS.length;
      const t = !last ? this.splitS[i]! : atLine ? end.tS : Number.NaN;
      if (!last) splitsS.push(Math.round((t - start.tS) * 1e6) / 1e6);
      if (!last && !this.#major[i]) continue;
      sectorsS.push(Math.round((t - from) * 1e6) / 1e6);
      from = t;
    }
    return {
      number: this.number,
      kind,
      startUs: start.deviceUs,
      endUs: end.deviceUs,
      timeS,
      uncertaintyS: Math.round(2 * Math.sqrt(variance) * 1e6) / 1e6,
      valid: standsWith(kind, flags),
      flags,
      sectorsS,
      splitsS,
      distanceM: this.distanceM,
    };
  }

  #kind(kindOfEnd: LapKind): LapKind {
    if (kindOfEnd !== "lap") return kindOfEnd;
    if (this.fromPits) return "out";
    const at = Number.isFinite(this.pitEntryM)
      ? this.pitEntryM
      : Number.isFinite(this.stopM)
        ? this.stopM
        : this.pitExitM;
    if (!Number.isFinite(at)) return "lap";
    return at < this.distanceM / 2 ? "out" : "in";
  }
}
