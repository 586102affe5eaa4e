import { expect } from "vitest";
import { batchOf, field, ID, OTHER, SPEED, T0 } from "../testing/batches.ts";
import type { SampleStore } from "./types.ts";

/** The same expectations on what is being recorded and on what is stored: `run` appends, and returns what to expect. */
export type CheckBoth = (
  title: string,
  run: (store: SampleStore) => Promise<(store: SampleStore) => Promise<void>>,
) => void;

/** The speeds of the session as [us since T0, value]; undefined where there are none. */
export const speeds = (store: SampleStore, from?: number, to?: number) =>
  store
    .query({
      sessionId: ID,
      channels: ["gnss.speed"],
      ...(from === undefined ? {} : { fromUs: T0 + from }),
      ...(to === undefined ? {} : { toUs: T0 + to }),
    })
    .then(([s]) => (s ? Array.from(s.tUs, (t, i) => [t - T0, s.values[i]]) : undefined));

/** What comes back is what went in. */
export function checkValues(openAndClosed: CheckBoth): void {
  openAndClosed(
    "gives values back at their resolution, and no sample where there was none",
    async (store) => {
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

  openAndClosed("answers half-open ranges: from <= t < to", async (store) => {
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
    async (store) => {
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

  openAndClosed("lists channels that have samples, with their first and last", async (store) => {
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
    async (store) => {
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

  openAndClosed("takes a channel from a derived group, however little of it is there", async (store) => {
    store.append(
      ID,
      batchOf(SPEED, [
        [10, 1],
        [20, 2],
      ]),
    );
    store.append(ID, batchOf(OTHER, [[15, 9]], "derived"));
    return async (s) => {
      const [series] = await s.query({ sessionId: ID, channels: ["gnss.speed"] });
      expect([series!.group, ...series!.values]).toEqual(["derived/test.other", 9]);
    };
  });

  openAndClosed("thins out to the lowest and highest of each stretch of time", async (store) => {
    const rows = Array.from({ length: 1000 }, (_, i): [number, number] => [i * 100, Math.sin(i / 50) * 10]);
    rows[532]![1] = 77;
    rows[800]![1] = -77;
    store.append(ID, batchOf(SPEED, rows));
    return async (s) => {
      const [all] = await s.query({ sessionId: ID, channels: ["gnss.speed"] });
      const [thin] = await s.query({ sessionId: ID, channels: ["gnss.speed"], points: 100 });
      expect(all!.values.length).toBe(1000);
      expect(thin!.total).toBe(1000);
      expect(thin!.values.length).toBeLessThanOrEqual(100);
      expect(thin!.values.length).toBeGreaterThan(75);
      expect([Math.max(...thin!.values), Math.min(...thin!.values)]).toEqual([77, -77]);
      const at = new Map(Array.from(all!.tUs, (t, i) => [t, all!.values[i]]));
      expect(thin!.tUs.every((t, i) => at.get(t) === thin!.values[i])).toBe(true);
      expect(thin!.tUs.every((t, i) => i === 0 || t > thin!.tUs[i - 1]!)).toBe(true);
    };
  });

  openAndClosed("keeps values too large for their resolution's whole numbers", async (store) => {
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

  openAndClosed("takes a message kind that has gained or lost fields", async (store) => {
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

  openAndClosed("leaves rows without a time out", async (store) => {
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

  openAndClosed("has any source and message name, and field names that differ in case", async (store) => {
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
  });

  openAndClosed("has names of any length", async (store) => {
    const source = "赛车记录".repeat(40);
    store.append(ID, batchOf(OTHER, [[10, 1]], source));
    store.append(ID, batchOf(OTHER, [[20, 2]], `${source}!`));
    return async (s) =>
      expect((await s.channels(ID)).map((c) => c.group)).toEqual([
        `${source}!/test.other`,
        `${source}/test.other`,
      ]);
  });
}
