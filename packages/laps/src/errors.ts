/** Why a track, a gate, a reference or an expression was refused. A closed list: callers match on it, never on text. */
export type LapsErrorCode =
  | "malformed" // the text or value does not have the expected form
  | "bad-version" // a file of a version that is not read
  | "out-of-range" // a number outside what is possible
  | "missing" // something needed is not there
  | "undirected" // a gate without the course in which it is crossed
  | "syntax" // an expression that does not parse
  | "unknown-name" // a channel or function that does not exist
  | "unit-mismatch" // quantities that cannot be combined
  | "too-complex" // an expression over the limits
  | "cycle"; // math channels that need each other

/** One fault of a file: where in it, and what is wrong. */
export type Fault = { readonly place: string; readonly reason: string };

export class LapsError extends Error {
  override readonly name = "LapsError";
  readonly code: LapsErrorCode;
  /** `layouts[0].start.ends`, `line 12`, `column 7`. */
  readonly place: string;
  /** All faults where several were found; at least the one of the message. */
  readonly faults: readonly Fault[];
  constructor(
    code: LapsErrorCode,
    place: string,
    reason: string,
    faults?: readonly Fault[],
    options?: ErrorOptions,
  ) {
    super(`${place}: ${reason}`, options);
    this.code = code;
    this.place = place;
    this.faults = faults ?? [{ place, reason }];
  }
}
