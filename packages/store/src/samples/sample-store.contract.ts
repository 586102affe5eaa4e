import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { batchOf, digestByHand, ID, OTHER, SPEED } from "../testing/batches.ts";
import { type CheckBoth, checkValues, speeds } from "./sample-values.contract.ts";
import type { SampleStore } from "./types.ts";

export type ContractOptions = {
  readonly open: () => Promise<{ store: SampleStore; reopen?: () => Promise<SampleStore> }>;
  /** Known gaps, each with its reason; an unknown title fails the suite so that the list cannot rot. */
  readonly skip?: Readonly<Record<string, string>>;
};

/** What every sample store promises. */
export function describeSampleStore(name: string, options: ContractOptions): void {
  const skip = new Map(Object.entries(options.skip ?? {}));
  type Context = Awaited<ReturnType<ContractOptions["open"]>>;
  const check = (title: string, run: (ctx: Context) => Promise<void>) => {
    const reason = skip.get(title);
    skip.delete(title);
    it.skipIf(reason !== undefined)(reason ? `${title} (skipped: ${reason})` : title, () => run(ctx));
  };
  const openAndClosed: CheckBoth = (title, run) => {
    check(`${title}: while recording`, async ({ store }) => (await run(store))(store));
    check(`${title}: when closed`, async ({ store }) => {
      const expectations = await run(store);
      await store.closeSession(ID);
      await expectations(store);
    });
  };

  let ctx: Context;
  describe(`sample store contract: ${name}`, () => {
    beforeEach(async () => {
      ctx = await options.open();
    });
    afterEach(async () => {
      await ctx.store[Symbol.asyncDispose]();
    });

    checkValues(openAndClosed);

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

    check("replaces some groups alone, and leaves the others", async ({ store }) => {
      store.append(ID, batchOf(OTHER, [[5, 9]], "can0"));
      store.append(ID, batchOf(SPEED, [[10, 1]]));
      await store.closeSession(ID);
      const groups = async () => (await store.channels(ID)).map((c) => [c.group, c.firstUs % 1000]);
      await store.replaceSession(ID, ["udp/test.speed"]);
      store.append(ID, batchOf(SPEED, [[20, 2]]));
      expect(await groups()).toEqual([
        ["can0/test.other", 5],
        ["udp/test.speed", 10],
      ]);
      await store.closeSession(ID);
      expect(await groups()).toEqual([
        ["can0/test.other", 5],
        ["udp/test.speed", 20],
      ]);
      await store.replaceSession(ID, ["udp/test.speed"]);
      await store.closeSession(ID);
      expect(await groups()).toEqual([["can0/test.other", 5]]);
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
