import { type CanFrame, createCanFrame, hexDigit, type ProblemCode } from "@pitwall/core";

/** What the adapter says in words, by the beginning of its line; the data sheet of the ELM327 v2 lists them. */
export const ELM_STATUS = [
  ["OK", "ok"],
  ["ELM327", "identification"],
  ["STN", "identification"],
  ["SEARCHING", "searching"],
  ["BUS INIT: OK", "ok"],
  ["BUS INIT: ...OK", "ok"],
  ["BUS INIT", "bus initialisation failed"],
  ["NO DATA", "no answer"],
  ["UNABLE TO CONNECT", "no protocol found"],
  ["CAN ERROR", "CAN error"],
  ["BUS BUSY", "bus busy"],
  ["BUS ERROR", "bus error"],
  ["BUFFER FULL", "buffer full"],
  ["DATA ERROR", "data error"],
  ["FB ERROR", "feedback error"],
  ["STOPPED", "stopped"],
  ["LV RESET", "low voltage reset"],
  ["LP ALERT", "going to sleep"],
  ["ACT ALERT", "no activity"],
  ["ERR", "internal error"],
  ["?", "command not understood"],
] as const;

export type ElmLine =
  | { readonly kind: "prompt" }
  | { readonly kind: "status"; readonly status: number; readonly text: string }
  | { readonly kind: "command"; readonly text: string }
  /** `014` before the numbered lines of a long answer. */
  | { readonly kind: "length"; readonly length: number }
  /** `1: 47 50 …` */
  | { readonly kind: "part"; readonly index: number; readonly bytes: Uint8Array }
  | { readonly kind: "can"; readonly frame: CanFrame }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "bad"; readonly code: ProblemCode; readonly reason: string };

const bad = (reason: string): ElmLine => ({ kind: "bad", code: "malformed", reason });

/** Bytes of hexadecimal digits without blanks; undefined for anything else, or an odd count. */
function bytesOf(digits: string): Uint8Array | undefined {
  if (digits.length % 2 !== 0) return undefined;
  const out = new Uint8Array(digits.length / 2);
  for (let i = 0; i < out.length; i++) {
    const high = hexDigit(digits.charCodeAt(2 * i));
    const low = hexDigit(digits.charCodeAt(2 * i + 1));
    if (high < 0 || low < 0) return undefined;
    out[i] = high * 16 + low;
  }
  return out;
}

function canOf(id: number, extended: boolean, data: Uint8Array): ElmLine {
  if (data.length > 8) return bad(`${data.length} bytes behind the identifier`);
  const frame = createCanFrame();
  frame.id = id;
  frame.extended = extended;
  frame.length = data.length;
  frame.data.set(data);
  return { kind: "can", frame };
}

/**
 * Reads one line without its end. Headers on or off and blanks on or off are told apart by the line itself; `01 0C` as
 * the echo of a request and `41 0C 1A F8` as an answer are both `bytes`.
 */
export function parseElmLine(line: string): ElmLine {
  const text = line.trim();
  if (text === "") return { kind: "prompt" };
  const upper = text.toUpperCase();
  // the answer may follow on the same line: SEARCHING...41 00 BE 3E B8 11
  const found = /^SEARCHING\.*(.+)$/.exec(upper);
  if (found) return parseElmLine(found[1]!);
  const marked = /^(.*)<(DATA|RX) ERROR$/.exec(upper);
  if (marked) return { kind: "bad", code: "bad-checksum", reason: `the adapter marks a ${marked[2]} error` };
  const status = ELM_STATUS.findIndex(([start]) => upper.startsWith(start));
  if (status >= 0) return { kind: "status", status, text: upper };
  if (/^(AT|ST)/.test(upper)) return { kind: "command", text: upper };
  const part = /^([0-9A-F]):(.*)$/.exec(upper);
  if (part) {
    const bytes = bytesOf(part[2]!.replaceAll(" ", ""));
    return bytes ? { kind: "part", index: Number.parseInt(part[1]!, 16), bytes } : bad(`"${text}"`);
  }
  const digits = upper.replaceAll(" ", "");
  if (/^[0-9A-F]{3}$/.test(upper)) return { kind: "length", length: Number.parseInt(upper, 16) };
  if (/^18D[AB]/.test(digits) && digits.length >= 10) {
    const data = bytesOf(digits.slice(8));
    return data ? canOf(Number.parseInt(digits.slice(0, 8), 16), true, data) : bad(`"${text}"`);
  }
  // an odd count of digits: three of them are an identifier of 11 bits, or the last one is how many answers are awaited
  if (/^7(DF|E[0-9A-F])/.test(digits) && digits.length % 2 === 1 && digits.length > 4) {
    const data = bytesOf(digits.slice(3));
    return data ? canOf(Number.parseInt(digits.slice(0, 3), 16), false, data) : bad(`"${text}"`);
  }
  const bytes = bytesOf(digits.length % 2 === 1 ? digits.slice(0, -1) : digits);
  return bytes && bytes.length > 0 ? { kind: "bytes", bytes } : bad(`"${text.slice(0, 40)}"`);
}
