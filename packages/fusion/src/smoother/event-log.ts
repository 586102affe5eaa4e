import { ACCEPTED, KIND, NOTHING, PAYLOAD, PAYLOADS, TIME_S } from "../ekf/events.ts";
import type { EventSink } from "../ekf/history.ts";

/** Row of the log: time, kind, payload. */
export const LOG_STRIDE = PAYLOAD + PAYLOADS;
const CHUNK_ROWS = 4096;

/** Every event of a run that took effect, in order: with it the run can be repeated, and gone through backwards. */
export class EventLog {
  readonly #chunks: Float64Array[] = [];
  length = 0;
  /** Added to the times of events to come, s: where the clock of the run starts. */
  offsetS = 0;

  readonly sink: EventSink = (slots, slot) => {
    if (slots[slot + ACCEPTED] !== 1 || slots[slot + KIND] === NOTHING) return;
    const row = this.length % CHUNK_ROWS;
    if (row === 0) this.#chunks.push(new Float64Array(CHUNK_ROWS * LOG_STRIDE));
    const chunk = this.#chunks[this.#chunks.length - 1]!;
    const at = row * LOG_STRIDE;
    chunk[at] = slots[slot + TIME_S]! + this.offsetS;
    for (let i = 1; i < LOG_STRIDE; i++) chunk[at + i] = slots[slot + i]!;
    this.length++;
  };

  /** The array that holds a row. */
  chunk(row: number): Float64Array {
    return this.#chunks[Math.floor(row / CHUNK_ROWS)]!;
  }

  /** Offset of a row in its array. */
  at(row: number): number {
    return (row % CHUNK_ROWS) * LOG_STRIDE;
  }
}
