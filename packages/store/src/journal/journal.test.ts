import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { McapIndexedReader, McapStreamReader } from "@mcap/core";
import { describe, expect, it } from "vitest";
import {
  appendFrames,
  frameBytes,
  META,
  openAt,
  range,
  readAll,
  SESSION,
  seqsOf,
  T0,
  temporaryFolder,
} from "../testing/journal-fixture.ts";

const decompressHandlers = { zstd: (b: Uint8Array) => new Uint8Array(zstdDecompressSync(b)) };

describe("journal", () => {
  it("gives frames back in the order of append, with their times, before and after closing", async () => {
    await using folder = await temporaryFolder();
    const { journal } = await openAt(folder.path);
    await using _ = journal;
    const other = {
      ...META,
      name: "can0",
      protocol: "vesc-can",
      extra: { poles: "7", mapping: '{"a":"b"}' },
    };
    appendFrames(journal, 0, 9);
    appendFrames(journal, 0, 4, other);
    appendFrames(journal, 10, 19);
    await journal.committed();
    const open = await readAll(journal.readSession(SESSION.id));
    expect(seqsOf(open)).toEqual([...range(0, 9), ...range(0, 4), ...range(10, 19)]);
    expect(open[3]).toEqual({
      session: SESSION,
      source: META,
      bytes: frameBytes(3),
      arrivalUs: T0 + 60_000,
      bootUs: 60_000,
      seq: 3,
    });
    expect(open[12]!.source).toEqual(other);
    const closed = await journal.closeSession(SESSION.id, { title: "Friday" });
    expect(closed).toMatchObject({
      frames: 25,
      startUs: T0,
      endUs: T0 + 380_000,
      attributes: { title: "Friday" },
    });
    expect(await readAll(journal.readSession(SESSION.id))).toEqual(open);
    expect(journal.openSessions()).toEqual([]);
    expect(await journal.closedSession(SESSION.id)).toEqual(closed);
  });

  it("keeps boot time 0 apart from no boot time", async () => {
    await using folder = await temporaryFolder();
    const { journal } = await openAt(folder.path);
    await using _ = journal;
    const source = journal.source(SESSION, META);
    for (const [seq, bootUs] of [Number.NaN, 0, 1, 2 ** 52].entries())
      journal.append(source, frameBytes(seq), 0, 24, T0, bootUs, seq);
    await journal.committed();
    const expected = [Number.NaN, 0, 1, 2 ** 52];
    expect((await readAll(journal.readSession(SESSION.id))).map((f) => f.bootUs)).toEqual(expected);
    await journal.closeSession(SESSION.id);
    expect((await readAll(journal.readSession(SESSION.id))).map((f) => f.bootUs)).toEqual(expected);
  });

  it("hands out each commit's frames once it is durable", async () => {
    await using folder = await temporaryFolder();
    const { journal } = await openAt(folder.path);
    await using _ = journal;
    const seen: number[] = [];
    journal.onCommit((commit) =>
      commit.forEachFrame((source, bytes, start, end, arrivalUs, bootUs, seq) => {
        expect(source.meta).toEqual(META);
        expect(bytes.subarray(start, end)).toEqual(frameBytes(seq));
        expect([arrivalUs, bootUs]).toEqual([T0 + seq * 20_000, seq * 20_000]);
        seen.push(seq);
      }),
    );
    for (let i = 0; i < 50; i += 10) {
      appendFrames(journal, i, i + 9);
      if (i % 20 === 0) await journal.committed();
    }
    await journal.committed();
    expect(seen).toEqual(range(0, 49));
  });

  it("writes closed files that the indexed reader of the MCAP library reads, sums included", async () => {
    await using folder = await temporaryFolder();
    const { journal } = await openAt(folder.path);
    await using _ = journal;
    appendFrames(journal, 0, 4999);
    const { file } = await journal.closeSession(SESSION.id);
    const bytes = new Uint8Array(await readFile(file));
    const reader = await McapIndexedReader.Initialize({
      decompressHandlers,
      readable: {
        size: async () => BigInt(bytes.length),
        read: async (offset, size) => bytes.slice(Number(offset), Number(offset + size)),
      },
    });
    expect(reader.statistics?.messageCount).toBe(5000n);
    expect(reader.chunkIndexes.length).toBeGreaterThan(0);
    let n = 0;
    for await (const m of reader.readMessages({ validateCrcs: true })) {
      expect(m.sequence).toBe(n);
      expect(m.logTime).toBe(BigInt(T0 + n * 20_000) * 1000n);
      // 0 would say "no boot time": boot time 0 is kept as one nanosecond
      expect(m.publishTime).toBe(n === 0 ? 1n : BigInt(n * 20_000) * 1000n);
      n++;
    }
    expect(n).toBe(5000);
    const stream = new McapStreamReader({ validateCrcs: true, decompressHandlers });
    stream.append(bytes);
    while (stream.nextRecord());
    expect(stream.done()).toBe(true);
  });

  it("keeps open segments readable for any MCAP stream reader", async () => {
    await using folder = await temporaryFolder();
    const { journal } = await openAt(folder.path);
    await using _ = journal;
    appendFrames(journal, 0, 99);
    await journal.committed();
    appendFrames(journal, 100, 199);
    await journal.committed();
    const [name] = await readdir(join(folder.path, "open"));
    const stream = new McapStreamReader();
    stream.append(new Uint8Array(await readFile(join(folder.path, "open", name!))));
    const seqs: number[] = [];
    for (let r = stream.nextRecord(); r; r = stream.nextRecord())
      if (r.type === "Message") seqs.push(r.sequence);
    expect(seqs).toEqual(range(0, 199));
    expect(stream.bytesRemaining()).toBe(0);
  });

  it("goes on with open sessions after a restart", async () => {
    await using folder = await temporaryFolder();
    for (let round = 0; round < 5; round++) {
      const { journal, problems } = await openAt(folder.path);
      await using _ = journal;
      expect(problems).toEqual([]);
      const before = journal.openSession(SESSION.id);
      expect(before?.frames ?? 0).toBe(round * 10);
      const stats = before?.sources[0]?.stats;
      if (round > 0) {
        expect(stats).toMatchObject({ frames: round * 10, lastSeq: round * 10 - 1 });
        expect(stats!.seen.ranges).toEqual([[0, round * 10 - 1]]);
        expect(journal.source(SESSION, META)).toBe(before!.sources[0]);
      }
      appendFrames(journal, round * 10, round * 10 + 9);
      await journal.committed();
    }
    const { journal } = await openAt(folder.path);
    await using _ = journal;
    expect(seqsOf(await readAll(journal.readSession(SESSION.id)))).toEqual(range(0, 49));
    await journal.closeSession(SESSION.id);
    expect(seqsOf(await readAll(journal.readSession(SESSION.id)))).toEqual(range(0, 49));
    expect(await readdir(join(folder.path, "open"))).toEqual([]);
  });
});
