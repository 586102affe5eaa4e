import type { ReadOptions } from "../format.ts";
import { type ByteSource, piecesOf } from "../source.ts";
import { type XmlEvents, XmlScanner } from "./scanner.ts";

/** The encoding of the XML declaration or the byte order mark; UTF-8 where none is named or known. */
function encodingOf(head: Uint8Array): string {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
  const named =
    /encoding\s*=\s*["']([\w-]+)["']/.exec(String.fromCharCode(...head.subarray(0, 128)))?.[1] ?? "";
  return /^(?:iso-8859-1|windows-1252|latin1)$/i.test(named) ? "windows-1252" : "utf-8";
}

export async function readXml(
  source: ByteSource,
  options: ReadOptions,
  events: XmlEvents,
  longest?: number,
): Promise<void> {
  const scanner = new XmlScanner(events, longest);
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  for await (const piece of piecesOf(source, options)) {
    decoder ??= new TextDecoder(encodingOf(piece));
    for (let at = 0; at < piece.length; at += 1 << 16)
      scanner.push(decoder.decode(piece.subarray(at, at + (1 << 16)), { stream: true }));
  }
  if (decoder) scanner.push(decoder.decode());
  scanner.end();
}
