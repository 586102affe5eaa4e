import type { RecordedGate, Recording } from "@pitwall/core";
import { aimCsv } from "./aim/aim-csv.ts";
import { candump } from "./candump/candump.ts";
import { dovex } from "./dovex/dovex.ts";
import { FormatError } from "./errors.ts";
import { fit } from "./fit/fit.ts";
import type { Format, ReadOptions, WriteOptions } from "./format.ts";
import { genericCsv } from "./generic-csv/generic-csv.ts";
import { geojson } from "./geojson/geojson.ts";
import { gpx } from "./gpx/gpx.ts";
import { pitwallJson } from "./json/pitwall-json.ts";
import { kml } from "./kml/kml.ts";
import { lineProtocol } from "./line-protocol/line-protocol.ts";
import { journal, mcap } from "./mcap/mcap.ts";
import { motecCsv } from "./motec/motec-csv.ts";
import { motecLd } from "./motec/motec-ld.ts";
import { channelOf } from "./names/channel-names.ts";
import { splitTitle } from "./names/units.ts";
import { parquet } from "./parquet/parquet.ts";
import { pitwallCsv } from "./pitwall-csv/pitwall-csv.ts";
import { blackboxLog, gnssLog, protocolLog, vescLog } from "./protocol-log/logs.ts";
import { raceCaptureLog } from "./racecapture/racecapture.ts";
import { raceChronoCsv2, raceChronoCsv3 } from "./racechrono/racechrono.ts";
import { type ByteSource, HEAD_LENGTH, peek } from "./source.ts";
import { guessDelimiter } from "./text/delimiter.ts";
import { cellsOf } from "./text/lines.ts";
import { headLines, looksBinary } from "./text/sniff.ts";
import { trackAddictCsv } from "./trackaddict/trackaddict.ts";
import { vbo } from "./vbo/vbo.ts";
import { vescCsv } from "./vesc-csv/vesc-csv.ts";

/** Every file format Pitwall reads or writes. A new one is a folder and a line here. */
export const FORMATS: readonly Format[] = [
  pitwallCsv,
  raceChronoCsv3,
  raceChronoCsv2,
  trackAddictCsv,
  vbo,
  motecCsv,
  motecLd,
  aimCsv,
  raceCaptureLog,
  vescCsv,
  dovex,
  gpx,
  kml,
  geojson,
  pitwallJson,
  fit,
  gnssLog,
  blackboxLog,
  vescLog,
  protocolLog,
  candump,
  mcap,
  journal,
  parquet,
  genericCsv,
  lineProtocol,
];

export const findFormat = (id: string): Format | undefined => FORMATS.find((f) => f.id === id);

export type Recognised = { readonly format: Format; readonly confidence: number };

/** The format of a file by its first bytes (up to 64 KiB); the name decides between guesses only. */
export function recognise(head: Uint8Array, name?: string): Recognised | undefined {
  const extension = name?.toLowerCase().replace(/^.*\./, "");
  let best: Recognised | undefined;
  for (const format of FORMATS) {
    const sure = format.sniff(head.subarray(0, HEAD_LENGTH), name);
    if (sure <= 0) continue;
    const hint = extension !== undefined && format.extensions.includes(extension) ? 0.05 : 0;
    const confidence = sure === 1 ? 1 : Math.min(0.99, sure + hint);
    if (!best || confidence > best.confidence) best = { format, confidence };
  }
  return best;
}

/** The format to read a file by: the one that is named, the log of a named protocol, else the one recognised. */
export function chooseFormat(
  head: Uint8Array,
  options: Pick<ReadOptions, "format" | "protocol" | "name">,
): Format | undefined {
  if (options.format !== undefined) return findFormat(options.format);
  const found = recognise(head, options.name)?.format;
  return options.protocol !== undefined && found !== candump ? protocolLog : found;
}

/** Reads a file of any format, or of the one that the options name. Throws FormatError: "unrecognised", or what the format's reader says. */
export async function readRecording(source: ByteSource, options: ReadOptions = {}): Promise<Recording> {
  const peeked = await peek(source);
  const place = options.name ?? "file";
  if (peeked.head.length === 0) throw new FormatError("empty", place, "the file is empty");
  const format = chooseFormat(peeked.head, options);
  if (!format && options.format === undefined) refuseNothing(peeked.head, place);
  if (!format)
    throw new FormatError(
      "unrecognised",
      place,
      options.format === undefined
        ? "no known format has this content"
        : `there is no format "${options.format}"`,
    );
  if (!format.read) throw new FormatError("unsupported", place, `${format.title}: ${format.carries.remarks}`);
  return withoutGatesOffTheEarth(await format.read(peeked.source, options));
}

/** Says of a file without any sample that it is one: blank lines, or titles alone. Throws FormatError "empty". */
function refuseNothing(head: Uint8Array, place: string): void {
  if (looksBinary(head)) return;
  const lines = headLines(head).filter((l) => l.trim() !== "");
  if (lines.length === 0) throw new FormatError("empty", place, "the file holds only blank lines");
  const titles = cellsOf(lines[0]!, guessDelimiter(lines));
  if (
    lines.length === 1 &&
    titles.length > 1 &&
    titles.some((t) => channelOf(splitTitle(t).name) !== undefined)
  )
    throw new FormatError("empty", place, "the file holds one line of titles, and no row below it");
}

/** A gate that lies nowhere is damage, and must not keep the drive from being timed. */
function withoutGatesOffTheEarth(recording: Recording): Recording {
  const lies = ([lat1, lon1, lat2, lon2]: RecordedGate["ends"]) =>
    Math.abs(lat1) <= 90 && Math.abs(lat2) <= 90 && Math.abs(lon1) <= 180 && Math.abs(lon2) <= 180;
  const off = recording.gates.filter((g) => !lies(g.ends));
  if (off.length === 0) return recording;
  return {
    ...recording,
    gates: recording.gates.filter((g) => lies(g.ends)),
    notes: [...recording.notes, ...off.map((g) => `gate "${g.name}" is no place on earth and is left out`)],
  };
}

/** A recording as a file. Throws FormatError: "unsupported" for an unknown or read-only format. */
export function writeRecording(
  recording: Recording,
  formatId: string,
  options: WriteOptions = {},
): AsyncIterable<Uint8Array> {
  const format = findFormat(formatId);
  if (!format?.write)
    throw new FormatError(
      "unsupported",
      formatId,
      `cannot be written; formats are ${FORMATS.filter((f) => f.write)
        .map((f) => f.id)
        .join(", ")}`,
    );
  return format.write(recording, options);
}
