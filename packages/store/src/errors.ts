/** Why the store refused or could not do something. A closed list: callers match on it, never on text. */
export type StoreErrorCode =
  | "no-space" // the disk, or the quota, is full
  | "not-writable" // permissions, or a read-only file system
  | "io" // any other failure of the disk
  | "overloaded" // more waits in memory than may
  | "too-large"
  | "bad-name"
  | "closed" // the session, the store or the journal is closed
  | "not-found"
  | "locked" // another server uses the data folder
  | "corrupt"
  | "unsupported";

/** `place` is a file, with an offset where one is meant, or a session. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: StoreErrorCode;
  readonly place: string;
  /** The message without the place. */
  readonly reason: string;
  constructor(code: StoreErrorCode, place: string, reason: string, options?: ErrorOptions) {
    super(`${place}: ${reason}`, options);
    this.code = code;
    this.place = place;
    this.reason = reason;
  }
}

/** Something was wrong and the store went on: what, where and why, in one line for people. */
export type StoreProblem = {
  readonly code: StoreErrorCode | "torn" | "recovered" | "listener";
  readonly place: string;
  readonly reason: string;
};
export type OnStoreProblem = (problem: StoreProblem) => void;

const BY_ERRNO: Readonly<Record<string, StoreErrorCode>> = {
  ENOSPC: "no-space",
  EDQUOT: "no-space",
  EACCES: "not-writable",
  EPERM: "not-writable",
  EROFS: "not-writable",
  ENOENT: "not-found",
};
const IN_WORDS: Partial<Record<StoreErrorCode, string>> = {
  "no-space": "no space left on the disk",
  "not-writable": "may not be written",
};

/** A failed system call as a StoreError; StoreErrors pass through. */
export function asStoreError(cause: unknown, place: string): StoreError {
  if (cause instanceof StoreError) return cause;
  const errno = (cause as { code?: unknown } | null)?.code;
  const code = (typeof errno === "string" && BY_ERRNO[errno]) || "io";
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new StoreError(code, place, IN_WORDS[code] ? `${IN_WORDS[code]} (${detail})` : detail, { cause });
}
