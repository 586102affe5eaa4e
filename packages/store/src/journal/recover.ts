import { join } from "node:path";
import { asStoreError, type OnStoreProblem } from "../errors.ts";
import type { JournalIo } from "./io.ts";
import type { ChannelInfo } from "./records.ts";
import { indexSegment, messageReader, type SegmentIndex } from "./segment-reader.ts";
import type { SessionFiles } from "./session-files.ts";
import { Segment, Source, sourceKey } from "./source.ts";

const SEGMENT_NAME = /^(\d{1,15})\.mcap$/;

/** Up to which file offset of which segment a session's frames no longer count: they are in its closed file, or deleted. */
export type Cuts = Map<string, Map<string, number>>;

export type Recovered = {
  /** Those that open sessions need, oldest first; the others are gone. */
  readonly segments: Segment[];
  /** Segments that hold unreadable stretches: kept aside when they are no longer needed. */
  readonly damaged: Set<Segment>;
  readonly sources: Map<number, Source>;
  readonly cuts: Cuts;
  readonly nextNumber: number;
};

type Indexed = { readonly segment: Segment; readonly index: SegmentIndex };

/** Brings the log back to whole records, and finds the open sessions in it. Throws StoreError where the disk fails. */
export async function recover(
  io: JournalIo,
  dir: string,
  files: SessionFiles,
  maxRecord: number,
  onProblem: OnStoreProblem,
): Promise<Recovered> {
  const indexed: Indexed[] = [];
  const damaged = new Set<Segment>();
  let nextNumber = 1;
  for (const name of await io.list(dir)) {
    const number = Number(SEGMENT_NAME.exec(name)?.[1] ?? Number.NaN);
    if (Number.isNaN(number)) continue;
    nextNumber = Math.max(nextNumber, number + 1);
    const path = join(dir, name);
    try {
      const one = await openSegment(io, path, number, maxRecord, onProblem);
      indexed.push(one);
      if (one.index.damages.length > 0) damaged.add(one.segment);
    } catch (e) {
      throw asStoreError(e, path);
    }
  }
  indexed.sort((a, b) => a.segment.number - b.segment.number);
  const described = new Map<number, ChannelInfo>();
  for (const sure of [false, true])
    for (const { index } of indexed)
      for (const [id, d] of index.channels) if (d.sure === sure) described.set(id, d.info);
  const cuts = await findCuts(indexed, described, files);
  const sources = await countFrames(io, indexed, described, cuts, maxRecord, onProblem, damaged);
  return { segments: indexed.map((i) => i.segment), damaged, sources, cuts, nextNumber };
}

async function openSegment(
  io: JournalIo,
  path: string,
  number: number,
  maxRecord: number,
  onProblem: OnStoreProblem,
): Promise<Indexed> {
  const file = await io.open(path, "change");
  try {
    const size = await file.size();
    const index = await indexSegment(file, size, maxRecord);
    for (const d of index.damages)
      onProblem({ code: "corrupt", place: `${path}@${d.offset}`, reason: `${d.length} bytes: ${d.reason}` });
    if (index.end < size) {
      const reason = `${size - index.end} bytes of an unfinished record were cut off`;
      onProblem({ code: "torn", place: `${path}@${index.end}`, reason });
      await file.truncate(index.end);
      await file.sync();
    }
    const segment = new Segment(number, index.id ?? `lost ${number}`, path, index.end);
    segment.hasDeletions = index.deleted.size > 0;
    segment.suspects = index.suspects;
    return { segment, index };
  } finally {
    await file.close();
  }
}

async function findCuts(
  indexed: readonly Indexed[],
  described: ReadonlyMap<number, ChannelInfo>,
  files: SessionFiles,
): Promise<Cuts> {
  const cuts: Cuts = new Map();
  const cut = (session: string, segment: Segment, offset: number) => {
    const of = cuts.get(session) ?? new Map<string, number>();
    cuts.set(session, of);
    of.set(segment.id, Math.max(of.get(segment.id) ?? 0, offset));
  };
  const sessions = new Set([...described.values()].map((c) => c.session.id));
  for (const id of sessions) {
    const info = await files.info(id);
    for (const { segment } of indexed) {
      const offset = info?.included.get(segment.id);
      if (offset !== undefined) cut(id, segment, offset);
    }
  }
  for (const [i, { segment, index }] of indexed.entries())
    for (const [session, offset] of index.deleted) {
      cut(session, segment, offset);
      for (const before of indexed.slice(0, i)) cut(session, before.segment, Number.POSITIVE_INFINITY);
    }
  return cuts;
}

async function countFrames(
  io: JournalIo,
  indexed: readonly Indexed[],
  described: ReadonlyMap<number, ChannelInfo>,
  cuts: Cuts,
  maxRecord: number,
  onProblem: OnStoreProblem,
  damaged: Set<Segment>,
): Promise<Map<number, Source>> {
  const byKey = new Map<string, Source>();
  const sources = new Map<number, Source>();
  for (const { segment, index } of indexed) {
    for (const id of index.channels.keys()) segment.channels.add(id);
    let nameless = 0;
    const file = await io.open(segment.path, "read");
    try {
      const next = messageReader(
        file,
        segment.durable,
        maxRecord,
        segment.suspects,
        (channel, _b, start, end, arrivalUs, bootUs, seq, offset) => {
          const info = described.get(channel);
          if (!info) {
            nameless++;
            return;
          }
          if (offset < (cuts.get(info.session.id)?.get(segment.id) ?? 0)) return;
          let source = sources.get(channel);
          if (!source) {
            const key = sourceKey(info.session.id, info.meta);
            source = byKey.get(key) ?? new Source(info.session, info.meta, channel);
            byKey.set(key, source);
            sources.set(channel, source);
          }
          segment.sessions.add(info.session.id);
          source.count(end - start, arrivalUs, bootUs, seq);
        },
      );
      while (await next());
    } finally {
      await file.close();
    }
    if (nameless === 0) continue;
    damaged.add(segment);
    const reason = `${nameless} frames of sources whose description is damaged`;
    onProblem({ code: "corrupt", place: segment.path, reason });
  }
  return sources;
}
