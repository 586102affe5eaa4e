import { dirname } from "node:path";
import { constants, zstdCompressSync } from "node:zlib";
import { McapWriter } from "@mcap/core";
import { asStoreError } from "../errors.ts";
import type { FrameReader } from "./frame-reader.ts";
import { type JournalFile, type JournalIo, writeAll } from "./io.ts";
import { readIndex } from "./mcap-index.ts";
import { channelOf, INCLUDED_META, MCAP_HEADER, SESSION_META, toChannelInfo } from "./records.ts";
import type { ClosedSession, FrameVisitor, JournalFrame, SessionRef, SourceHandle } from "./types.ts";

/** What damage to a file costs at least, so not large. */
const CHUNK_BYTES = 1 << 18;
const ZSTD = {
  // what text packs to comes out in one piece: more would be memory for the collector, less would be joined
  chunkSize: 80 << 10,
  params: {
    [constants.ZSTD_c_compressionLevel]: 3,
    // frames and text come out no longer than with the level's own strategy, for three quarters of the work
    [constants.ZSTD_c_strategy]: constants.ZSTD_fast,
  },
};
const OWN = new Set(["session", "vehicle", "frames", "startUs", "endUs"]);

/** Up to which file offset of which segment (by its id) the file holds the session's frames. */
export type Included = ReadonlyMap<string, number>;

type Kept = {
  source: SourceHandle;
  start: number;
  end: number;
  frame: Pick<JournalFrame, "arrivalUs" | "bootUs" | "seq">;
};

/** The frames of a block, in memory that is used again for the next one. */
class Block {
  bytes = new Uint8Array(CHUNK_BYTES);
  readonly frames: Kept[] = [];
  #length = 0;

  clear(): void {
    this.frames.length = 0;
    this.#length = 0;
  }

  readonly keep: FrameVisitor = (source, b, from, to, arrivalUs, bootUs, seq) => {
    const start = this.#length;
    const end = start + to - from;
    if (end > this.bytes.length) {
      const wider = new Uint8Array(Math.max(end, this.bytes.length * 2));
      wider.set(this.bytes.subarray(0, start));
      this.bytes = wider;
    }
    this.bytes.set(b.subarray(from, to), start);
    this.#length = end;
    this.frames.push({ source, start, end, frame: { arrivalUs, bootUs, seq } });
  };
}

/**
 * Writes a session's own file: chunked, compressed, with index, statistics and checksums. It appears under its name
 * when it is complete and on the disk. Throws StoreError, and then nothing is left behind.
 */
export async function writeClosedFile(
  io: JournalIo,
  path: string,
  session: SessionRef,
  reader: FrameReader,
  included: Included,
  attributes: Readonly<Record<string, string>>,
): Promise<ClosedSession> {
  const part = `${path}.part`;
  try {
    await io.makeDirectory(dirname(path));
    await io.remove(part);
    const file = await io.open(part, "create");
    let result: ClosedSession;
    try {
      result = await fill(file, path, session, reader, included, attributes);
      await file.sync();
    } finally {
      await reader.close();
      await file.close();
    }
    await io.rename(part, path);
    await io.syncDirectory(dirname(path));
    await io.syncDirectory(dirname(dirname(path)));
    return result;
  } catch (e) {
    await io.remove(part).catch(() => {});
    throw asStoreError(e, path);
  }
}

async function fill(
  file: JournalFile,
  path: string,
  session: SessionRef,
  reader: FrameReader,
  included: Included,
  attributes: Readonly<Record<string, string>>,
): Promise<ClosedSession> {
  let position = 0;
  const writer = new McapWriter({
    writable: {
      position: () => BigInt(position),
      async write(bytes) {
        await writeAll(file, bytes, bytes.length, position);
        position += bytes.length;
      },
    },
    chunkSize: CHUNK_BYTES,
    compressChunk(data) {
      const compressedData = zstdCompressSync(data, ZSTD);
      // the writer's copy of the chunk, not looked at again: given back now, not when the collector comes by
      (data.buffer as ArrayBuffer).transfer(0);
      return { compression: "zstd", compressedData };
    },
  });
  await writer.start(MCAP_HEADER);
  const channels = new Map<SourceHandle, number>();
  const counts = new Map<SourceHandle, number>();
  let startUs = Number.NaN;
  let endUs = Number.NaN;
  let frames = 0;
  const block = new Block();
  for (; await reader.next(block.keep); block.clear()) {
    for (const { source, start, end, frame } of block.frames) {
      let channelId = channels.get(source);
      if (channelId === undefined) {
        const { id: _, ...info } = channelOf(0, session, source.meta);
        channelId = await writer.registerChannel(info);
        channels.set(source, channelId);
      }
      counts.set(source, (counts.get(source) ?? 0) + 1);
      if (frames++ === 0) startUs = frame.arrivalUs;
      endUs = frame.arrivalUs;
      const { bootUs } = frame;
      await writer.addMessage({
        channelId,
        sequence: frame.seq,
        logTime: BigInt(frame.arrivalUs) * 1000n,
        publishTime: Number.isNaN(bootUs) ? 0n : bootUs === 0 ? 1n : BigInt(bootUs) * 1000n,
        data: block.bytes.subarray(start, end),
      });
    }
  }
  const own = { session: session.id, vehicle: session.vehicle, frames, startUs, endUs };
  const metadata = new Map(Object.entries(own).map(([k, v]) => [k, String(v)]));
  const kept = Object.entries(attributes).filter(([k]) => !OWN.has(k));
  for (const [k, v] of kept) metadata.set(k, v);
  await writer.addMetadata({ name: SESSION_META, metadata });
  const upTo = new Map([...included].map(([id, offset]) => [id, String(offset)]));
  await writer.addMetadata({ name: INCLUDED_META, metadata: upTo });
  await writer.end();
  return {
    ...session,
    file: path,
    bytes: position,
    frames,
    startUs,
    endUs,
    attributes: Object.fromEntries(kept),
    sources: [...counts].map(([source, n]) => ({ ...source.meta, frames: n })),
  };
}

export type ClosedInfo = { readonly session: ClosedSession; readonly included: Included };

/** What a closed file says about itself; undefined where it is no closed session of Pitwall, or damaged there. */
export async function readClosedInfo(io: JournalIo, path: string): Promise<ClosedInfo | undefined> {
  const file = await io.open(path, "read");
  try {
    const reader = await readIndex(file);
    if (!reader) return undefined;
    let own: ReadonlyMap<string, string> | undefined;
    let included = new Map<string, number>();
    for await (const m of reader.readMetadata()) {
      if (m.name === SESSION_META) own = m.metadata;
      else if (m.name === INCLUDED_META) included = new Map([...m.metadata].map(([k, v]) => [k, Number(v)]));
    }
    const id = own?.get("session");
    const vehicle = own?.get("vehicle");
    if (!own || id === undefined || vehicle === undefined) return undefined;
    const sources = [...reader.channelsById.values()].flatMap((c) => {
      const info = toChannelInfo(c.id, c.metadata);
      const frames = Number(reader.statistics?.channelMessageCounts.get(c.id) ?? 0n);
      return info ? [{ ...info.meta, frames }] : [];
    });
    const session: ClosedSession = {
      id,
      vehicle,
      file: path,
      bytes: await file.size(),
      frames: Number(own.get("frames")),
      startUs: Number(own.get("startUs")),
      endUs: Number(own.get("endUs")),
      attributes: Object.fromEntries([...own].filter(([k]) => !OWN.has(k))),
      sources,
    };
    return { session, included };
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}
