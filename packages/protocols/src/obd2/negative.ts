/** Negative response codes of ISO 14229-1 that OBD-II and its neighbours use. */
const NEGATIVE_RESPONSES: Readonly<Record<number, string>> = {
  16: "general reject",
  17: "service not supported",
  18: "sub-function not supported",
  19: "wrong length or format",
  20: "response too long",
  33: "busy, repeat the request",
  34: "conditions not correct",
  36: "request out of sequence",
  37: "no answer from a sub-network",
  38: "a failure prevents it",
  49: "request out of range",
  51: "access denied",
  53: "invalid key",
  54: "too many attempts",
  55: "wait before the next attempt",
  112: "upload or download not accepted",
  113: "transfer suspended",
  114: "programming failed",
  115: "wrong block counter",
  120: "received, the answer is pending",
  126: "sub-function not supported in this session",
  127: "service not supported in this session",
};

export const PENDING = 0x78;
/** What a control unit keeps to itself when everyone was asked (ISO 15765-4). */
export const SILENT_WHEN_FUNCTIONAL: readonly number[] = [0x11, 0x12, 0x31];

export const negativeText = (code: number): string =>
  NEGATIVE_RESPONSES[code] ?? (code >= 0x80 ? "vehicle-specific" : "reserved");
