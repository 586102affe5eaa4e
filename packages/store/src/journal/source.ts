import type { Stretch } from "./scan.ts";
import { SeqRanges } from "./seq-ranges.ts";
import type { SessionRef, SourceHandle, SourceMeta, SourceStats } from "./types.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export const emptyStats = (): Mutable<SourceStats> => ({
  frames: 0,
  bytes: 0,
  lastSeq: Number.NaN,
  firstArrivalUs: Number.NaN,
  lastArrivalUs: Number.NaN,
  lastBootUs: Number.NaN,
  seen: new SeqRanges(),
});

/** One segment file of the log. */
export class Segment {
  readonly number: number;
  /** Its identity, which is not its name: numbers may come again once all segments are gone. */
  readonly id: string;
  readonly path: string;
  /** Bytes that are on the disk for certain. */
  durable: number;
  /** Sessions, not yet closed, that have frames in here. */
  readonly sessions = new Set<string>();
  /** Says of frames in older segments that they no longer count, so that it has to outlive those. */
  hasDeletions = false;
  /** Stretches that are not what was written. */
  suspects: readonly Stretch[] = [];
  /** MCAP channel ids that are described in here. */
  readonly channels = new Set<number>();
  constructor(number: number, id: string, path: string, durable = 0) {
    this.number = number;
    this.id = id;
    this.path = path;
    this.durable = durable;
  }
}

export class Source implements SourceHandle {
  readonly session: SessionRef;
  readonly meta: SourceMeta;
  readonly channel: number;
  readonly stats = emptyStats();
  open = true;
  /** Where the channel was last described, and from which file offset on it is described once more. */
  announcedIn: Segment | undefined = undefined;
  announceAt = 0;
  constructor(session: SessionRef, meta: SourceMeta, channel: number) {
    this.session = session;
    this.meta = meta;
    this.channel = channel;
  }

  count(bytes: number, arrivalUs: number, bootUs: number, seq: number): void {
    const s = this.stats;
    if (s.frames === 0) s.firstArrivalUs = arrivalUs;
    s.frames++;
    s.bytes += bytes;
    s.lastSeq = seq;
    s.lastArrivalUs = arrivalUs;
    s.lastBootUs = bootUs;
    s.seen.add(seq);
  }
}

/** The same source of the same session, whatever the order of its extras. */
export const sourceKey = (session: string, m: SourceMeta): string =>
  JSON.stringify([session, m.device, m.boot, m.name, m.protocol, Object.entries(m.extra ?? {}).sort()]);
