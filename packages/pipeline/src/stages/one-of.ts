import type { MessageSpec } from "@pitwall/core";
import type { SourceInfo } from "../source.ts";

/** The chosen one is this much slower before another takes its place: two that are alike do not take turns. */
const FASTER = 0.7;
/** So many readings tell a rate. */
const KNOWN = 20;
const SHARE = 0.1;

/** A sensor over sessions and starts of its unit. */
export type SensorName = {
  readonly device: string;
  readonly source: string;
  /** What the names of its messages begin with: `wt901`. */
  readonly messages: string;
};

type Candidate = { readonly sensor: SensorName; count: number; lastUs: number; stepUs: number };

/**
 * Chooses one of several sensors of a kind on a vehicle: the fastest, and another when that falls silent. Two inertial
 * sensors or two receivers in turns would be one that shakes.
 */
export class OneOf {
  readonly #silentUs: number;
  readonly #known = new Map<SourceInfo, Map<MessageSpec, Candidate>>();
  readonly #byName = new Map<string, Candidate>();
  #chosen: Candidate | undefined;

  constructor(silentS: number) {
    this.#silentUs = silentS * 1e6;
  }

  /** A reading of a sensor at a time; whether it is the one to listen to. */
  take(source: SourceInfo, message: MessageSpec, tUs: number): boolean {
    const c = this.#of(source, message);
    const step = tUs - c.lastUs;
    if (step > 0 && step < this.#silentUs)
      c.stepUs = Number.isNaN(c.stepUs) ? step : c.stepUs + SHARE * (step - c.stepUs);
    c.lastUs = tUs;
    c.count++;
    const now = this.#chosen;
    if (
      !now ||
      (now !== c &&
        (Math.abs(tUs - now.lastUs) > this.#silentUs || (c.count > KNOWN && c.stepUs < FASTER * now.stepUs)))
    )
      this.#chosen = c;
    return this.#chosen === c;
  }

  /** The one that was chosen last; the same object while it is the same sensor. */
  get chosen(): SensorName | undefined {
    return this.#chosen?.sensor;
  }

  /** Whether a reading is of the one that was chosen last. */
  is(source: SourceInfo, message: MessageSpec): boolean {
    return !this.#chosen || this.#of(source, message) === this.#chosen;
  }

  #of(source: SourceInfo, message: MessageSpec): Candidate {
    let messages = this.#known.get(source);
    if (!messages) {
      messages = new Map();
      this.#known.set(source, messages);
    }
    let found = messages.get(message);
    if (!found) {
      // a sensor may say what it measures in several messages, and is the same after its unit started anew
      const sensor = {
        device: source.device,
        source: source.name,
        messages: message.name.split(".")[0]!,
      };
      const name = `${sensor.device} ${sensor.source} ${sensor.messages}`;
      found = this.#byName.get(name) ?? { sensor, count: 0, lastUs: Number.NaN, stepUs: Number.NaN };
      this.#byName.set(name, found);
      messages.set(message, found);
    }
    return found;
  }
}
