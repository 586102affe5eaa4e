import { findChannel } from "@pitwall/core";
import type { Delivery } from "../recorder.ts";
import type { LiveVehicle } from "../vehicle.ts";

/** `pitwall/v1/<vehicle>/clean`: the newest channels of the catalogue as JSON at a set rate, for Node-RED, Grafana and Home Assistant. */
export class CleanTopic {
  readonly #gapUs: number;
  readonly #publish: (topic: string, payload: string) => void;
  readonly #lastUs = new Map<string, number>();

  constructor(rateHz: number, publish: (topic: string, payload: string) => void) {
    this.#gapUs = rateHz > 0 ? 1e6 / rateHz : Number.POSITIVE_INFINITY;
    this.#publish = publish;
  }

  deliver({ vehicle }: Delivery, nowUs: number): void {
    if (
      nowUs - (this.#lastUs.get(vehicle.id) ?? Number.NEGATIVE_INFINITY) < this.#gapUs ||
      this.#gapUs === Number.POSITIVE_INFINITY
    )
      return;
    this.#lastUs.set(vehicle.id, nowUs);
    this.#publish(`pitwall/v1/${vehicle.id}/clean`, JSON.stringify(cleaned(vehicle)));
  }
}

const STALE_US = 5e6;

/** Only channels of the catalogue, and only what is not stale beside the newest sample. */
function cleaned(vehicle: LiveVehicle): { tUs: number; values: Record<string, number> } {
  let newest = 0;
  for (const v of vehicle.newest.values()) newest = Math.max(newest, v.tUs);
  const values: Record<string, number> = {};
  for (const [id, v] of vehicle.newest)
    if (newest - v.tUs < STALE_US && findChannel(id)) values[id] = v.value;
  return { tUs: newest, values };
}
