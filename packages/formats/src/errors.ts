/** Why a file is refused as a whole. Damage inside a readable file is no error: it is listed in `Recording.problems`. */
export type FormatErrorCode =
  | "unrecognised" // no format knows this content
  | "unsupported" // the format is known, this variant of it is not
  | "malformed" // nothing of the file can be read
  | "empty" // the file is whole and holds no sample
  | "needs-mapping" // a table whose columns nobody has explained yet
  | "too-large"; // the format has to be held in memory whole, and is too large for that

export class FormatError extends Error {
  override readonly name = "FormatError";
  readonly code: FormatErrorCode;
  /** The format's id, or the file's name while the format is not known. */
  readonly place: string;
  readonly line: number | undefined;
  readonly reason: string;
  constructor(code: FormatErrorCode, place: string, reason: string, line?: number, options?: ErrorOptions) {
    super(`${place}${line === undefined ? "" : `, line ${line}`}: ${reason}`, options);
    this.code = code;
    this.place = place;
    this.line = line;
    this.reason = reason;
  }
}
