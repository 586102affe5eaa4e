import type { ProblemCode, RecordedProblem } from "@pitwall/core";

const LISTED = 10_000;
const NOTED = 10;

/** What a reader could not take over. The list is bounded, so that a wholly damaged file costs no memory. */
export class ProblemLog {
  readonly #list: RecordedProblem[] = [];
  readonly #notes: string[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(
    code: ProblemCode,
    reason: string,
    place: { readonly line?: number; readonly offset?: number } = {},
  ): void {
    this.#count++;
    if (this.#list.length < LISTED) this.#list.push({ code, reason, ...place });
  }

  /** Something to tell that is no fault of the file: an assumption, a thing left out. */
  note(text: string | undefined): void {
    if (text !== undefined && !this.#notes.includes(text)) this.#notes.push(text);
  }

  /** The parts of a Recording that this fills. */
  report(): { notes: string[]; problems?: { count: number; list: readonly RecordedProblem[] } } {
    const notes = [...this.#notes];
    if (this.#count === 0) return { notes };
    for (const p of this.#list.slice(0, NOTED)) {
      const place =
        p.line !== undefined ? `line ${p.line}: ` : p.offset !== undefined ? `byte ${p.offset}: ` : "";
      notes.push(`${place}${p.reason}`);
    }
    if (this.#count > NOTED) notes.push(`and ${this.#count - NOTED} more that could not be read`);
    return { notes, problems: { count: this.#count, list: this.#list } };
  }
}
