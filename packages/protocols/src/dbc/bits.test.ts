import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readShares, sharesOf, writeShares } from "./bits.ts";
import { compile, interpret, plan } from "./compile.ts";
import { parseDecimal } from "./decimal.ts";
import type { Target } from "./mapping.ts";
import { parseDbc } from "./parse.ts";

/** A signal read bit by bit, by the definition: little-endian bits count up, big-endian ones down and on at the next byte's top. */
function readByDefinition(data: Uint8Array, start: number, length: number, little: boolean): bigint {
  const bitAt = (n: number) => BigInt((data[n >> 3]! >> (n & 7)) & 1);
  let raw = 0n;
  if (little) for (let i = length - 1; i >= 0; i--) raw = raw * 2n + bitAt(start + i);
  else
    for (let i = 0, n = start; i < length; i++) {
      raw = raw * 2n + bitAt(n);
      n = n % 8 === 0 ? n + 15 : n - 1;
    }
  return raw;
}

const endOf = (start: number, length: number, little: boolean): number =>
  little ? start + length : (start >> 3) * 8 + (7 - (start & 7)) + length;
const anySignal = fc
  .record({
    start: fc.nat(63),
    length: fc.integer({ min: 1, max: 64 }),
    little: fc.boolean(),
    signed: fc.boolean(),
  })
  .filter((s) => endOf(s.start, s.length, s.little) <= 64);
const anyData = fc.uint8Array({ minLength: 8, maxLength: 8 });

describe("bits of a signal", () => {
  it("are those of the definition", () => {
    fc.assert(
      fc.property(anySignal, anyData, (s, data) => {
        const raw = readShares(data, sharesOf(s), s.length, s.signed);
        const wanted = readByDefinition(data, s.start, s.length, s.little);
        expect(raw).toBe(Number(s.signed ? BigInt.asIntN(s.length, wanted) : wanted));
      }),
      { numRuns: 1000 },
    );
  });

  it("are written where they are read, and no others", () => {
    fc.assert(
      fc.property(
        anySignal.filter((s) => s.length <= 53),
        anyData,
        fc.maxSafeNat(),
        (s, before, seed) => {
          const shares = sharesOf(s);
          const raw = (seed % 2 ** s.length) - (s.signed ? 2 ** (s.length - 1) : 0);
          const data = before.slice();
          writeShares(data, shares, raw);
          const read = (b: Uint8Array) => readShares(b, shares, s.length, s.signed);
          expect(read(data)).toBe(raw);
          writeShares(data, shares, read(before));
          expect(data).toEqual(before);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("compiled and interpreted reading", () => {
  const text = (signals: string) => `BO_ 1 M: 8 X\n${signals}`;
  const both = (file: string) => {
    const message = parseDbc(file).messages[0]!;
    const targets = message.signals.map(
      (s): Target => ({ name: s.name, unit: "1", scale: 2, per: 3.6, bias: -1 }),
    );
    const planned = plan(message, targets);
    return { compiled: compile(planned)!, interpreted: interpret(planned), n: planned.length };
  };

  it("give the same values for any signal, any data and any length", () => {
    fc.assert(
      fc.property(
        anySignal,
        anyData,
        fc.nat(8),
        fc.integer({ min: -500, max: 500 }),
        fc.constantFrom(0.25, 1, -1),
        (s, data, length, offset, factor) => {
          const order = `${s.little ? 1 : 0}${s.signed ? "-" : "+"}`;
          const { compiled, interpreted } = both(
            text(` SG_ S : ${s.start}|${s.length}@${order} (${factor},${offset}) [0|0] "" X\n`),
          );
          const [a, b] = [new Float64Array(1), new Float64Array(1)];
          compiled(data, length, a);
          interpreted(data, length, b);
          expect(a).toEqual(b);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("give the same values for switches below switches", () => {
    const { compiled, interpreted, n } = both(
      text(` SG_ Deep m2 : 16|8@1+ (1,0) [0|0] "" X
 SG_ Sub m1M : 4|4@1+ (1,0) [0|0] "" X
 SG_ Top M : 0|4@1+ (1,0) [0|0] "" X
 SG_ Plain m0 : 8|16@1- (0.5,3) [0|0] "" X
SG_MUL_VAL_ 1 Deep Sub 2-4, 7-7;
`),
    );
    fc.assert(
      fc.property(anyData, fc.nat(8), (data, length) => {
        const [a, b] = [new Float64Array(n), new Float64Array(n)];
        compiled(data, length, a);
        interpreted(data, length, b);
        expect(a).toEqual(b);
      }),
      { numRuns: 500 },
    );
  });

  it("leaves what selects itself out, in a circle as well", () => {
    const circle = text(` SG_ A m1M : 0|8@1+ (1,0) [0|0] "" X
 SG_ B m1M : 8|8@1+ (1,0) [0|0] "" X
SG_MUL_VAL_ 1 A B 0-255;
SG_MUL_VAL_ 1 B A 0-255;
`);
    const message = parseDbc(circle).messages[0]!;
    const targets = message.signals.map(
      (s): Target => ({ name: s.name, unit: "1", scale: 1, per: 1, bias: 0 }),
    );
    const planned = plan(message, targets);
    expect(compile(planned)).toBeUndefined();
    const out = new Float64Array(2);
    interpret(planned)(new Uint8Array(8), 8, out);
    expect([...out]).toEqual([Number.NaN, Number.NaN]);
  });
});

describe("parseDecimal", () => {
  it.each([
    ["0.01", 1, 100],
    ["-67.67", -6767, 100],
    ["1.5E-05", 15, 1_000_000],
    ["2e3", 2000, 1],
    ["1", 1, 1],
    ["0.392", 392, 1000],
  ])("takes %s as a whole number over a power of ten", (text, digits, scale) => {
    expect(parseDecimal(text)).toEqual({ digits, scale });
  });
  it("keeps numbers too long for that as they are", () => {
    expect(parseDecimal("0.1234567890123456789")).toEqual({ digits: 0.12345678901234568, scale: 1 });
  });
});
