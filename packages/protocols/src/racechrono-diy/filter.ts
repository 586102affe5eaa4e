import { CHARACTERISTIC } from "./messages.ts";

/** What a device shows that speaks to RaceChrono. */
export const RACECHRONO_GATT = {
  service: "00001ff8-0000-1000-8000-00805f9b34fb",
  /** UUID of a characteristic by its number. */
  characteristic: (number: number): string =>
    `${number.toString(16).padStart(8, "0")}-0000-1000-8000-00805f9b34fb`,
  numbers: CHARACTERISTIC,
} as const;

/**
 * Which packets the app wants, from what it writes to the filter characteristic. Until it writes anything nothing is
 * wanted. Packets of one id are let through no closer than the interval asked for.
 */
export class RaceChronoFilter {
  #all = Number.NaN;
  readonly #intervals = new Map<number, number>();
  readonly #last = new Map<number, number>();

  /** Takes the value written (without a head). A value that is no request changes nothing and returns false. */
  write(value: Uint8Array): boolean {
    const view = new DataView(value.buffer, value.byteOffset, value.length);
    if (value.length === 1 && value[0] === 0) {
      this.#all = Number.NaN;
      this.#intervals.clear();
    } else if (value.length === 3 && value[0] === 1) this.#all = view.getUint16(1) * 1000;
    else if (value.length === 7 && value[0] === 2)
      this.#intervals.set(view.getUint32(3), view.getUint16(1) * 1000);
    else return false;
    this.#last.clear();
    return true;
  }

  /** Whether to send a packet of this id now; one that is to be sent counts as sent. */
  wants(id: number, nowUs: number): boolean {
    const interval = this.#intervals.get(id) ?? this.#all;
    if (Number.isNaN(interval)) return false;
    const last = this.#last.get(id);
    if (last !== undefined && nowUs - last < interval) return false;
    this.#last.set(id, nowUs);
    return true;
  }
}
