import { CodecError } from "./errors.ts";

/** Code units are handed over in pieces: an argument list has an upper length on every engine. */
const PIECE = 1024;

/**
 * Strict UTF-8 (RFC 3629) of bytes[start, end): overlong forms, surrogates and values over U+10FFFF are refused with
 * CodecError "malformed" or "truncated" at their offset. The hosts' TextDecoder does not exist on XS.
 */
export function decodeUtf8(bytes: Uint8Array, start = 0, end = bytes.length): string {
  const units = new Array<number>(Math.min(PIECE, end - start));
  let text = "";
  let n = 0;
  let at = start;
  while (at < end) {
    const first = bytes[at]!;
    let code = first;
    let size = 1;
    if (first >= 0x80) {
      size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
      if (first < 0xc2 || first > 0xf4) throw refused("malformed", at, first);
      if (at + size > end) throw refused("truncated", at, first);
      code = first & (0x7f >> size);
      for (let i = 1; i < size; i++) {
        const next = bytes[at + i]!;
        if ((next & 0xc0) !== 0x80) throw refused("malformed", at + i, next);
        code = (code << 6) | (next & 0x3f);
      }
      const overlong = size === 3 ? code < 0x800 : size === 4 && code < 0x1_0000;
      if (overlong || code > 0x10_ffff || (code >= 0xd800 && code <= 0xdfff))
        throw refused("malformed", at, first);
    }
    if (n + 2 > PIECE) {
      text += String.fromCharCode.apply(null, units);
      units.length = 0;
      n = 0;
    }
    if (code > 0xffff) {
      units[n++] = 0xd800 + ((code - 0x1_0000) >> 10);
      units[n++] = 0xdc00 + ((code - 0x1_0000) & 0x3ff);
    } else units[n++] = code;
    at += size;
  }
  units.length = n;
  return text + String.fromCharCode.apply(null, units);
}

const refused = (code: "malformed" | "truncated", at: number, byte: number): CodecError =>
  new CodecError(code, "utf-8", at, `byte 0x${byte.toString(16).padStart(2, "0")} does not belong here`);

/** UTF-8 of a string; a lone surrogate becomes U+FFFD, as TextEncoder does it. */
export function encodeUtf8(text: string): Uint8Array {
  const out = new Uint8Array(text.length * 3);
  let n = 0;
  for (let i = 0; i < text.length; i++) {
    let code = text.codePointAt(i)!;
    if (code > 0xffff) i++;
    else if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd;
    if (code < 0x80) out[n++] = code;
    else {
      const size = code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
      out[n++] = ((0xf00 >> size) & 0xff) | (code >> (6 * (size - 1)));
      for (let k = size - 2; k >= 0; k--) out[n++] = 0x80 | ((code >> (6 * k)) & 0x3f);
    }
  }
  return out.subarray(0, n);
}
