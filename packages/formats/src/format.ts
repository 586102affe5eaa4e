import type { ProtocolOptions, Recording } from "@pitwall/core";
import type { ByteSource } from "./byte-source.ts";
import type { CsvMapping, MappingDesk } from "./generic-csv/mapping.ts";

export type Progress = { readonly bytes: number; readonly total: number | undefined };

export type ReadOptions = {
  /** The file's name: a hint for what the content leaves open, and the title where the file has none. */
  readonly name?: string;
  /** Bytes in all, where the source is a stream and somebody knows. */
  readonly size?: number;
  readonly progress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
  /** The file's format by its id, where somebody knows it; otherwise it is recognised by its content. */
  readonly format?: string;
  /** Text of a DBC file: what the identifiers of a CAN log mean. */
  readonly dbc?: string;
  /** Protocol of the devices on the bus of a CAN log, by its name. */
  readonly protocol?: string;
  /** Its options; those of a DBC file (`map`, `profile`) too. */
  readonly protocolOptions?: ProtocolOptions;
  /** Explains the columns of a table without known names. */
  readonly mapping?: CsvMapping;
  /** Where mappings are asked for once and remembered. */
  readonly mappings?: MappingDesk;
  /** Told the mapping that a table was read by: with it the same table is read the same way again. */
  readonly onMapping?: (mapping: CsvMapping) => void;
  /** Day (UTC, `YYYY-MM-DD`) for files that give only the time of day. */
  readonly date?: string;
  /** Text of the .ldx file beside a MoTeC log: its beacons. */
  readonly ldx?: string;
  /** VBO files count longitude positive to the west. For those that do not. */
  readonly eastPositive?: boolean;
};

export type WriteOptions = {
  /** Which position and speed go into formats that hold one: as received, or as fused. As received where it is there. */
  readonly position?: "gnss" | "vehicle";
  /** Rows a second of formats with one fixed rate; by default that of the fastest channel, at most 100. */
  readonly rateHz?: number;
  /** Name of the writing program in formats that want one. */
  readonly creator?: string;
  /** When the file is written, µs since the Unix epoch, in formats that want it; by default the recording's first sample. */
  readonly createdUs?: number;
  /** Measurement of line protocol. */
  readonly measurement?: string;
  /** Tags of line protocol. */
  readonly tags?: Readonly<Record<string, string>>;
};

/** What a format can hold of a recording; the table of the documentation is made of it. */
export type Carries = {
  /** `own`: each group keeps its times; `position`: one row a fix; `fixed`: everything resampled to one rate. */
  readonly times: "own" | "position" | "fixed" | "none";
  readonly absoluteTime: boolean;
  /** `all` channels, only the `listed` ones, or the position alone. */
  readonly channels: "all" | "listed" | "position" | "none";
  /** A sample that is not there can be told from one that is. */
  readonly gaps: boolean;
  readonly laps: "numbers" | "times" | "none";
  readonly gates: boolean;
  readonly remarks: string;
};

export interface Format {
  readonly id: string;
  readonly title: string;
  /** Lower case, without the dot; the first is the one to write. */
  readonly extensions: readonly string[];
  /** How sure the first bytes (up to 64 KiB) make us, 0 to 1; 0.5 and below is a guess. Must not throw. */
  sniff(head: Uint8Array, name?: string): number;
  /** Throws FormatError where nothing can be read; what can be read of a damaged file is returned. */
  read?(source: ByteSource, options: ReadOptions): Promise<Recording>;
  /** Pieces are the receiver's to keep. Throws FormatError where the recording has nothing that the format can hold. */
  write?(recording: Recording, options: WriteOptions): AsyncIterable<Uint8Array>;
  readonly carries: Carries;
}
