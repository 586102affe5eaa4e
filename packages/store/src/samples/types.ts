import type { Batch, FieldSpec, Group, Unit } from "@pitwall/core";

/** Samples of one channel, ascending in time. `tUs` and `values` have the same length; there is no NaN in them. */
export type Series = {
  readonly channel: string;
  /** `source/message`. */
  readonly group: string;
  readonly unit: Unit;
  readonly tUs: Float64Array;
  readonly values: Float64Array;
  /** Samples in the range, of which a downsampled series shows the lowest and the highest of each stretch. */
  readonly total: number;
};

export type SampleQuery = {
  readonly sessionId: string;
  /** `channel`, which takes the derived group, else the one that has most samples of it, or `group:channel`. Those that are not there are left out. */
  readonly channels: readonly string[];
  /** Half open: fromUs <= t < toUs. */
  readonly fromUs?: number;
  readonly toUs?: number;
  /** At most so many samples a channel (2 or more); without it, all. */
  readonly points?: number;
};

/** One channel that has samples. */
export type ChannelSummary = {
  readonly channel: string;
  readonly group: string;
  readonly unit: Unit;
  readonly field: FieldSpec;
  readonly count: number;
  readonly firstUs: number;
  readonly lastUs: number;
};

export type SessionSummary = {
  readonly groups: number;
  readonly rows: number;
  /** Values that are there: rows times columns, without the absent ones. */
  readonly samples: number;
  /** On the disk; 0 where a store keeps nothing there. */
  readonly bytes: number;
};

export type StoreSupports = {
  /** What was appended and closed is there after the store was opened again. */
  readonly durable: boolean;
};

/**
 * Columns a session and message group. Values are kept at the resolution that their field names, so a value that comes
 * back is the multiple of it next to the one that went in, whether it is asked for before or after the session is closed.
 */
export interface SampleStore extends AsyncDisposable {
  readonly supports: StoreSupports;
  /** Copies the batch. Rows may come late, their place is found. A session that is not open is opened, and goes on where it was closed. */
  append(sessionId: string, batch: Batch): void;
  /** Resolves when what did not fit into memory is on the disk: wait for it between large appends, which are refused with StoreError "overloaded" otherwise. */
  drain(): Promise<void>;
  /**
   * From here on the session is what will be appended; what is stored is replaced when it is closed, and stands until
   * then. With groups named, only those are replaced, and the others stay.
   */
  replaceSession(sessionId: string, groups?: readonly string[]): Promise<void>;
  /** Makes what was appended durable. Harmless where nothing was. Throws StoreError "no-space", "io"; the session stays open then. */
  closeSession(sessionId: string): Promise<SessionSummary>;
  deleteSession(sessionId: string): Promise<void>;
  /** Sessions that have samples, in order of their ids. */
  sessions(): Promise<string[]>;
  /** In order of group, then of field. */
  channels(sessionId: string): Promise<ChannelSummary[]>;
  /** History and what is being recorded in one: in the order of the channels asked for. */
  query(query: SampleQuery): Promise<Series[]>;
  /** Whole rows of a group, NaN where a channel has no sample. Throws StoreError "not-found". */
  readGroup(sessionId: string, group: string, channels?: readonly string[]): Promise<Group>;
  /** SHA-256 of all columns: equal for equal samples, whatever the store and however they came in. */
  digest(sessionId: string): Promise<string>;
}
