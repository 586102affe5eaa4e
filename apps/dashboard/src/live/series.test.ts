import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Series } from "./series.ts";

const list = (s: Series) => [...s.tUs].map((t, i) => [t, s.values[i]!]);

/** What one server holds: rows in the order in which they came in, which is not always the order of their times. */
const world = fc.record({
  steps: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 60 }),
  late: fc.array(fc.nat(), { maxLength: 6 }),
  actions: fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant("arrive" as const), rows: fc.integer({ min: 1, max: 12 }) }),
      fc.record({ kind: fc.constant("cut" as const) }),
      fc.record({ kind: fc.constant("ask" as const) }),
      fc.record({ kind: fc.constant("answer" as const) }),
    ),
    { maxLength: 40 },
  ),
});

describe("series", () => {
  it("has every sample once and in order, wherever history, live and reconnects cut the stream", () => {
    fc.assert(
      fc.property(world, ({ steps, late, actions }) => {
        let clock = 1000;
        const rows = steps.map((step) => {
          clock += step;
          return clock;
        });
        const value = (t: number) => t * 10;
        const series = new Series("c", "g", "1");
        let arrived = 0;
        let connected = true;
        const pending: { fromUs: number; toUs: number | undefined }[] = [];
        const answer = () => {
          const asked = pending.shift();
          if (!asked) return;
          const { fromUs, toUs = Number.POSITIVE_INFINITY } = asked;
          const t = Float64Array.from(rows.slice(0, arrived).filter((t) => t >= fromUs && t <= toUs));
          series.history(asked, 0, t, t.map(value));
        };
        const ask = () => {
          const { endUs } = series.coverage;
          if (Number.isFinite(endUs)) pending.push(...series.coverage.missing({ fromUs: 0, toUs: endUs }, 0));
          pending.push({ fromUs: Number.isFinite(endUs) ? endUs + 1 : 0, toUs: undefined });
        };
        const arrive = (n: number) => {
          const t = Float64Array.from(rows.slice(arrived, arrived + n));
          arrived += t.length;
          if (connected) series.live(t, t.map(value));
        };
        for (const action of actions) {
          if (action.kind === "arrive") arrive(action.rows);
          else if (action.kind === "ask") ask();
          else if (action.kind === "answer") answer();
          else {
            connected = !connected;
            if (!connected) series.interrupt();
          }
          const times = series.tUs;
          for (let i = 1; i < times.length; i++) expect(times[i]).toBeGreaterThan(times[i - 1]!);
        }
        connected = true;
        while (arrived < rows.length) arrive(7);
        while (pending.length > 0) answer();
        ask();
        while (pending.length > 0) answer();
        // Samples that come late, and some that come twice, end up in their places.
        for (const n of late) {
          const t = Float64Array.of(rows[n % rows.length]!);
          series.live(t, t.map(value));
        }
        expect(list(series)).toEqual(rows.map((t) => [t, value(t)]));
      }),
      { numRuns: 500 },
    );
  });

  it("knows nothing from an answer with an open end that holds nothing", () => {
    const s = new Series("c", "g", "1");
    s.live(Float64Array.of(10), Float64Array.of(1));
    s.history({ fromUs: 11, toUs: undefined }, 0, Float64Array.of(), Float64Array.of());
    s.interrupt();
    s.history({ fromUs: 11, toUs: undefined }, 0, Float64Array.of(11), Float64Array.of(2));
    expect(list(s)).toEqual([
      [10, 1],
      [11, 2],
    ]);
  });

  it("keeps what it holds in full when a thinned answer comes for the same time", () => {
    const s = new Series("c", "g", "1");
    s.live(Float64Array.of(10, 11, 12), Float64Array.of(1, 2, 3));
    s.history({ fromUs: 0, toUs: 12 }, 8, Float64Array.of(0, 8, 12), Float64Array.of(5, 6, 7));
    expect(list(s)).toEqual([
      [0, 5],
      [8, 6],
      [10, 1],
      [11, 2],
      [12, 3],
    ]);
    s.history({ fromUs: 0, toUs: 9 }, 0, Float64Array.of(0, 4, 8), Float64Array.of(5, 9, 6));
    expect([...s.tUs]).toEqual([0, 4, 8, 10, 11, 12]);
  });

  it("takes a late row in, and holds no sample where there is none", () => {
    const s = new Series("c", "g", "1");
    s.live(Float64Array.of(10, 20, 30), Float64Array.of(1, Number.NaN, 3));
    s.live(Float64Array.of(25), Float64Array.of(2.5));
    expect(list(s)).toEqual([
      [10, 1],
      [25, 2.5],
      [30, 3],
    ]);
    expect(s.coverage.missing({ fromUs: 0, toUs: 40 }, 0)).toEqual([
      { fromUs: 0, toUs: 9 },
      { fromUs: 31, toUs: 40 },
    ]);
  });

  it("sheds the oldest beyond its limit, keeps what is looked at, and knows what it no longer has", () => {
    const s = new Series("c", "g", "1", 100);
    s.view = { fromUs: 10, toUs: 19 };
    for (let i = 0; i <= 100; i++) s.live(Float64Array.of(i), Float64Array.of(i));
    expect([...s.tUs]).toEqual([
      ...Array.from({ length: 10 }, (_, i) => 10 + i),
      ...Array.from({ length: 50 }, (_, i) => 51 + i),
    ]);
    expect(s.coverage.missing({ fromUs: 0, toUs: 100 }, 0)).toEqual([
      { fromUs: 0, toUs: 9 },
      { fromUs: 20, toUs: 50 },
    ]);
    s.live(Float64Array.of(101), Float64Array.of(101));
    expect(s.coverage.missing({ fromUs: 0, toUs: 101 }, 0)).toEqual([
      { fromUs: 0, toUs: 9 },
      { fromUs: 20, toUs: 50 },
    ]);
  });
});
