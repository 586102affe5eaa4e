import { BatchBuilder, type Protocol, type ProtocolOptions, type Reading } from "@pitwall/core";
import { findProtocol } from "@pitwall/protocols";
import type { Contender } from "./measure.ts";

/** Messages of one chunk. */
export const N = 1024;

export type Workload = {
  readonly name: string;
  readonly note: string;
  readonly own: Contender;
  readonly baselines: readonly Contender[];
};

/** Reproducible noise, 0 to 1. */
export function noise(seed: number): () => number {
  let s = seed;
  return () => {
    s = (Math.imul(s, 1_664_525) + 1_013_904_223) >>> 0;
    return s / 2 ** 32;
  };
}

export function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(pieces.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of pieces) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}

export const must = (name: string): Protocol => {
  const protocol = findProtocol(name);
  if (!protocol) throw new Error(`no protocol ${name}`);
  return protocol;
};

/** A protocol's decoder into columns, as the pipeline uses it: one builder a message kind. */
export function toColumns(
  protocol: Protocol,
  messages: number,
  pieces: readonly Uint8Array[],
  options?: ProtocolOptions,
): Contender {
  const builders = new Map<unknown, BatchBuilder>();
  let rows = 0;
  const decoder = protocol.createDecoder(
    {
      onReading(r: Reading) {
        // an NMEA sentence comes again in its epoch, and is not stored twice
        if (r.message.part) return;
        let builder = builders.get(r.message);
        if (!builder) {
          builder = new BatchBuilder("bench", r.message, 2 * N);
          builders.set(r.message, builder);
        }
        builder.add(r, r.tUs);
        rows++;
      },
      onProblem(p) {
        throw new Error(`${protocol.name}: ${p.reason}`);
      },
    },
    options,
  );
  const run = () => {
    for (const piece of pieces) decoder.push(piece);
    for (const builder of builders.values()) builder.take();
  };
  run();
  if (rows < messages - 1) throw new Error(`${protocol.name} gave ${rows} of ${messages} messages`);
  return { name: `pitwall ${protocol.name}`, items: messages, run };
}
