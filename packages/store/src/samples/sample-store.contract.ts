import { createHash } from "node:crypto";
import { type Batch, BatchBuilder, type FieldSpec, type MessageSpec, Reading } from "@pitwall/core";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SampleStore } from "./types.ts";

export type ContractOptions = {
  readonly open: () => Promise<{ store: SampleStore; reopen?: () => Promise<SampleStore> }>;
  /** Known gaps, each with its reason; an unknown title fails the suite so that the list cannot rot. */
  readonly skip?: Readonly<Record<string, string>>;
};

const ID = "kart-7-20240501";
/** 2024-05-01T00:00:00Z */
const T0 = 1_714_521_600_000_000;
const field = (name: string, more: Partial<FieldSpec> = {}): FieldSpec => ({
  name,
  unit: "1",
  doc: name,
  ...more,
});

export const SPEED: MessageSpec = {
  name: "test.speed",
  doc: "speed and what goes with it",
  fields: [
    field("gnss.speed", { unit: "m/s", resolution: 0.01, offset: 0 }),
    field("engine.waterTemp", { unit: "degC", resolution: 0.5, offset: -40 }),
    field("imu.ax", { unit: "m/s^2", float32: true }),
    field("odd", {}),
    field("gnss.lat", { unit: "deg", resolution: 1e-7 }),
  ],
};
const OTHER: MessageSpec = {
  name: "test.other",
  doc: "the same channel",
  fields: [field("gnss.speed", { unit: "m/s" })],
};

/** Rows as a batch; undefined is "no sample". */
export function batchOf(
  message: MessageSpec,
  rows: readonly (readonly [us: number, ...values: (number | undefined)[]])[],
  source = "udp",
): Batch {
  const builder = new BatchBuilder(source, message, 1);
  const reading = new Reading(message);
  for (const [us, ...values] of rows) {
    reading.clear();
    for (const [i, v] of values.entries()) reading.values[i] = v ?? Number.NaN;
    builder.add(reading, T0 + us);
  }
  return builder.take();
}

/** The digest as it is defined: name and fields of each group, its times, then each field's values; fields in order of their names. */
function digestByHand(rows: readonly (readonly [number, number, number])[]): string {
  const none = rows.map(() => Number.NaN);
  const columns: Record<string, [unit: string, values: number[]]> = {
    "engine.waterTemp": ["degC", rows.map(([, , v]) => Math.round((v + 40) * 2) / 2 - 40)],
    "gnss.lat": ["deg", none],
    "gnss.speed": ["m/s", rows.map(([, v]) => Math.round(v * 100) / 100)],
    "imu.ax": ["m/s^2", none],
    odd: ["1", none],
  };
  const hash = createHash("sha256");
  hash.update(JSON.stringify(["udp/test.speed", Object.entries(columns).map(([n, [unit]]) => [n, unit])]));
  hash.update(Float64Array.from(rows, ([us]) => T0 + us));
  for (const [, values] of Object.values(columns)) hash.update(Float64Array.from(values));
  return hash.digest("hex");
}

/** What every sample store promises. */
export function describeSampleStore(name: string, options: ContractOptions): void {
  const skip = new Map(Object.entries(options.skip ?? {}));
  type Context = Awaited<ReturnType<ContractOptions["open"]>>;
  const check = (title: string, run: (ctx: Context) => Promise<void>) => {
    const reason = skip.get(title);
    skip.delete(title);
    it.skipIf(reason !== undefined)(reason ? `${title} (skipped: ${reason})` : title, () => run(ctx));
  };
  /** The same expectations on what is being recorded and on what is stored. */
  const openAndClosed = (
    title: string,
    run: (ctx: Context) => Promise<(store: SampleStore) => Promise<void>>,
  ) => {
    check(`${title}: while recording`, async (c) => (await run(c))(c.store));
    check(`${title}: when closed`, async (c) => {
      const expectations = await run(c);
      await c.store.closeSession(ID);
      await expectations(c.store);
    });
  };
  const speeds = (store: SampleStore, from?: number, to?: number) =>
    store
      .query({
        sessionId: ID,
        channels: ["gnss.speed"],
        ...(from === undefined ? {} : { fromUs: T0 + from }),
        ...(to === undefined ? {} : { toUs: T0 + to }),
      })
      .then(([s]) => (s ? Array.from(s.tUs, (t, i) => [t - T0, s.values[i]]) : undefined));

  let ctx: Context;
  describe(`sample store contract: ${name}`, () => {
    beforeEach(async () => {
      ctx = await options.open();
    });
    afterEach(async () => {
      await ctx.store[Symbol.asyncDispose]();
    });

    openAndClosed(
      "gives values back at their resolution, and no sample where there was none",
      async ({ store }) => {
        store.append(
          ID,
          batchOf(SPEED, [
            [0, 12.344, 80.2, 1.1, Math.PI, 51.1234567],
            [20_000, undefined, undefined, undefined, undefined, undefined],
            [40_000, 0.07, -40, -2.5, -1e300, -33.9999999],
          ]),
        );
        return async (s) => {
          const group = await s.readGroup(ID, "udp/test.speed");
          expect([...group.tUs]).toEqual([T0, T0 + 20_000, T0 + 40_000]);
          const values = group.columns.map((c) => [...c.values]);
          expect(values).toEqual([
            [12.34, Number.NaN, 0.07],
            [80, Number.NaN, -40],
            [Math.fround(1.1), Number.NaN, -2.5],
            [Math.PI, Number.NaN, -1e300],
            [51.1234567, Number.NaN, -33.9999999],
          ]);
          expect(group.columns.map((c) => c.field)).toEqual(SPEED.fields);
          expect(await speeds(s)).toEqual([
            [0, 12.34],
            [40_000, 0.07],
          ]);
        };
      },
    );

    openAndClosed("answers half-open ranges: from <= t < to", async ({ store }) => {
      store.append(
        ID,
        batchOf(SPEED, [
          [10, 1],
          [20, 2],
          [30, 3],
        ]),
      );
      return async (s) => {
        expect(await speeds(s, 10, 30)).toEqual([
          [10, 1],
          [20, 2],
        ]);
        expect(await speeds(s, 11)).toEqual([
          [20, 2],
          [30, 3],
        ]);
        expect(await speeds(s, undefined, 11)).toEqual([[10, 1]]);
        expect(await speeds(s, 31, 99)).toEqual([]);
        expect(await speeds(s, 30, 10)).toEqual([]);
      };
    });

    openAndClosed(
      "puts late rows where they belong; those of one time stay in the order in which they came",
      async ({ store }) => {
        store.append(
          ID,
          batchOf(SPEED, [
            [10, 1],
            [50, 5],
          ]),
        );
        store.append(
          ID,
          batchOf(SPEED, [
            [30, 3],
            [50, 6],
            [20, 2],
          ]),
        );
        store.append(ID, batchOf(SPEED, [[30, 4]]));
        return async (s) =>
          expect(await speeds(s)).toEqual([
            [10, 1],
            [20, 2],
            [30, 3],
            [30, 4],
            [50, 5],
            [50, 6],
          ]);
      },
    );

    openAndClosed("lists channels that have samples, with their first and last", async ({ store }) => {
      store.append(
        ID,
        batchOf(SPEED, [
          [10, undefined, 20],
          [20, 2],
          [30, 3],
          [40, undefined],
        ]),
      );
      store.append(ID, batchOf(OTHER, [[5, 9]], "can0"));
      return async (s) =>
        expect((await s.channels(ID)).map(({ field: _, ...c }) => c)).toEqual([
          {
            channel: "gnss.speed",
            group: "can0/test.other",
            unit: "m/s",
            count: 1,
            firstUs: T0 + 5,
            lastUs: T0 + 5,
          },
          {
            channel: "gnss.speed",
            group: "udp/test.speed",
            unit: "m/s",
            count: 2,
            firstUs: T0 + 20,
            lastUs: T0 + 30,
          },
          {
            channel: "engine.waterTemp",
            group: "udp/test.speed",
            unit: "degC",
            count: 1,
            firstUs: T0 + 10,
            lastUs: T0 + 10,
          },
        ]);
    });

    openAndClosed(
      "takes a channel from the group that has most of it, or from the one that is named",
      async ({ store }) => {
        store.append(ID, batchOf(OTHER, [[5, 9]], "can0"));
        store.append(
          ID,
          batchOf(SPEED, [
            [10, 1],
            [20, 2],
          ]),
        );
        return async (s) => {
          const channels = ["can0/test.other:gnss.speed", "nothing", "gnss.speed", "nowhere:gnss.speed"];
          const series = await s.query({ sessionId: ID, channels });
          expect(series.map((x) => [x.channel, x.group, x.total, [...x.values]])).toEqual([
            ["gnss.speed", "can0/test.other", 1, [9]],
            ["gnss.speed", "udp/test.speed", 2, [1, 2]],
          ]);
        };
      },
    );

    openAndClosed("thins out to the lowest and highest of each stretch of time", async ({ store }) => {
      const rows = Array.from({ length: 10_000 }, (_, i): [number, number] => [
        i * 100,
        Math.sin(i / 500) * 10,
      ]);
      rows[5_321]![1] = 77;
      rows[8_000]![1] = -77;
      store.append(ID, batchOf(SPEED, rows));
      return async (s) => {
        const [all] = await s.query({ sessionId: ID, channels: ["gnss.speed"] });
        const [thin] = await s.query({ sessionId: ID, channels: ["gnss.speed"], points: 200 });
        expect(all!.values.length).toBe(10_000);
        expect(thin!.total).toBe(10_000);
        expect(thin!.values.length).toBeLessThanOrEqual(200);
        expect(thin!.values.length).toBeGreaterThan(150);
        expect([Math.max(...thin!.values), Math.min(...thin!.values)]).toEqual([77, -77]);
        const at = new Map(Array.from(all!.tUs, (t, i) => [t, all!.values[i]]));
        expect(thin!.tUs.every((t, i) => at.get(t) === thin!.values[i])).toBe(true);
        expect(thin!.tUs.every((t, i) => i === 0 || t > thin!.tUs[i - 1]!)).toBe(true);
      };
    });

    openAndClosed("keeps values too large for their resolution's whole numbers", async ({ store }) => {
      store.append(
        ID,
        batchOf(SPEED, [
          [10, 1.234],
          [20, 4e9 + 0.126],
          [30, 5.678],
          [40, undefined],
          [50, 1e300],
        ]),
      );
      store.append(ID, batchOf(SPEED, [[60, 9.87654]]));
      return async (s) =>
        expect(await speeds(s)).toEqual([
          [10, 1.23],
          [20, 4e9 + 0.13],
          [30, 5.68],
          [50, 1e300],
          [60, 9.88],
        ]);
    });

    openAndClosed("takes a message kind that has gained or lost fields", async ({ store }) => {
      const [speed, temperature] = SPEED.fields;
      store.append(ID, batchOf({ ...SPEED, fields: [speed!] }, [[10, 1]]));
      store.append(ID, batchOf({ ...SPEED, fields: [temperature!, speed!] }, [[20, 30, 2]]));
      store.append(ID, batchOf({ ...SPEED, fields: [temperature!] }, [[30, 40]]));
      return async (s) => {
        const group = await s.readGroup(ID, "udp/test.speed");
        expect(group.columns.map((c) => [c.field.name, ...c.values])).toEqual([
          ["gnss.speed", 1, 2, Number.NaN],
          ["engine.waterTemp", Number.NaN, 30, 40],
        ]);
      };
    });

    openAndClosed("leaves rows without a time out", async ({ store }) => {
      store.append(
        ID,
        batchOf(SPEED, [
          [10, 1],
          [Number.NaN, 2],
          [30, 3],
          [Number.POSITIVE_INFINITY, 4],
        ]),
      );
      return async (s) =>
        expect(await speeds(s)).toEqual([
          [10, 1],
          [30, 3],
        ]);
    });

    openAndClosed(
      "has any source and message name, and field names that differ in case",
      async ({ store }) => {
        const message = {
          name: `it's "odd"; --`,
          doc: "",
          fields: [field("tus"), field("A"), field("a"), field("x'\"")],
        };
        store.append(ID, batchOf(message, [[10, 1, 2, 3, 4]], "../é"));
        return async (s) => {
          const group = await s.readGroup(ID, `../é/it's "odd"; --`);
          expect(group.columns.map((c) => [c.field.name, ...c.values])).toEqual([
            ["tus", 1],
            ["A", 2],
            ["a", 3],
            ["x'\"", 4],
          ]);
        };
      },
    );

    openAndClosed("has names of any length", async ({ store }) => {
      const source = "赛车记录".repeat(40);
      store.append(ID, batchOf(OTHER, [[10, 1]], source));
      store.append(ID, batchOf(OTHER, [[20, 2]], `${source}!`));
      return async (s) =>
        expect((await s.channels(ID)).map((c) => c.group)).toEqual([
          `${source}!/test.other`,
          `${source}/test.other`,
        ]);
    });

    check("knows nothing of what was never appended", async ({ store }) => {
      expect(await store.channels("none")).toEqual([]);
      expect(await store.query({ sessionId: "none", channels: ["gnss.speed"] })).toEqual([]);
      expect(await store.closeSession("none")).toEqual({ groups: 0, rows: 0, samples: 0, bytes: 0 });
      await store.deleteSession("none");
      await expect(store.readGroup("none", "udp/test.speed")).rejects.toMatchObject({ code: "not-found" });
      expect(await store.sessions()).toEqual([]);
    });

    check("goes on with a session that was closed", async ({ store }) => {
      store.append(
        ID,
        batchOf(SPEED, [
          [10, 1],
          [30, 3],
        ]),
      );
      await store.closeSession(ID);
      store.append(
        ID,
        batchOf(SPEED, [
          [20, 2],
          [40, 4],
        ]),
      );
      store.append(ID, batchOf(OTHER, [[5, 9]], "can0"));
      const all = [
        [10, 1],
        [20, 2],
        [30, 3],
        [40, 4],
      ];
      expect(await speeds(store)).toEqual(all);
      expect(await store.closeSession(ID)).toMatchObject({ groups: 2, rows: 5, samples: 5 });
      expect(await speeds(store)).toEqual(all);
      expect(await store.sessions()).toEqual([ID]);
    });

    check("shows what stands until what replaces it is complete", async ({ store }) => {
      store.append(ID, batchOf(OTHER, [[5, 9]], "can0"));
      store.append(ID, batchOf(SPEED, [[10, 1]]));
      await store.closeSession(ID);
      await store.replaceSession(ID);
      store.append(
        ID,
        batchOf(SPEED, [
          [20, 2],
          [30, 3],
        ]),
      );
      expect(await speeds(store)).toEqual([[5, 9]]);
      await store.closeSession(ID);
      expect(await speeds(store)).toEqual([
        [20, 2],
        [30, 3],
      ]);
      expect((await store.channels(ID)).map((c) => c.group)).toEqual(["udp/test.speed"]);
    });

    check("forgets a deleted session, and takes it anew", async ({ store }) => {
      store.append(ID, batchOf(SPEED, [[10, 1]]));
      await store.closeSession(ID);
      store.append(ID, batchOf(SPEED, [[20, 2]]));
      await store.deleteSession(ID);
      expect(await store.channels(ID)).toEqual([]);
      expect(await store.sessions()).toEqual([]);
      store.append(ID, batchOf(SPEED, [[30, 3]]));
      await store.closeSession(ID);
      expect(await speeds(store)).toEqual([[30, 3]]);
    });

    check("keeps sessions apart", async ({ store }) => {
      store.append(ID, batchOf(SPEED, [[10, 1]]));
      store.append("another", batchOf(SPEED, [[20, 2]]));
      await store.deleteSession("another");
      expect(await speeds(store)).toEqual([[10, 1]]);
    });

    check(
      "has the same digest for the same samples, however they came in, and another for others",
      async ({ store }) => {
        const rows = Array.from({ length: 300 }, (_, i): [number, number, number] => [i * 10, i / 7, i % 90]);
        const expected = digestByHand(rows);
        await fc.assert(
          fc.asyncProperty(
            fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 8, maxLength: 60 }),
            async (cuts) => {
              await store.deleteSession(ID);
              let at = 0;
              for (const n of [...cuts, 300]) {
                store.append(ID, batchOf(SPEED, rows.slice(at, at + n)));
                at = Math.min(300, at + n);
              }
              const open = await store.digest(ID);
              await store.closeSession(ID);
              expect(await store.digest(ID)).toBe(open);
              expect(open).toBe(expected);
            },
          ),
          { numRuns: 5 },
        );
        const same = await store.digest(ID);
        store.append(ID, batchOf(SPEED, [[3001, 0]]));
        expect(await store.digest(ID)).not.toBe(same);
      },
    );

    check("has what was closed after it was opened again", async ({ store, reopen }) => {
      if (!store.supports.durable || !reopen) return;
      store.append(
        ID,
        batchOf(SPEED, [
          [10, 1],
          [20, 2],
        ]),
      );
      await store.closeSession(ID);
      const digest = await store.digest(ID);
      store.append(ID, batchOf(SPEED, [[30, 3]])); // never closed
      await store[Symbol.asyncDispose]();
      await using again = await reopen();
      expect(await speeds(again)).toEqual([
        [10, 1],
        [20, 2],
      ]);
      expect(await again.digest(ID)).toBe(digest);
      expect(await again.sessions()).toEqual([ID]);
    });

    it("has no stale skip entries", () => expect([...skip.keys()]).toEqual([]));
  });
}
