import type { MessageSpec } from "@pitwall/core";

/** Where a message carries each of some channels: index in its values, -1 where it does not. Looked up once a message kind. */
export class Places<N extends string> {
  readonly #names: readonly N[];
  readonly #known = new Map<MessageSpec, Readonly<Record<N, number>>>();
  #last: MessageSpec | undefined;
  #lastPlaces: Readonly<Record<N, number>> | undefined;

  constructor(names: readonly N[]) {
    this.#names = names;
  }

  of(message: MessageSpec): Readonly<Record<N, number>> {
    if (message === this.#last) return this.#lastPlaces!;
    let places = this.#known.get(message);
    if (!places) {
      const found = {} as Record<N, number>;
      for (const name of this.#names) found[name] = message.fields.findIndex((f) => f.name === name);
      places = found;
      this.#known.set(message, places);
    }
    this.#last = message;
    this.#lastPlaces = places;
    return places;
  }
}

export const valueAt = (values: Float64Array, place: number): number =>
  place < 0 ? Number.NaN : values[place]!;
