import type { LinkCounts, SimFrame } from "@pitwall/simulator";

export type SimPacket = SimFrame & {
  readonly name: string;
  readonly protocol: string;
  readonly boot: number;
  /** UTC of `atUs`. */
  readonly utcUs: number;
};

/** What a sink takes of a unit: its Blackbox packets, the JSON of its display, or what is on its buses. */
export type Speech = "blackbox" | "json" | "buses";

export type SinkReport = Partial<LinkCounts> & {
  readonly to: string;
  /** What went out, doubles included. */
  readonly frames: number;
  readonly bytes: number;
  /** Of batches: what a receiver's gap ledger has to say, and how many frames came twice or not whole. */
  readonly missing?: readonly MissingRange[];
  readonly doubledFrames?: number;
  readonly damagedFrames?: number;
  readonly batches?: LinkCounts;
};

/** Where a simulated unit's bytes go, what happens to them on the way, and what was sent there. */
export interface SimSink extends AsyncDisposable {
  readonly speaks: Speech;
  put(unit: number, packet: SimPacket): void;
  /** Everything put up to this instant of the drive is on its way, or has arrived where that can be told. */
  flush(nowS: number): Promise<void>;
  report(): SinkReport;
}

/** Frames that never come: each boot's are numbered from 0, and a number that was given to a lost frame is missing. */
export type MissingRange = { readonly boot: string; first: number; last: number };
