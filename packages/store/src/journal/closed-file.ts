import { dirname } from "node:path";
import { constants, zstdCompressSync } from "node:zlib";
import { McapWriter } from "@mcap/core";
import { asStoreError } from "../errors.ts";
import type { FrameReader } from "./frame-reader.ts";
import { type JournalFile, type JournalIo, writeAll } from "./io.ts";
import { readIndex } from "./mcap-index.ts";
import { channelOf, INCLUDED_META, MCAP_HEADER, SESSION_META, toChannelInfo } from "./records.ts";
import type { ClosedSession, JournalFrame, SessionRef, SourceHandle } from "./types.ts";

/** What damage to a file costs at least, so not large. */
const CHUNK_BYTES = 1 << 18;
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };
const OWN = new Set(["session", "vehicle", "frames", "startUs", "endUs"]);

/** Up to which file offset of which segment (by its id) the file holds the session's frames. */
export type Included = ReadonlyMap<string, number>;

type Block = { source: SourceHandle; frame: Pick<JournalFrame, "bytes" | "arrivalUs" | "bootUs" | "seq"> };

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
    compressChunk: (data) => ({ compression: "zstd", compressedData: zstdCompressSync(data, LEVEL) }),
  });
  await writer.start(MCAP_HEADER);
  const channels = new Map<SourceHandle, number>();
  const counts = new Map<SourceHandle, number>();
  let startUs = Number.NaN;
  let endUs = Number.NaN;
  let frames = 0;
  let block: Block[] = [];
  const keep = (
    source: SourceHandle,
    b: Uint8Array,
    start: number,
    end: number,
    arrivalUs: number,
    bootUs: number,
    seq: number,
  ) => void block.push({ source, frame: { bytes: b.slice(start, end), arrivalUs, bootUs, seq } });
  while (await reader.next(keep)) {
    const taken = block;
    block = [];
    for (const { source, frame } of taken) {
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
        data: frame.bytes,
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
