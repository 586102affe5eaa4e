import type { Column, FieldSpec, Group, RecordedLap } from "@pitwall/core";

/** `lap.number` outside of laps. */
export const NO_LAP = -1;

/** Times at which the lap number changes, and what it is from then on; `NO_LAP` where a lap ends and none begins. */
export function lapChanges(laps: readonly RecordedLap[]): { tUs: number; number: number }[] {
  const sorted = [...laps].sort((a, b) => a.startUs - b.startUs);
  const changes: { tUs: number; number: number }[] = [];
  sorted.forEach((lap, i) => {
    changes.push({ tUs: lap.startUs, number: lap.number });
    if (sorted[i + 1]?.startUs !== lap.endUs) changes.push({ tUs: lap.endUs, number: NO_LAP });
  });
  return changes;
}

const LAP: FieldSpec = { name: "lap.number", unit: "1", doc: "Lap", resolution: 1 };

/** The changes as a group of its own: one sample a change. Begins with `NO_LAP` at `fromUs`, so that the first lap has a beginning. */
export function lapGroup(laps: readonly RecordedLap[], fromUs: number): Group | undefined {
  const changes = lapChanges(laps);
  if (changes.length === 0) return undefined;
  if (fromUs >= changes[0]!.tUs) fromUs = changes[0]!.tUs - 1;
  changes.unshift({ tUs: fromUs, number: NO_LAP });
  const column: Column = { field: LAP, values: Float64Array.from(changes, (c) => c.number) };
  return { name: "laps", tUs: Float64Array.from(changes, (c) => c.tUs), columns: [column] };
}

/** The lap number at ascending times: NaN outside of laps. */
export class LapCursor {
  readonly #changes: { tUs: number; number: number }[];
  #at = 0;
  constructor(laps: readonly RecordedLap[]) {
    this.#changes = lapChanges(laps);
  }
  at(tUs: number): number {
    const changes = this.#changes;
    while (this.#at < changes.length && changes[this.#at]!.tUs <= tUs) this.#at++;
    const number = changes[this.#at - 1]?.number ?? NO_LAP;
    return number === NO_LAP ? Number.NaN : number;
  }
}
