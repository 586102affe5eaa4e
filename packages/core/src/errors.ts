/** Why bytes or values were refused. A closed list: callers match on it, never on text. */
export type ProblemCode =
  | "skipped" // bytes between frames that belong to no frame
  | "truncated" // the input ended inside a frame, or a field lies past the end
  | "bad-checksum"
  | "bad-length"
  | "bad-version"
  | "malformed" // the frame is whole, its contents break the protocol's rules
  | "out-of-range" // a value does not fit its field
  | "out-of-sequence"
  | "timeout"
  | "unsupported"; // a valid frame of a kind that is not decoded

/** One refusal with its place: `offset` counts bytes from the start of the stream (or of the packet). */
export type Problem = {
  readonly code: ProblemCode;
  readonly offset: number;
  readonly length: number;
  readonly reason: string;
};

/** Thrown where one value or one call is at fault; streams report a `Problem` and go on. */
export class CodecError extends Error {
  override readonly name = "CodecError";
  readonly code: ProblemCode;
  readonly place: string;
  readonly offset: number;
  constructor(code: ProblemCode, place: string, offset: number, reason: string, options?: ErrorOptions) {
    super(`${place}@${offset}: ${code}: ${reason}`, options);
    this.code = code;
    this.place = place;
    this.offset = offset;
  }
}
