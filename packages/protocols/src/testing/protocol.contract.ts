import { type PlainMessage, type Problem, type Protocol, type ProtocolOptions, toPlain } from "@pitwall/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

export type ContractOptions = {
  /** Bytes of a healthy device: a whole stream; for packets and CAN records, one entry each. */
  readonly samples: () => readonly Uint8Array[];
  readonly options?: ProtocolOptions;
  /** Messages that cannot be encoded, with the reason; an unknown name fails the suite so that the list cannot rot. */
  readonly decodeOnly?: Readonly<Record<string, string>>;
};

export type Decoded = {
  readonly messages: readonly PlainMessage[];
  readonly problems: readonly Problem[];
  readonly stats: Readonly<ReturnType<Protocol["createDecoder"]>["stats"]>;
};

/** Decodes pieces; each is copied into one buffer that is overwritten afterwards, so that a kept borrow shows. */
export function decodeAll(
  protocol: Protocol,
  pieces: readonly Uint8Array[],
  options?: ProtocolOptions,
): Decoded {
  const messages: PlainMessage[] = [];
  const problems: Problem[] = [];
  const decoder = protocol.createDecoder(
    { onReading: (r) => messages.push(toPlain(r)), onProblem: (p) => problems.push(p) },
    options,
  );
  const shared = new Uint8Array(Math.max(1, ...pieces.map((p) => p.length)));
  for (const piece of pieces) {
    shared.set(piece);
    decoder.push(shared.subarray(0, piece.length));
    shared.fill(0xa5);
  }
  decoder.end();
  return { messages, problems, stats: decoder.stats };
}

export const concat = (pieces: readonly Uint8Array[]): Uint8Array => {
  const out = new Uint8Array(pieces.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of pieces) {
    out.set(p, at);
    at += p.length;
  }
  return out;
};

function cutAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const at = [...new Set(cuts.map((c) => c % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((from, i) => bytes.subarray(from, at[i] ?? bytes.length));
}

/** What every protocol promises, run over each of them. */
export function describeProtocol(protocol: Protocol, contract: ContractOptions): void {
  const { options } = contract;
  const decode = (pieces: readonly Uint8Array[]) => decodeAll(protocol, pieces, options);
  const isStream = protocol.carrier === "stream";

  describe(`protocol contract: ${protocol.name}`, () => {
    it("decodes its samples without a problem", () => {
      const { messages, problems } = decode(contract.samples());
      expect(messages.length).toBeGreaterThan(0);
      expect(problems).toEqual([]);
    });

    it("names only messages and fields it has declared", () => {
      for (const m of decode(contract.samples()).messages) {
        const spec = protocol.messages.find((s) => s.name === m.message);
        expect(spec, m.message).toBeDefined();
        const known = new Set([...spec!.fields.map((f) => f.name), ...(spec!.texts ?? [])]);
        expect(Object.keys(m.values).filter((k) => !known.has(k))).toEqual([]);
      }
    });

    it("meets any bytes with typed problems that name an offset and a reason", () => {
      fc.assert(
        fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }), (pieces) => {
          const { problems } = decode(pieces);
          for (const p of problems) {
            expect(p.offset).toBeGreaterThanOrEqual(0);
            expect(p.reason.length).toBeGreaterThan(0);
          }
        }),
        { numRuns: 200 },
      );
    });

    it("survives any single damage to healthy bytes", () => {
      const samples = contract.samples();
      fc.assert(
        fc.property(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (which, where, flip) => {
          const pieces = samples.map((s) => Uint8Array.from(s));
          const piece = pieces[which % pieces.length]!;
          if (piece.length > 0) piece[where % piece.length]! ^= flip;
          const { messages } = decode(pieces);
          for (const m of messages)
            for (const v of Object.values(m.values))
              if (typeof v === "number") expect(Number.isFinite(v)).toBe(true);
        }),
        { numRuns: 200 },
      );
    });

    it.runIf(isStream)("gives the same messages and problems however the stream is cut", () => {
      const whole = concat(contract.samples());
      const dirty = concat([whole, new Uint8Array([1, 0x55, 0xaa, 0xb5, 0x62, 0x24, 2]), whole]);
      for (const bytes of [whole, dirty]) {
        const expected = decode([bytes]);
        fc.assert(
          fc.property(fc.array(fc.nat(), { maxLength: 40 }), (cuts) => {
            const got = decode(cutAt(bytes, cuts));
            expect(got.messages).toEqual(expected.messages);
            expect(got.problems).toEqual(expected.problems);
          }),
          { numRuns: 60 },
        );
        expect(decode([...bytes].map((b) => new Uint8Array([b]))).messages).toEqual(expected.messages);
      }
    });

    it.runIf(protocol.createEncoder !== undefined)(
      "decode after encode is the identity within each field's resolution",
      () => {
        const encoder = protocol.createEncoder!(options);
        const skip = new Set(Object.keys(contract.decodeOnly ?? {}));
        for (const m of decode(contract.samples()).messages) {
          const spec = protocol.messages.find((s) => s.name === m.message)!;
          if (skip.has(m.message) || spec.part) continue;
          const frames = encoder.encodeFrames?.(m) ?? [encoder.encode(m)];
          const again = decode(frames).messages.find((x) => x.message === m.message);
          expect(again, `${m.message} came back`).toBeDefined();
          expect(Object.keys(again!.values).sort()).toEqual(Object.keys(m.values).sort());
          for (const f of spec.fields) {
            const before = m.values[f.name];
            const after = again!.values[f.name];
            if (typeof before !== "number" || typeof after !== "number") continue;
            const step = f.resolution ?? Math.abs(before) * (f.float32 ? 2 ** -22 : 2 ** -50);
            expect(
              Math.abs(after - before),
              `${m.message} ${f.name}: ${before} became ${after}`,
            ).toBeLessThanOrEqual(step / 2 + Number.EPSILON * Math.abs(before) * 4);
          }
        }
      },
    );

    it("has no stale entry in its list of messages that cannot be encoded", () => {
      const known = new Set(protocol.messages.map((m) => m.name));
      expect(Object.keys(contract.decodeOnly ?? {}).filter((n) => !known.has(n))).toEqual([]);
    });
  });
}
