import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StoreError } from "../errors.ts";
import { appendFrames, META, openAt, range, readAll, SESSION, seqsOf } from "../testing/journal-fixture.ts";
import { errno, type Faults, MemoryIo } from "../testing/memory-io.ts";

const DIR = "/data/journal";
const codeOf = (e: unknown) => (e instanceof StoreError ? e.code : e);
const seqsIn = async (io: MemoryIo): Promise<number[]> => {
  const { journal } = await openAt(DIR, { io });
  await using _ = journal;
  return journal.openSession(SESSION.id) ? seqsOf(await readAll(journal.readSession(SESSION.id))) : [];
};

describe("a disk that fails", () => {
  const failures: [name: string, code: string, faults: (n: number) => Faults][] = [
    ["full on write", "no-space", (n) => ({ write: () => (n-- > 0 ? undefined : errno("ENOSPC")) })],
    [
      "full after half a write",
      "no-space",
      (n) => ({ write: (_, length) => (n-- > 0 ? Math.ceil(length / 2) : errno("ENOSPC")) }),
    ],
    ["an error of fdatasync", "io", (n) => ({ sync: () => (n-- > 0 ? undefined : errno("EIO")) })],
    [
      "an error of fdatasync and of truncation",
      "io",
      (n) => ({
        sync: () => (n-- > 0 ? undefined : errno("EIO")),
        truncate: () => (n > 0 ? undefined : errno("EIO")),
      }),
    ],
    ["a quota", "no-space", () => ({ write: () => errno("EDQUOT") })],
    ["a file system that became read-only", "not-writable", () => ({ write: () => errno("EROFS") })],
  ];
  for (const [name, code, faults] of failures)
    it(`is said, refuses frames, and loses none: ${name}`, async () => {
      const io = new MemoryIo();
      const { journal, problems } = await openAt(DIR, { io });
      appendFrames(journal, 0, 9);
      await journal.committed();
      io.faults = faults(1);
      appendFrames(journal, 10, 14);
      let acknowledged = 9;
      await journal.committed().then(
        () => {
          acknowledged = 14;
        },
        (e) => expect(codeOf(e)).toBe(code),
      );
      if (acknowledged === 14) {
        appendFrames(journal, 15, 19);
        await expect(journal.committed()).rejects.toMatchObject({ name: "StoreError", code });
      }
      expect(journal.failure).toMatchObject({ code });
      expect(() => appendFrames(journal, 50, 50)).toThrow(expect.objectContaining({ code }));
      await expect(journal.committed()).rejects.toMatchObject({ code });
      while (io.waitedMs < 1000) await io.wait(0, new AbortController().signal);
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatchObject({ code });
      // a power cut now: what was acknowledged is there, and the rest at most once
      expect((await seqsIn(io.afterPowerCut(() => 0))).slice(0, acknowledged + 1)).toEqual(
        range(0, acknowledged),
      );

      io.faults = {};
      while (journal.failure) await io.wait(0, new AbortController().signal);
      expect(problems.map((p) => p.code)).toEqual([code, "recovered"]);
      await journal.committed();
      const last = acknowledged === 14 ? 19 : 14;
      expect(seqsOf(await readAll(journal.readSession(SESSION.id)))).toEqual(range(0, last));
      appendFrames(journal, last + 1, last + 5);
      await journal[Symbol.asyncDispose]();
      expect(await seqsIn(io.afterPowerCut(() => 0))).toEqual(range(0, last + 5));
    });

  it("leaves no partial record where the journal is closed while it fails, and says what was lost", async () => {
    const io = new MemoryIo();
    const { journal } = await openAt(DIR, { io });
    appendFrames(journal, 0, 9);
    await journal.committed();
    let room = 100;
    io.faults.write = (_path, length) => {
      const n = Math.min(length, room);
      room -= n;
      return n > 0 ? n : errno("ENOSPC");
    };
    appendFrames(journal, 10, 19);
    await expect(journal.committed()).rejects.toMatchObject({ code: "no-space" });
    await expect(journal[Symbol.asyncDispose]()).rejects.toMatchObject({ code: "no-space" });
    const { journal: again, problems } = await openAt(DIR, { io: io.afterKill() });
    await using _ = again;
    expect(problems).toEqual([]);
    expect(seqsOf(await readAll(again.readSession(SESSION.id)))).toEqual(range(0, 9));
  });

  it("keeps a session open that could not be closed for want of space", async () => {
    const io = new MemoryIo();
    const { journal } = await openAt(DIR, { io });
    await using _ = journal;
    appendFrames(journal, 0, 99);
    await journal.committed();
    io.faults.write = (path) => (path.includes("kart-7") ? errno("ENOSPC") : undefined);
    await expect(journal.closeSession(SESSION.id)).rejects.toMatchObject({ code: "no-space" });
    expect(io.paths.filter((p) => p.includes("kart-7"))).toEqual([]);
    appendFrames(journal, 100, 109);
    io.faults = {};
    expect(await journal.closeSession(SESSION.id)).toMatchObject({ frames: 110 });
    expect(seqsOf(await readAll(journal.readSession(SESSION.id)))).toEqual(range(0, 109));
  });

  it("refuses frames while too much waits in memory, and takes them again afterwards", async () => {
    const io = new MemoryIo();
    const { journal } = await openAt(DIR, { io, maxPendingBytes: 2000 });
    await using _ = journal;
    expect(() => appendFrames(journal, 0, 999)).toThrow(expect.objectContaining({ code: "overloaded" }));
    const kept = journal.openSession(SESSION.id)!.frames;
    await journal.committed();
    expect(journal.pendingBytes).toBe(0);
    appendFrames(journal, kept, kept);
    await journal.committed();
    expect(seqsOf(await readAll(journal.readSession(SESSION.id)))).toEqual(range(0, kept));
  });

  it("refuses what is too large, what comes after closing, and names that cannot be files", async () => {
    const io = new MemoryIo();
    const { journal } = await openAt(DIR, { io, maxFrameBytes: 100 });
    const source = journal.source(SESSION, META);
    const append = (n: number) => journal.append(source, new Uint8Array(n), 0, n, 1, Number.NaN, 1);
    expect(() => append(101)).toThrow(expect.objectContaining({ code: "too-large" }));
    append(100);
    await journal.closeSession(SESSION.id);
    expect(() => append(1)).toThrow(expect.objectContaining({ code: "closed" }));
    expect(() => journal.source({ id: "", vehicle: "v" }, META)).toThrow(
      expect.objectContaining({ code: "bad-name" }),
    );
    await expect(journal.closeSession("nobody")).rejects.toMatchObject({ code: "not-found" });
    await expect(journal.deleteSession("nobody")).rejects.toMatchObject({ code: "not-found" });
    await journal[Symbol.asyncDispose]();
    expect(() => append(1)).toThrow(expect.objectContaining({ code: "closed" }));
  });

  it("goes on when a listener throws", async () => {
    const { journal, problems } = await openAt(DIR, { io: new MemoryIo() });
    await using _ = journal;
    let called = 0;
    journal.onCommit(() => {
      throw new Error("broken listener");
    });
    const stop = journal.onCommit(() => called++);
    appendFrames(journal, 0, 1);
    await journal.committed();
    stop();
    appendFrames(journal, 2, 3);
    await journal.committed();
    expect(called).toBe(1);
    expect(problems.map((p) => p.code)).toEqual(["listener", "listener"]);
  });
});

type Step =
  | { do: "append"; n: number; who: number }
  | { do: "commit" }
  | { do: "close"; who: number }
  | { do: "delete"; who: number }
  | { do: "fail"; writes: number; sync: boolean }
  | { do: "heal" }
  | { do: "reopen" | "kill" | "powerCut"; keep: number };

const who = fc.nat(2);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("append" as const), n: fc.integer({ min: 1, max: 12 }), who }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("commit" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("close" as const), who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("delete" as const), who }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("fail" as const), writes: fc.nat(3), sync: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("heal" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom("reopen" as const, "kill" as const, "powerCut" as const),
      keep: fc.nat(5000),
    }),
  },
);

describe("the journal as a whole", () => {
  it("keeps every acknowledged frame exactly once and in order, whatever happens", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        let io = new MemoryIo();
        const open = async () => (await openAt(DIR, { io, segmentBytes: 1500 })).journal;
        let journal = await open();
        /** What each session was sent since it was last deleted, and how much of that was acknowledged. */
        const sent: number[][] = [[], [], []];
        const safe = [0, 0, 0];
        let seq = 0;
        const ids = ["a", "b", "c"];
        const exists = (i: number) =>
          journal.openSession(ids[i]!) !== undefined || io.paths.includes(`${DIR}/kart/${ids[i]}.mcap`);
        const check = async () => {
          for (const [i, id] of ids.entries()) {
            const got = exists(i) ? seqsOf(await readAll(journal.readSession(id))) : [];
            expect(got.slice(0, safe[i])).toEqual(sent[i]!.slice(0, safe[i]));
            // what was not acknowledged may be there as well, but in order and once
            expect(got).toEqual(sent[i]!.slice(0, got.length));
            sent[i] = got;
            safe[i] = got.length;
          }
        };
        const acknowledgeAll = () => {
          for (const i of sent.keys()) safe[i] = sent[i]!.length;
        };
        for (const s of steps) {
          try {
            if (s.do === "append") {
              for (let k = 0; k < s.n; k++) {
                appendFrames(journal, seq, seq, META, { id: ids[s.who]!, vehicle: "kart" });
                sent[s.who]!.push(seq++);
              }
            } else if (s.do === "commit") {
              await journal.committed();
              acknowledgeAll();
            } else if (s.do === "close") {
              if (exists(s.who)) await journal.closeSession(ids[s.who]!);
            } else if (s.do === "delete") {
              if (exists(s.who)) {
                const deleted = journal.deleteSession(ids[s.who]!);
                await io.wait(0, new AbortController().signal);
                io.faults = {};
                await deleted;
                sent[s.who] = [];
                safe[s.who] = 0;
              }
            } else if (s.do === "fail") {
              let left = s.writes;
              const fault = () => (left-- > 0 ? undefined : errno("ENOSPC"));
              io.faults = s.sync ? { sync: fault } : { write: fault };
            } else if (s.do === "heal") {
              io.faults = {};
              while (journal.failure) await io.wait(0, new AbortController().signal);
            } else {
              io.faults = {};
              const old = journal;
              const { keep } = s;
              if (s.do === "reopen") {
                await old[Symbol.asyncDispose]();
                acknowledgeAll();
              } else {
                io = s.do === "kill" ? io.afterKill() : io.afterPowerCut((n) => keep % (n + 1));
                await Promise.resolve(old[Symbol.asyncDispose]()).catch(() => {}); // writes to the files of the past
              }
              journal = await open();
              await check();
            }
          } catch (e) {
            if (!(e instanceof StoreError)) throw e;
            expect(["no-space"]).toContain(e.code);
          }
        }
        io.faults = {};
        while (journal.failure) await io.wait(0, new AbortController().signal);
        await journal.committed();
        acknowledgeAll();
        await check();
        await journal[Symbol.asyncDispose]();
      }),
      {
        numRuns: 300,
        examples: [
          [
            [
              { do: "append", n: 1, who: 2 },
              { do: "close", who: 2 },
              { do: "delete", who: 2 },
              { do: "powerCut", keep: 0 },
            ],
          ],
        ],
      },
    );
  });
});
