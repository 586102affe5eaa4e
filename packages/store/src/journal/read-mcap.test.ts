import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { McapWriter } from "@mcap/core";
import { describe, expect, it } from "vitest";
import type { StoreProblem } from "../errors.ts";
import {
  appendFrames,
  openAt,
  range,
  readAll,
  SESSION,
  seqsOf,
  T0,
  temporaryFolder,
} from "../testing/journal-fixture.ts";
import { readMcap, readMcapInfo } from "./read-mcap.ts";

const FRAMES = 40_000;

/** A closed session's file of several chunks. */
async function closedFile(dir: string): Promise<string> {
  const { journal } = await openAt(dir);
  await using _ = journal;
  appendFrames(journal, 0, FRAMES - 1);
  return (await journal.closeSession(SESSION.id, { title: "Friday" })).file;
}
async function read(file: string): Promise<{ seqs: number[]; problems: StoreProblem[] }> {
  const problems: StoreProblem[] = [];
  const seqs = seqsOf(await readAll(readMcap(file, (p) => problems.push(p))));
  return { seqs, problems };
}

describe("reading a journal's file", () => {
  it("gives all frames and what the file says about itself", async () => {
    await using folder = await temporaryFolder();
    const file = await closedFile(folder.path);
    expect(await read(file)).toEqual({ seqs: range(0, FRAMES - 1), problems: [] });
    expect(await readMcapInfo(file)).toMatchObject({
      ...SESSION,
      frames: FRAMES,
      startUs: T0,
      attributes: { title: "Friday" },
      sources: [{ device: "dev-1", protocol: "blackbox", frames: FRAMES }],
    });
  });

  it("reads what a cut or damaged file still holds, and says what it does not", async () => {
    await using folder = await temporaryFolder();
    const file = await closedFile(folder.path);
    const bytes = await readFile(file);
    await writeFile(file, bytes.subarray(0, bytes.length * 0.6));
    const cut = await read(file);
    expect(cut.seqs.length).toBeGreaterThan(FRAMES * 0.3);
    expect(cut.seqs).toEqual(range(0, cut.seqs.length - 1));

    const damaged = Buffer.from(bytes);
    damaged.fill(0xee, 3000, 3050); // inside the first chunk
    await writeFile(file, damaged);
    const rest = await read(file);
    expect(rest.problems).toMatchObject([{ code: "corrupt" }]);
    expect(rest.problems[0]!.place).toMatch(/\.mcap@\d+$/);
    expect(rest.seqs.length).toBeGreaterThan(FRAMES * 0.3);
    expect(rest.seqs).toEqual(range(FRAMES - rest.seqs.length, FRAMES - 1));
  });

  it("still lists a session whose file has lost its index", async () => {
    await using folder = await temporaryFolder();
    const file = await closedFile(folder.path);
    const bytes = await readFile(file);
    await writeFile(file, bytes.subarray(0, bytes.length - 100));
    const { journal, problems } = await openAt(folder.path);
    await using _ = journal;
    expect(await journal.closedSession(SESSION.id)).toMatchObject({
      ...SESSION,
      frames: FRAMES,
      startUs: T0,
    });
    expect(problems).toMatchObject([{ code: "corrupt", place: file }]);
  });

  it("refuses what is no MCAP file, and passes over channels of other programs", async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, "x.mcap");
    await writeFile(file, "timestamp,speed\n");
    await expect(read(file)).rejects.toMatchObject({ code: "unsupported", place: file });
    await expect(read(join(folder.path, "none"))).rejects.toMatchObject({ code: "not-found" });

    const pieces: Uint8Array[] = [];
    let position = 0n;
    const writer = new McapWriter({
      writable: {
        position: () => position,
        async write(b) {
          pieces.push(b.slice());
          position += BigInt(b.length);
        },
      },
    });
    await writer.start();
    const channelId = await writer.registerChannel({
      schemaId: 0,
      topic: "/imu",
      messageEncoding: "json",
      metadata: new Map(),
    });
    const data = new TextEncoder().encode("{}");
    for (let i = 0; i < 3; i++)
      await writer.addMessage({ channelId, sequence: i, logTime: 1n, publishTime: 1n, data });
    await writer.end();
    await writeFile(file, Buffer.concat(pieces));
    const { seqs, problems } = await read(file);
    expect(seqs).toEqual([]);
    expect(problems).toMatchObject([{ code: "corrupt" }]);
    expect(await readMcapInfo(file)).toBeUndefined();
  });
});
