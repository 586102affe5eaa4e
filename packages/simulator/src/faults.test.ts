import { describe, expect, it } from "vitest";
import { FaultyLink, NO_FAULTS, parseFaults } from "./faults.ts";

type Frame = { readonly n: number; readonly bytes: Uint8Array };
function run(faults: ReturnType<typeof parseFaults>, frames: number, seed = 1) {
  const got: { n: number; atUs: number; bytes: Uint8Array }[] = [];
  const link = new FaultyLink<Frame>(
    faults,
    seed,
    "t",
    (f, bytes) => ({ ...f, bytes }),
    (f, atUs) => void got.push({ n: f.n, atUs, bytes: f.bytes }),
  );
  for (let n = 0; n < frames; n++) link.send({ n, bytes: new Uint8Array(20).fill(7) }, n * 20_000);
  link.end();
  return { got, counts: link.counts };
}

describe("faults", () => {
  it("are read from text, and what is wrong is named", () => {
    expect(
      parseFaults("loss=0.01, dup=0.02,offline=60-180,clockjump=20:-3,unplug=gnss@5-6,delay=40"),
    ).toEqual({
      ...NO_FAULTS,
      loss: 0.01,
      dup: 0.02,
      offline: [{ fromS: 60, toS: 180 }],
      clockJumps: [{ atS: 20, byS: -3 }],
      unplugged: [{ source: "gnss", fromS: 5, toS: 6 }],
      delayS: 0.04,
    });
    for (const wrong of ["loss=2", "dup=", "offline=5", "offline=9-3", "nothing=1", "clockjump=3", "reboot="])
      expect(() => parseFaults(wrong), wrong).toThrow(RangeError);
  });

  it("without any, everything arrives once and in order", () => {
    const { got, counts } = run(NO_FAULTS, 1000);
    expect(got.map((g) => g.n)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(counts).toMatchObject({ offered: 1000, delivered: 1000 });
  });

  it("what arrives is what was offered, less the lost, plus the doubled", () => {
    const { got, counts } = run(
      parseFaults("loss=0.05,dup=0.03,reorder=0.05,corrupt=0.02,truncate=0.02"),
      20_000,
    );
    expect(counts.delivered).toBe(counts.offered - counts.lost + counts.duplicated);
    expect(got).toHaveLength(counts.delivered);
    expect(counts.lost / 20_000).toBeCloseTo(0.05, 2);
    expect(counts.duplicated / 20_000).toBeCloseTo(0.03, 2);
    expect(new Set(got.map((g) => g.n)).size).toBe(counts.offered - counts.lost);
    const cut = got.filter((g) => g.bytes.length < 20);
    const changed = got.filter((g) => g.bytes.length === 20 && g.bytes.some((b) => b !== 7));
    expect(cut.length).toBeGreaterThanOrEqual(counts.truncated);
    expect(changed.length).toBeGreaterThanOrEqual(counts.corrupted);
    expect(got.some((g, i) => i > 0 && g.n < got[i - 1]!.n)).toBe(true);
    for (let i = 1; i < got.length; i++) expect(got[i]!.atUs).toBeGreaterThanOrEqual(got[i - 1]!.atUs);
  });

  it("are the same for the same seed", () => {
    const faults = parseFaults("loss=0.1,reorder=0.1,jitter=30");
    expect(run(faults, 500, 9)).toEqual(run(faults, 500, 9));
    expect(run(faults, 500, 9).got).not.toEqual(run(faults, 500, 10).got);
  });

  it("glue lines of text together, and leave other bytes alone", () => {
    const got: string[] = [];
    const link = new FaultyLink<{ readonly bytes: Uint8Array }>(
      parseFaults("glue=0.5"),
      3,
      "t",
      (f, bytes) => ({ ...f, bytes }),
      (f) => void got.push(String.fromCharCode(...f.bytes)),
    );
    for (let i = 0; i < 1000; i++) {
      link.send({ bytes: Uint8Array.from("$GPTXT*00\r\n", (c) => c.charCodeAt(0)) }, i * 1000);
      link.send({ bytes: Uint8Array.of(1, 2, 3) }, i * 1000);
    }
    link.end();
    expect(link.counts.glued).toBe(got.filter((t) => t === "$GPTXT*00").length);
    expect(link.counts.glued / 1000).toBeCloseTo(0.5, 1);
    expect(got.filter((t) => t === "\u0001\u0002\u0003")).toHaveLength(1000);
  });

  it("of the receiver's week and of ids have no probability", () => {
    expect(parseFaults("weekrollover,twins")).toEqual({ ...NO_FAULTS, weekRolloverS: 0, twins: true });
    expect(parseFaults("weekrollover=30").weekRolloverS).toBe(30);
    expect(() => parseFaults("weekrollover=soon")).toThrow(RangeError);
  });
});
