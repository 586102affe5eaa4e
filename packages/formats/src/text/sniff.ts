import { textOf } from "./lines.ts";

/** The beginning of a file as text, without a byte order mark; UTF-16 is understood. */
export function headText(head: Uint8Array, length = 16_384): string {
  const part = head.subarray(0, length);
  if (part[0] === 0xff && part[1] === 0xfe) return new TextDecoder("utf-16le").decode(part.subarray(2));
  if (part[0] === 0xfe && part[1] === 0xff) return new TextDecoder("utf-16be").decode(part.subarray(2));
  const bom = part[0] === 0xef && part[1] === 0xbb && part[2] === 0xbf ? 3 : 0;
  // a cut through a character at the end must not make the whole Windows-1252
  let end = part.length;
  for (let i = 0; i < 3 && end > bom && part[end - 1]! >= 0x80; i++) end--;
  return textOf(part, bom, end);
}

export function firstLine(head: Uint8Array): string {
  const text = headText(head, 4096);
  const end = text.search(/[\r\n]/);
  return end < 0 ? text : text.slice(0, end);
}

export const headLines = (head: Uint8Array, length?: number): string[] =>
  headText(head, length).split(/\r\n|\n|\r/);

/** Whether the beginning holds bytes that no text has. */
export function looksBinary(head: Uint8Array): boolean {
  const n = Math.min(head.length, 1024);
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) return false;
  for (let i = 0; i < n; i++) {
    const b = head[i]!;
    if (b === 0 || (b < 32 && b !== 9 && b !== 10 && b !== 13 && b !== 12 && b !== 27 && b !== 26))
      return true;
  }
  return false;
}
