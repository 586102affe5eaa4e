import type { VehicleState } from "@pitwall/api";
import { Cadence, DataClock } from "./age.ts";

/** What time it is on one vehicle, and how often its channels come. */
export class VehicleClock {
  readonly vehicle: string;
  /** Newest sample time heard of. */
  newestUs = Number.NEGATIVE_INFINITY;
  readonly #clock = new DataClock();
  readonly #cadences = new Map<string, Cadence>();
  #heardLive = false;

  constructor(vehicle: string) {
    this.vehicle = vehicle;
  }

  /**
   * The vehicle list came. Of a vehicle that is not live the newest sample is as old as the server says, once its
   * clock is known; the sample's own time cannot tell, as the two clocks need not agree.
   */
  observeState(state: VehicleState, nowMs: number, serverNowMs: number | undefined): void {
    let tUs = Number.NEGATIVE_INFINITY;
    for (const [channel, v] of Object.entries(state.values)) {
      if (v.tUs > tUs) tUs = v.tUs;
      const cadence = this.#cadences.get(channel) ?? new Cadence();
      this.#cadences.set(channel, cadence);
      cadence.observe(v.tUs);
    }
    // The same newest sample again says nothing about now.
    if (!(tUs > this.newestUs)) return;
    if (state.state === "live" || this.#heardLive) {
      this.newestUs = tUs;
      this.#clock.observe(tUs, nowMs);
    } else if (serverNowMs !== undefined && state.lastSeenUs !== null) {
      this.newestUs = tUs;
      this.#clock.observe(tUs, nowMs, Math.max(0, serverNowMs - state.lastSeenUs / 1000));
    }
  }

  observeRows(tUs: Float64Array, nowMs: number): void {
    let lastUs = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < tUs.length; i++) if (tUs[i]! > lastUs) lastUs = tUs[i]!;
    this.#heardLive = true;
    if (lastUs > this.newestUs) this.newestUs = lastUs;
    this.#clock.observe(lastUs, nowMs);
  }

  /** NaN before anything is known. */
  nowUs(nowMs: number): number {
    return this.#clock.nowUs(nowMs);
  }

  /** NaN while it is not known. */
  usualUs(channel: string): number {
    return this.#cadences.get(channel)?.usualUs ?? Number.NaN;
  }
}
