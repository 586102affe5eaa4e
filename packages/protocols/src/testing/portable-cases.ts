import {
  crc32,
  decodeUtf8,
  encodeUtf8,
  fromHex,
  type PlainMessage,
  type Protocol,
  toPlain,
} from "@pitwall/core";
import { findProtocol, PROTOCOLS } from "../registry.ts";
import { PORTABLE_CAPTURES, type PortableCapture } from "./portable-captures.table.ts";
import { PORTABLE_VECTORS } from "./portable-vectors.table.ts";

/** What one protocol made of its capture. Digests cover every bit of every value: hosts must agree to the last. */
type PortableCase = {
  readonly messages: number;
  readonly problems: number;
  readonly decoded: string;
  /** The same stream byte by byte, and with every seventeenth byte damaged. */
  readonly cut: string;
  readonly damaged: string;
  readonly encoded: string;
  readonly first: PlainMessage | undefined;
};

const SCRATCH = new DataView(new ArrayBuffer(8));

/** CRC-32 over everything that was added. */
function createDigest() {
  let bytes = new Uint8Array(1024);
  let length = 0;
  const room = (n: number) => {
    if (length + n <= bytes.length) return;
    const wider = new Uint8Array(2 * (length + n));
    wider.set(bytes);
    bytes = wider;
  };
  return {
    number(x: number) {
      // engines differ in the bits of NaN, which mean nothing
      SCRATCH.setFloat64(0, Number.isNaN(x) ? 0 : x);
      room(9);
      bytes[length++] = Number.isNaN(x) ? 1 : 0;
      for (let i = 0; i < 8; i++) bytes[length++] = SCRATCH.getUint8(i);
    },
    bytes(b: Uint8Array) {
      room(b.length);
      bytes.set(b, length);
      length += b.length;
    },
    text(t: string) {
      const utf8 = encodeUtf8(t);
      if (decodeUtf8(utf8) !== t) throw new Error(`UTF-8 of "${t}" does not come back`);
      this.bytes(utf8);
    },
    toString: () => crc32(bytes, 0, length).toString(16).padStart(8, "0"),
  };
}

type Run = { readonly digest: string; readonly messages: PlainMessage[]; readonly problems: number };

function decode(protocol: Protocol, capture: PortableCapture, pieces: readonly Uint8Array[]): Run {
  const digest = createDigest();
  const messages: PlainMessage[] = [];
  let problems = 0;
  const decoder = protocol.createDecoder(
    {
      onReading(r) {
        digest.text(r.message.name);
        digest.number(r.tUs);
        digest.number(r.bootUs);
        for (const v of r.values) digest.number(v);
        for (const [name, text] of Object.entries(r.texts ?? {})) digest.text(`${name}=${text}`);
        messages.push(toPlain(r));
      },
      onProblem(p) {
        problems++;
        digest.text(p.code);
        digest.number(p.offset);
      },
    },
    capture.options,
  );
  pieces.forEach((piece, i) => {
    decoder.push(piece, i * 1000);
  });
  decoder.end();
  return { digest: digest.toString(), messages, problems };
}

function encode(protocol: Protocol, capture: PortableCapture, messages: readonly PlainMessage[]): string {
  const digest = createDigest();
  const encoder = protocol.createEncoder?.(capture.options);
  for (const m of encoder ? messages : []) {
    try {
      const frames = encoder!.encodeFrames?.(m) ?? [encoder!.encode(m)];
      for (const f of frames) digest.bytes(f);
    } catch {
      // some messages can only be read
      digest.text(`no ${m.message}`);
    }
  }
  return digest.toString();
}

function caseOf(capture: PortableCapture): PortableCase | undefined {
  const protocol = findProtocol(capture.protocol);
  if (!protocol) return undefined;
  const pieces = capture.pieces.map(fromHex);
  const whole = decode(protocol, capture, pieces);
  const single = pieces.flatMap((p) => [...p].map((b) => Uint8Array.of(b)));
  const damaged = pieces.map((p) => p.map((b, i) => (i % 17 === 16 ? b ^ 0x5a : b)));
  return {
    messages: whole.messages.length,
    problems: whole.problems,
    decoded: whole.digest,
    cut: protocol.carrier === "stream" ? decode(protocol, capture, single).digest : whole.digest,
    damaged: decode(protocol, capture, damaged).digest,
    encoded: encode(protocol, capture, whole.messages),
    first: whole.messages[0],
  };
}

/** What was read of a published frame: the values asked for, out of all messages. */
type PortableReading = {
  readonly tUs: number | null;
  readonly values: Readonly<Record<string, number | string>>;
};

export type PortableResult = {
  /** By protocol, several where its samples were taken with several options. */
  readonly cases: Readonly<Record<string, readonly PortableCase[]>>;
  /** In the order of PORTABLE_VECTORS. */
  readonly vectors: readonly PortableReading[];
};

/** Decodes and encodes the captures of every protocol and reads the published frames. JSON of PortableResult. */
export function run(): string {
  const cases: Record<string, PortableCase[]> = {};
  for (const p of PROTOCOLS) cases[p.name] = [];
  for (const capture of PORTABLE_CAPTURES) {
    const c = caseOf(capture);
    if (c) cases[capture.protocol]!.push(c);
  }
  const vectors = PORTABLE_VECTORS.map((v): PortableReading => {
    const protocol = findProtocol(v.protocol);
    const capture = { protocol: v.protocol, options: v.options ?? {}, pieces: v.pieces };
    const published = caseOf(capture);
    if (published) cases[v.protocol]!.push(published);
    const { messages } = protocol ? decode(protocol, capture, v.pieces.map(fromHex)) : { messages: [] };
    const all: PlainMessage["values"] = Object.assign({}, ...messages.map((m) => m.values));
    const asked = Object.keys(v.values).filter((k) => Object.hasOwn(all, k));
    return {
      tUs: messages.find((m) => m.tUs !== null)?.tUs ?? null,
      values: Object.fromEntries(asked.map((k) => [k, all[k]!])),
    };
  });
  const result: PortableResult = { cases, vectors };
  return JSON.stringify(result);
}
