import { describe, expect, it } from "vitest";
import { createHistory } from "./history.ts";
import type { HistorySeries } from "./messages.ts";
import { SampleStore } from "./store.ts";

type Call = { channels: readonly string[]; fromUs: number; toUs: number | undefined; points: number };

/** A server that holds a sample every 100 ms of each of its channels and thins by leaving out evenly. */
function bench(held: Readonly<Record<string, number>>) {
  const calls: Call[] = [];
  let failing = false;
  let nowMs = 0;
  let changes = 0;
  const store = new SampleStore("s");
  const history = createHistory({
    store,
    nowMs: () => nowMs,
    onChange: () => changes++,
    fetch: (channels, fromUs, toUs, points) => {
      calls.push({ channels, fromUs, toUs, points });
      if (failing) return Promise.reject(new Error("no"));
      const answer = channels.flatMap((channel): HistorySeries[] => {
        const n = held[channel];
        if (n === undefined) return [];
        let t = Array.from({ length: n }, (_, i) => i * 100_000).filter(
          (x) => x >= fromUs && x <= (toUs ?? x),
        );
        if (t.length > points) t = t.filter((_, i) => i % Math.ceil(t.length / points) === 0);
        const tUs = Float64Array.from(t);
        return [{ channel, group: "g", unit: "1", tUs, values: tUs.map((x) => x / 1e6) }];
      });
      return Promise.resolve(answer);
    },
  });
  return {
    calls,
    store,
    history,
    get changes() {
      return changes;
    },
    set failing(x: boolean) {
      failing = x;
    },
    set nowMs(x: number) {
      nowMs = x;
    },
    settle: () => new Promise<void>((done) => setImmediate(done)),
  };
}

const want = (fromUs: number, toUs: number, channels = ["a"], stepUs = 10_000) => ({
  fromUs,
  toUs,
  channels,
  stepUs,
});

describe("history", () => {
  it("asks once with an open end, then awaits the live stream", async () => {
    const b = bench({ a: 100 });
    b.history.want([want(0, 20e6)]);
    await b.settle();
    b.history.want([want(0, 21e6)]);
    await b.settle();
    expect(b.calls).toMatchObject([{ channels: ["a"], fromUs: 0, toUs: undefined }]);
    expect(b.store.of("a")[0]!.length).toBe(100);
    expect(b.changes).toBe(1);
  });

  it("fetches the hole between what it has and the first live row", async () => {
    const b = bench({ a: 100 });
    b.history.want([want(0, 20e6)]);
    await b.settle();
    const s = b.store.of("a")[0]!;
    s.live(Float64Array.of(9.95e6, 12e6), Float64Array.of(1, 1));
    b.history.want([want(0, 20e6)]);
    await b.settle();
    expect(b.calls.at(-1)).toMatchObject({ fromUs: 9.9e6 + 1, toUs: 9.95e6 - 1 });
    expect(b.calls).toHaveLength(2);
  });

  it("asks for earlier time when it is looked at, in one request for channels alike", async () => {
    const b = bench({ a: 100, b: 100 });
    b.history.want([want(5e6, 20e6, ["a", "b"])]);
    await b.settle();
    b.history.want([want(2e6, 8e6, ["a", "b"])]);
    await b.settle();
    expect(b.calls).toMatchObject([
      { channels: ["a", "b"], fromUs: 5e6, toUs: undefined },
      { channels: ["a", "b"], fromUs: 2e6, toUs: 5e6 - 1 },
    ]);
    expect(b.store.of("b")[0]!.tUs[0]).toBe(2e6);
  });

  it("gets more detail when zoomed in on thinned history, and not again when that is all there is", async () => {
    const b = bench({ a: 10_000 });
    b.history.want([want(0, 1000e6, ["a"], 5e6)]);
    await b.settle();
    const coarse = b.store.of("a")[0]!.length;
    expect(coarse).toBeLessThan(500);
    b.history.want([want(100e6, 110e6, ["a"], 20_000)]);
    await b.settle();
    b.history.want([want(101e6, 102e6, ["a"], 2000)]);
    await b.settle();
    expect(b.calls).toHaveLength(2);
    const t = b.store.of("a")[0]!.tUs.filter((x) => x >= 100e6 && x <= 110e6);
    expect([...t]).toEqual(Array.from({ length: 101 }, (_, i) => 100e6 + i * 100_000));
  });

  it("takes in pieces, newest first, what one answer cannot hold", async () => {
    const b = bench({ a: 30_000 });
    b.history.want([want(0, 3000e6, ["a"], 131_072)]);
    for (let i = 0; i < 6; i++) await b.settle();
    expect(b.calls.map((c) => c.fromUs)).toEqual([
      3000e6 - 10_000 * 131_072,
      3000e6 - 20_000 * 131_072 - 1,
      0,
    ]);
    expect(b.calls.every((c) => c.points <= 20_000)).toBe(true);
    const gaps = b.store.of("a")[0]!.coverage.missing({ fromUs: 0, toUs: 2999e6 }, 131_072);
    expect(gaps).toEqual([]);
  });

  it("does not ask again and again for what nobody has", async () => {
    const b = bench({});
    for (let i = 0; i < 5; i++) {
      b.history.want([want(0, 20e6 + i * 1e6)]);
      await b.settle();
    }
    expect(b.calls).toHaveLength(1);
    b.history.reconnected();
    await b.settle();
    expect(b.calls).toHaveLength(2);
  });

  it("asks for what came while it was disconnected, though no live row follows", async () => {
    const held = { a: 50 };
    const b = bench(held);
    b.history.want([want(0, 20e6)]);
    await b.settle();
    held.a = 80;
    b.store.interrupt();
    b.history.reconnected();
    await b.settle();
    expect(b.calls.at(-1)).toMatchObject({ fromUs: 4.9e6 + 1, toUs: undefined });
    expect(b.store.of("a")[0]!.length).toBe(80);
  });

  it("waits longer after each failure", async () => {
    const b = bench({ a: 10 });
    b.failing = true;
    b.history.want([want(0, 20e6)]);
    await b.settle();
    b.history.want([want(0, 20e6)]);
    expect(b.calls).toHaveLength(1);
    b.nowMs = 1000;
    b.history.want([want(0, 20e6)]);
    await b.settle();
    b.nowMs = 2500;
    b.history.want([want(0, 20e6)]);
    expect(b.calls).toHaveLength(2);
    b.failing = false;
    b.nowMs = 3000;
    b.history.want([want(0, 20e6)]);
    await b.settle();
    expect(b.store.of("a")[0]!.length).toBe(10);
    expect(b.history.failing).toBe(false);
  });
});
