import { crc32 } from "node:zlib";
import { MCAP_MAGIC, McapRecordBuilder } from "@mcap/core";
import { StoreError } from "../errors.ts";
import type { SessionRef, SourceMeta } from "./types.ts";

// Layouts: mcap.dev/spec. A record is u8 opcode, u64 length, content; integers are little-endian.

export const OP = {
  header: 1,
  footer: 2,
  channel: 4,
  message: 5,
  chunk: 6,
  metadata: 12,
  dataEnd: 15,
  /** Ours, from the range for applications (0x80 and up), which readers pass over: the end of a group commit. */
  commit: 0x91,
} as const;

/** Opcode and length. */
export const RECORD_HEAD = 9;
/** Message content before the data: u16 channel, u32 sequence, u64 logTime, u64 publishTime. */
export const MESSAGE_HEAD = 22;
export const MESSAGE_RECORD_HEAD = RECORD_HEAD + MESSAGE_HEAD;
/** Commit content: u32 bytes covered (all before this record, back to the commit before), u32 CRC-32 of them. */
export const COMMIT_RECORD = RECORD_HEAD + 8;

const TWO_32 = 2 ** 32;

function writeNs(view: DataView, at: number, us: number): void {
  const low = (us % TWO_32) * 1000;
  view.setUint32(at, low % TWO_32, true);
  view.setUint32(at + 4, Math.floor(us / TWO_32) * 1000 + Math.floor(low / TWO_32), true);
}

/** Nanoseconds of any MCAP file as whole microseconds. */
export function readUs(view: DataView, at: number): number {
  const high = view.getUint32(at + 4, true);
  const low = view.getUint32(at, true);
  return Math.floor(high / 1000) * TWO_32 + Math.floor(((high % 1000) * TWO_32 + low) / 1000);
}

/** publishTime 0 says "no boot time"; boot time 0 itself is kept as one nanosecond, which reads back as 0 us. */
function writeBootNs(view: DataView, at: number, bootUs: number): void {
  if (!(bootUs >= 0)) {
    view.setUint32(at, 0, true);
    view.setUint32(at + 4, 0, true);
  } else if (bootUs < 1) {
    view.setUint32(at, 1, true);
    view.setUint32(at + 4, 0, true);
  } else writeNs(view, at, Math.floor(bootUs));
}

export function readBootUs(view: DataView, at: number): number {
  return view.getUint32(at, true) === 0 && view.getUint32(at + 4, true) === 0 ? Number.NaN : readUs(view, at);
}

/** Opcode to publishTime of a message whose data of `length` bytes follow. */
export function writeMessageHead(
  view: DataView,
  at: number,
  channel: number,
  seq: number,
  arrivalUs: number,
  bootUs: number,
  length: number,
): void {
  view.setUint8(at, OP.message);
  view.setUint32(at + 1, MESSAGE_HEAD + length, true);
  view.setUint32(at + 5, 0, true);
  view.setUint16(at + 9, channel, true);
  view.setUint32(at + 11, seq, true);
  writeNs(view, at + 15, arrivalUs >= 0 ? Math.floor(arrivalUs) : 0);
  writeBootNs(view, at + 23, bootUs);
}

/** `from` is where the bytes that this commit covers begin; the record goes behind them, to `at`. */
export function writeCommit(bytes: Uint8Array, view: DataView, from: number, at: number): void {
  view.setUint8(at, OP.commit);
  view.setUint32(at + 1, 8, true);
  view.setUint32(at + 5, 0, true);
  view.setUint32(at + 9, at - from, true);
  view.setUint32(at + 13, crc32(bytes.subarray(from, at)), true);
}

const SEGMENT_META = "pitwall.segment";
const DELETED_META = "pitwall.session.deleted";
export const SESSION_META = "pitwall.session";
export const INCLUDED_META = "pitwall.included";

export const MCAP_HEADER = { profile: "", library: "pitwall" } as const;

/** What every segment begins with; `id` tells segments apart whatever their files are called. */
export function segmentStart(id: string): Uint8Array {
  const b = new McapRecordBuilder();
  b.writeMagic();
  b.writeHeader(MCAP_HEADER);
  b.writeMetadata({ name: SEGMENT_META, metadata: new Map([["id", id]]) });
  return b.buffer;
}

export function deletedRecord(sessionId: string): Uint8Array {
  const b = new McapRecordBuilder();
  b.writeMetadata({ name: DELETED_META, metadata: new Map([["session", sessionId]]) });
  return b.buffer;
}

/** An MCAP channel of one source of one session. */
export function channelOf(id: number, session: SessionRef, meta: SourceMeta) {
  const metadata = new Map([
    ["session", session.id],
    ["vehicle", session.vehicle],
    ["device", meta.device],
    ["boot", meta.boot],
    ["source", meta.name],
    ["protocol", meta.protocol],
    ["publishTime", "time since the device booted; 0 where a frame has none"],
  ]);
  for (const [key, value] of Object.entries(meta.extra ?? {})) metadata.set(`x.${key}`, value);
  return {
    id,
    schemaId: 0,
    topic: `/${session.vehicle}/${meta.device}/${meta.name}`,
    messageEncoding: meta.protocol,
    metadata,
  };
}

export function channelRecord(id: number, session: SessionRef, meta: SourceMeta): Uint8Array {
  const b = new McapRecordBuilder();
  b.writeChannel(channelOf(id, session, meta));
  return b.buffer;
}

export type ChannelInfo = { readonly id: number; readonly session: SessionRef; readonly meta: SourceMeta };

/** Reads channels of Pitwall's own making; undefined for another program's. */
export function toChannelInfo(id: number, metadata: ReadonlyMap<string, string>): ChannelInfo | undefined {
  const session = metadata.get("session");
  const vehicle = metadata.get("vehicle");
  const device = metadata.get("device");
  const name = metadata.get("source");
  const protocol = metadata.get("protocol");
  if (session === undefined || vehicle === undefined || device === undefined) return undefined;
  if (name === undefined || protocol === undefined) return undefined;
  const extra = [...metadata].filter(([k]) => k.startsWith("x.")).map(([k, v]) => [k.slice(2), v]);
  const meta = { device, boot: metadata.get("boot") ?? "", name, protocol };
  return {
    id,
    session: { id: session, vehicle },
    meta: extra.length > 0 ? { ...meta, extra: Object.fromEntries(extra) } : meta,
  };
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Strings and maps of a record's content; throws where they do not fit into it. */
class Fields {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  #at: number;
  constructor(bytes: Uint8Array, view: DataView, start: number, end: number) {
    this.#bytes = bytes;
    this.#view = view;
    this.#at = start;
    this.#end = end;
  }
  #take(n: number): number {
    if (this.#at + n > this.#end)
      throw new StoreError("corrupt", "record", "a field passes the record's end");
    this.#at += n;
    return this.#at - n;
  }
  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }
  string(): string {
    const n = this.#view.getUint32(this.#take(4), true);
    const at = this.#take(n);
    return utf8.decode(this.#bytes.subarray(at, at + n));
  }
  map(): Map<string, string> {
    const length = this.#view.getUint32(this.#take(4), true);
    const end = this.#at + length;
    if (end > this.#end) throw new StoreError("corrupt", "record", "a map passes the record's end");
    const out = new Map<string, string>();
    while (this.#at < end) out.set(this.string(), this.string());
    return out;
  }
}

export type RecordContent = [bytes: Uint8Array, view: DataView, start: number, end: number];

/** Undefined where it is no channel of ours, or damaged. */
export function readChannel(...content: RecordContent): ChannelInfo | undefined {
  try {
    const f = new Fields(...content);
    const id = f.u16();
    f.u16();
    f.string();
    f.string();
    return toChannelInfo(id, f.map());
  } catch {
    return undefined;
  }
}

export function readMetadata(
  ...content: RecordContent
): { name: string; metadata: Map<string, string> } | undefined {
  try {
    const f = new Fields(...content);
    return { name: f.string(), metadata: f.map() };
  } catch {
    return undefined;
  }
}

export const segmentIdOf = (m: ReturnType<typeof readMetadata>): string | undefined =>
  m?.name === SEGMENT_META ? m.metadata.get("id") : undefined;
export const deletedSessionOf = (m: ReturnType<typeof readMetadata>): string | undefined =>
  m?.name === DELETED_META ? m.metadata.get("session") : undefined;

export const MAGIC = Uint8Array.from(MCAP_MAGIC);
export const MAGIC_LENGTH = MAGIC.length;
