import { McapStreamReader } from "@mcap/core";
import fc from "fast-check";
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
} from "../testing/journal-fixture.ts";
import { MemoryIo } from "../testing/memory-io.ts";
import type { JournalFrame } from "./types.ts";

const DIR = "/data/journal";
const SEGMENT = `${DIR}/open/00000001.mcap`;
const CAN = { ...META, name: "can0", protocol: "vesc-can" };

/** A log of three commits of two sources, and its frames in order. */
async function makeLog(options: { segmentBytes?: number } = {}) {
  const io = new MemoryIo();
  const { journal } = await openAt(DIR, { io, ...options });
  for (let i = 0; i < 3; i++) {
    appendFrames(journal, i * 6, i * 6 + 5);
    appendFrames(journal, i * 2, i * 2 + 1, CAN);
    await journal.committed();
  }
  const frames = await readAll(journal.readSession(SESSION.id));
  expect(frames).toHaveLength(24);
  return { io, frames };
}

/** How many whole messages a prefix holds, by the MCAP library. */
function messagesIn(prefix: Uint8Array): number {
  const reader = new McapStreamReader();
  if (prefix.length === 0) return 0;
  reader.append(prefix);
  let n = 0;
  for (let r = reader.nextRecord(); r; r = reader.nextRecord()) if (r.type === "Message") n++;
  return n;
}

const withSegment = (bytes: Uint8Array): MemoryIo => {
  const io = new MemoryIo();
  io.put(SEGMENT, bytes);
  return io;
};

async function recovered(io: MemoryIo): Promise<{ frames: JournalFrame[]; codes: string[] }> {
  const { journal, problems } = await openAt(DIR, { io });
  await using _ = journal;
  const frames = journal.openSession(SESSION.id) ? await readAll(journal.readSession(SESSION.id)) : [];
  return { frames, codes: problems.map((p) => p.code) };
}

describe("recovery of the log", () => {
  it("keeps every whole frame of a log that was cut at any byte, once, and goes on behind it", async () => {
    const { io, frames } = await makeLog();
    const log = io.file(SEGMENT);
    for (let cut = 0; cut <= log.length; cut++) {
      const torn = withSegment(log.slice(0, cut));
      const whole = messagesIn(log.subarray(0, cut));
      const goesOn = cut % 7 === 0;
      {
        const { journal } = await openAt(DIR, { io: torn });
        await using _ = journal;
        expect(journal.openSession(SESSION.id)?.frames ?? 0, `cut at ${cut}`).toBe(whole);
        if (goesOn) appendFrames(journal, 100, 101);
      }
      if (!goesOn) continue;
      const again = await recovered(torn);
      expect(again.codes).toEqual([]);
      expect(again.frames.slice(0, whole)).toEqual(frames.slice(0, whole));
      expect(seqsOf(again.frames.slice(whole))).toEqual([100, 101]);
    }
  });

  it("loses nothing before a cut that is followed by anything", async () => {
    const { io, frames } = await makeLog();
    const log = io.file(SEGMENT);
    await fc.assert(
      fc.asyncProperty(fc.nat(log.length), fc.uint8Array({ maxLength: 200 }), async (cut, rest) => {
        const bytes = new Uint8Array(cut + rest.length);
        bytes.set(log.subarray(0, cut));
        bytes.set(rest, cut);
        const whole = messagesIn(log.subarray(0, cut));
        const got = (await recovered(withSegment(bytes))).frames;
        expect(got.slice(0, whole)).toEqual(frames.slice(0, whole));
        // the torn record itself may have been filled up by what follows
        expect(got.length).toBeLessThanOrEqual(whole + 1);
      }),
      { numRuns: 300 },
    );
  });

  it("reads on behind damage anywhere, and says where it is", async () => {
    const { io } = await makeLog({ segmentBytes: 600 });
    const paths = io.paths;
    expect(paths.length).toBeGreaterThan(1);
    const places = framePlaces(io);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.nat(),
        fc.uint8Array({ minLength: 1, maxLength: 120 }),
        async (which, where, junk) => {
          const path = paths[which % paths.length]!;
          const bytes = io.file(path);
          const from = where % bytes.length;
          const to = Math.min(bytes.length, from + junk.length);
          bytes.set(junk.subarray(0, to - from), from);
          const damaged = io.afterKill();
          const changed = damaged.file(path).some((b, i) => b !== bytes[i]);
          damaged.put(path, bytes);
          const { frames, codes } = await recovered(damaged);
          const untouched = places.filter((p) => p.path !== path || p.end <= from || p.start >= to);
          const got = frames.map((f) => `${f.source.name} ${f.seq} ${f.bytes.join()}`);
          const expected = untouched.map((p) => p.text);
          expect(got.filter((g) => expected.includes(g))).toEqual(expected);
          // an opcode that was hit may make a frame of a record that was none; that it is damage is said
          expect(got.length).toBeLessThanOrEqual(places.length + 1);
          if (changed) expect(codes.length).toBeGreaterThan(0);
        },
      ),
      // of some ten thousand damages one forges a record that leads on: whatever the seed, these are not looked at
      { numRuns: 1000, seed: 1 },
    );
  });

  it("finds what a record took along whose damaged length leads to a later one", async () => {
    const { io, frames } = await makeLog();
    const bytes = io.file(SEGMENT);
    // the length of the third frame, over the two behind it: heads of 9 and 22 bytes, and the frames
    const at = indexOf(bytes, frameBytes(2)) - 22 - 8;
    const own = bytes[at]!;
    bytes[at] = own + 2 * (own + 9);
    const { frames: got, codes } = await recovered(withSegment(bytes));
    expect(codes.length).toBeGreaterThan(0);
    expect(seqsOf(got)).toEqual(seqsOf(frames.filter((_, i) => i !== 2)));
  });

  it("reports a changed value inside a whole structure, and keeps the frame", async () => {
    const { io, frames } = await makeLog();
    const bytes = io.file(SEGMENT);
    const at = indexOf(bytes, frameBytes(7)) + 10;
    bytes[at]! ^= 1;
    const { frames: got, codes } = await recovered(withSegment(bytes));
    expect(codes).toEqual(["corrupt"]);
    expect(seqsOf(got)).toEqual(seqsOf(frames));
  });

  it("keeps a damaged segment aside when the session is closed", async () => {
    const { io } = await makeLog();
    const bytes = io.file(SEGMENT);
    bytes.fill(0, indexOf(bytes, frameBytes(7)) - 20, indexOf(bytes, frameBytes(7)));
    const broken = withSegment(bytes);
    const { journal, problems } = await openAt(DIR, { io: broken });
    await using _ = journal;
    expect(problems).toMatchObject([{ code: "corrupt" }]);
    expect(problems[0]!.place).toMatch(/00000001\.mcap@\d+$/);
    await journal.closeSession(SESSION.id);
    expect(broken.paths.filter((p) => p.includes("/open/"))).toEqual([]);
    const aside = broken.paths.filter((p) => p.includes("/damaged/"));
    expect(aside.map((p) => broken.file(p))).toEqual([bytes]);
  });

  it("does not open a session again whose file was complete before the crash", async () => {
    const { io, frames } = await makeLog();
    const before = io.afterKill();
    const { journal } = await openAt(DIR, { io });
    await journal.closeSession(SESSION.id);
    await journal[Symbol.asyncDispose]();
    const closed = io.paths.find((p) => p.includes("/kart-7/"))!;
    before.put(closed, io.file(closed)); // the file is there, the segments not yet gone
    before.put(`${closed}.part`, new Uint8Array(10));
    const { journal: again, problems } = await openAt(DIR, { io: before });
    await using _ = again;
    expect(problems).toEqual([]);
    expect(again.openSessions()).toEqual([]);
    expect(before.paths).toEqual([closed]);
    expect(await readAll(again.readSession(SESSION.id))).toEqual(frames);
  });

  it("puts frames that come after closing behind those of the file, in every order of crashes", async () => {
    const io = new MemoryIo();
    const { journal } = await openAt(DIR, { io });
    const other = { id: "other", vehicle: "kart-8" };
    appendFrames(journal, 0, 4, META, other); // keeps the segment
    appendFrames(journal, 0, 9);
    await journal.closeSession(SESSION.id, { title: "one" });
    appendFrames(journal, 10, 14);
    await journal.committed();
    const { journal: again } = await openAt(DIR, { io: io.afterKill() });
    await using _ = again;
    expect(seqsOf(await readAll(again.readSession(SESSION.id)))).toEqual(range(0, 14));
    expect(again.openSession(SESSION.id)?.frames).toBe(5);
    const closed = await again.closeSession(SESSION.id);
    expect(closed).toMatchObject({ frames: 15, attributes: { title: "one" } });
    expect(closed.sources).toEqual([{ ...META, frames: 15 }]);
    expect(seqsOf(await readAll(again.readSession(SESSION.id)))).toEqual(range(0, 14));
    expect(seqsOf(await readAll(again.readSession(other.id)))).toEqual(range(0, 4));
  });

  it("does not bring deleted sessions back", async () => {
    const io = new MemoryIo();
    const { journal } = await openAt(DIR, { io, segmentBytes: 400 });
    const other = { id: "other", vehicle: "kart-8" };
    const third = { id: "third", vehicle: "kart-8" };
    appendFrames(journal, 0, 4, META, other);
    appendFrames(journal, 0, 20, META, third);
    await journal.committed();
    appendFrames(journal, 0, 9);
    await journal.closeSession(SESSION.id);
    await journal.deleteSession(SESSION.id);
    await journal.deleteSession(third.id);
    const { journal: again } = await openAt(DIR, { io: io.afterKill() });
    await using _ = again;
    expect(again.openSessions().map((s) => s.id)).toEqual(["other"]);
    expect(() => again.readSession(SESSION.id)).toThrow(expect.objectContaining({ code: "not-found" }));
    appendFrames(again, 50, 51);
    await again.committed();
    expect(seqsOf(await readAll(again.readSession(SESSION.id)))).toEqual([50, 51]);
  });
});

function indexOf(bytes: Uint8Array, part: Uint8Array): number {
  const at = Buffer.from(bytes).indexOf(part);
  expect(at).toBeGreaterThan(0);
  return at;
}

/** Where each frame's record lies, by walking the layout of the MCAP specification. */
function framePlaces(io: MemoryIo) {
  const places: { path: string; start: number; end: number; text: string }[] = [];
  for (const path of io.paths) {
    const bytes = io.file(path);
    const view = new DataView(bytes.buffer);
    const names = new Map<number, string>();
    for (let at = 8; at < bytes.length; ) {
      const end = at + 9 + Number(view.getBigUint64(at + 1, true));
      if (bytes[at] === 4)
        names.set(
          view.getUint16(at + 9, true),
          Buffer.from(bytes.subarray(at, end)).includes("can0") ? "can0" : "udp",
        );
      if (bytes[at] === 5) {
        const data = bytes.slice(at + 31, end);
        const name = names.get(view.getUint16(at + 9, true));
        places.push({
          path,
          start: at,
          end,
          text: `${name} ${view.getUint32(at + 11, true)} ${data.join()}`,
        });
      }
      at = end;
    }
  }
  return places;
}
