import { CodecError } from "./errors.ts";

const DIGITS = "0123456789abcdef";

/** Lower-case hexadecimal of bytes[start, end). */
export function toHex(bytes: Uint8Array, start = 0, end = bytes.length): string {
  let text = "";
  for (let i = start; i < end; i++) text += DIGITS[bytes[i]! >> 4]! + DIGITS[bytes[i]! & 15]!;
  return text;
}

/** Value of one hexadecimal digit's character code; -1 for anything else. */
export function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** Bytes of hexadecimal text; blanks between bytes are skipped. Throws CodecError "malformed" at the character. */
export function fromHex(text: string): Uint8Array {
  const out = new Uint8Array(text.length >> 1);
  let n = 0;
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) <= 0x20) continue;
    const high = hexDigit(text.charCodeAt(i));
    const low = hexDigit(text.charCodeAt(i + 1));
    if (high < 0 || low < 0) throw new CodecError("malformed", "hex", i, "needs pairs of digits 0-9 a-f");
    out[n++] = high * 16 + low;
    i++;
  }
  return out.subarray(0, n);
}
