import type { ReferenceLap } from "./reference-lap.ts";

/** Which lap the delta is against. */
export type ReferenceChoice = "session-best" | "best-ever" | "previous" | "chosen" | "imported";

/** The laps that can be compared with. `best-ever` takes the session's best where that is better. */
export class References {
  #choice: ReferenceChoice;
  readonly #laps = new Map<ReferenceChoice, ReferenceLap>();

  constructor(
    choice: ReferenceChoice = "session-best",
    known: Partial<Record<"best-ever" | "chosen" | "imported", ReferenceLap>> = {},
  ) {
    this.#choice = choice;
    for (const [kind, lap] of Object.entries(known)) this.#laps.set(kind as ReferenceChoice, lap);
  }

  get choice(): ReferenceChoice {
    return this.#choice;
  }
  choose(choice: ReferenceChoice): void {
    this.#choice = choice;
  }
  set(kind: "best-ever" | "chosen" | "imported", lap: ReferenceLap): void {
    this.#laps.set(kind, lap);
  }

  /** A valid lap of this session was driven. */
  lap(lap: ReferenceLap): void {
    this.#laps.set("previous", lap);
    for (const kind of ["session-best", "best-ever"] as const) {
      const best = this.#laps.get(kind);
      if (!best || lap.lapTimeS < best.lapTimeS) this.#laps.set(kind, lap);
    }
  }

  /** The one in use; undefined until there is one. */
  get current(): ReferenceLap | undefined {
    return this.#laps.get(this.#choice);
  }
  get(kind: ReferenceChoice): ReferenceLap | undefined {
    return this.#laps.get(kind);
  }
}
