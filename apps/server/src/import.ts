import { open, stat } from "node:fs/promises";
import { basename, extname } from "node:path";
import type { Recording } from "@pitwall/core";
import { chooseFormat, type ReadOptions, readRecording } from "@pitwall/formats";
import { createPipeline, type Pipeline } from "@pitwall/pipeline";
import { createBlackboxFramer } from "@pitwall/protocols";
import {
  type ClosedSession,
  readMcap,
  readMcapInfo,
  type SessionRef,
  type SourceMeta,
  StoreError,
} from "@pitwall/store";
import { companionsOf } from "./companions.ts";
import type { DataFolder } from "./data-folder.ts";
import { deriveSession, type Progress } from "./derive.ts";
import { filePieces } from "./file-pieces.ts";
import { framesReceived } from "./frames-received.ts";
import { fileProtocol, ImportedFiles } from "./imported-files.ts";
import { safeName } from "./ingest/door.ts";
import { keptOf, READING, readingToBytes } from "./reading.ts";
import { STATED, statedText } from "./stated.ts";

const PIECE = 64 * 1024;

export type Imported = {
  readonly session: string;
  readonly format: string;
  readonly notes: readonly string[];
  /** What of the file could not be read. */
  readonly problems?: NonNullable<Recording["problems"]>;
};

export type ImportOptions = {
  readonly vehicle?: string;
  readonly progress?: Progress;
  /** How the file is to be read; what of it is needed to read the file again is kept with the session. */
  readonly reading?: ReadOptions;
};

/**
 * Stores a recording as a session: its bytes in the journal, then derived from there like any other. Stopped by its
 * signal before the journal has the whole file, nothing of it stays; after that the work is finished.
 */
export async function importFile(
  data: DataFolder,
  file: string,
  options: ImportOptions = {},
): Promise<Imported> {
  const head = await readHead(file);
  if (head.length === 0) throw new StoreError("corrupt", file, "is empty");
  const title = basename(file);
  const named = options.vehicle ?? safeName(basename(file, extname(file)));
  const progress = options.progress ?? (() => {});
  const reading = { ...(await companionsOf(file)), ...options.reading };
  const mcap = head.length >= 8 && Buffer.from(head.subarray(1, 5)).toString("latin1") === "MCAP";
  const journal = mcap ? await readMcapInfo(file) : undefined;
  if (journal?.vehicle)
    return importJournal(
      data,
      file,
      title,
      { ...journal, vehicle: options.vehicle ?? journal.vehicle },
      progress,
    );
  if (reading.format === undefined && reading.protocol === undefined && looksLikeBlackbox(head))
    return importBlackbox(data, file, title, named, progress);

  const format = chooseFormat(head, { ...reading, name: title })?.id;
  if (format === undefined)
    throw new StoreError(
      "unsupported",
      file,
      "is in no format that Pitwall knows; the captured bytes of a device are read with --protocol NAME",
    );
  let { mapping } = reading;
  const files = new ImportedFiles();
  const meta: SourceMeta = {
    device: "file",
    boot: "",
    name: title.slice(0, 64),
    protocol: fileProtocol(format),
  };
  const found = await lookThrough(
    file,
    {
      ...reading,
      name: title,
      format,
      progress: bytesOf(progress),
      onMapping: (m) => {
        mapping = m;
      },
    },
    (recording) => files.knows(meta, recording),
  );
  if (!Number.isFinite(found.startUs)) throw new StoreError("corrupt", file, "holds no sample");
  const vehicle = options.vehicle ?? safeName(found.vehicle ?? named);
  const ref = newSession(data, vehicle, found.startUs, title);
  try {
    const arrivalUs = Math.round(found.startUs);
    const how = readingToBytes({ ...keptOf(mapping ? { ...reading, mapping } : reading), name: title });
    const source = data.journal.source(ref, { ...meta, protocol: READING });
    data.journal.append(source, how, 0, how.length, arrivalUs, Number.NaN, 0);
    const bytes = await journalFile(data, ref, meta, file, arrivalUs, reading.signal);
    // a file that grew meanwhile is read again, from what the journal has of it
    if (bytes !== found.bytes) files.forget();
    const known = { stated: found.stated, files };
    const imported = await finish(data, ref, format, found.notes, progress, known);
    return found.problems ? { ...imported, problems: found.problems } : imported;
  } catch (e) {
    // what the journal has whole is kept, and derived when the folder is opened next
    if (data.journal.openSession(ref.id) || !data.journal.closedIds.includes(ref.id))
      await dropSession(data, ref.id).catch(() => {});
    throw e;
  }
}

/** Forgets a session everywhere. */
export async function dropSession(data: DataFolder, id: string): Promise<void> {
  await data.samples.deleteSession(id);
  await data.journal.deleteSession(id);
  data.catalogue.deleteSession(id);
}

const bytesOf =
  (progress: Progress): NonNullable<ReadOptions["progress"]> =>
  (p) =>
    progress(p.bytes, p.total);

type FirstLook = Pick<Recording, "notes" | "vehicle" | "problems"> & {
  readonly startUs: number;
  readonly stated: string | undefined;
  readonly bytes: number;
};

/** Reads the file for what the session is named by, and hands the recording on, so that it need not be read again. */
async function lookThrough(
  file: string,
  options: ReadOptions,
  keep: (recording: Recording) => void,
): Promise<FirstLook> {
  const { size } = await stat(file);
  let bytes = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const piece of filePieces(file)) {
      bytes += piece.length;
      yield piece;
    }
  }
  const recording = await readRecording(counted(), { ...options, size });
  keep(recording);
  const { groups, notes, vehicle, problems } = recording;
  let startUs = Number.POSITIVE_INFINITY;
  for (const g of groups) startUs = Math.min(startUs, g.tUs[0] ?? startUs);
  return {
    startUs,
    notes,
    stated: statedText(recording),
    bytes,
    ...(vehicle === undefined ? {} : { vehicle }),
    ...(problems === undefined ? {} : { problems }),
  };
}

async function journalFile(
  data: DataFolder,
  ref: SessionRef,
  meta: SourceMeta,
  file: string,
  arrivalUs: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  const source = data.journal.source(ref, meta);
  let seq = 0;
  let length = 0;
  for await (const bytes of filePieces(file, PIECE)) {
    signal?.throwIfAborted();
    data.journal.append(source, bytes, 0, bytes.length, arrivalUs, Number.NaN, seq++);
    length += bytes.length;
    if (data.journal.pendingBytes > 16 * PIECE) await data.journal.committed();
  }
  return length;
}

async function importBlackbox(
  data: DataFolder,
  file: string,
  title: string,
  vehicle: string,
  progress: Progress,
): Promise<Imported> {
  // a Blackbox knows only the time since its start: the file's own time is when the last packet came
  const endUs = Math.round((await stat(file)).mtimeMs * 1000);
  const atUs: number[] = [];
  const eachFrame = async (take: (bytes: Uint8Array) => void) => {
    const framer = createBlackboxFramer((bytes, _v, start, end) => take(bytes.subarray(start, end)));
    for await (const piece of filePieces(file)) framer.push(piece);
    framer.end();
  };
  const clock: Pipeline = createPipeline();
  await eachFrame((frame) => {
    const offset = frame[0] === 0x55 ? 2 : 3;
    atUs.push(new DataView(frame.buffer, frame.byteOffset).getUint32(offset, true) * 1000);
  });
  clock.end();
  const last = atUs.at(-1) ?? 0;
  const startUs = endUs - (last - (atUs[0] ?? 0));
  const ref = newSession(data, vehicle, startUs, title);
  const source = data.journal.source(ref, { device: "file", boot: "", name: "file", protocol: "blackbox" });
  let seq = 0;
  await eachFrame((frame) => {
    data.journal.append(source, frame, 0, frame.length, endUs - (last - atUs[seq]!), Number.NaN, seq);
    seq++;
  });
  return finish(data, ref, "blackbox", [], progress);
}

async function importJournal(
  data: DataFolder,
  file: string,
  title: string,
  journal: ClosedSession,
  progress: Progress,
): Promise<Imported> {
  let ref: SessionRef | undefined;
  for await (const frame of readMcap(file, data.onProblem)) {
    ref ??= newSession(data, journal.vehicle, frame.arrivalUs, title);
    const source = data.journal.source(ref, frame.source);
    data.journal.append(source, frame.bytes, 0, frame.bytes.length, frame.arrivalUs, frame.bootUs, frame.seq);
    if (data.journal.pendingBytes > 16 * PIECE) await data.journal.committed();
  }
  if (!ref) throw new StoreError("corrupt", file, "is a journal without a frame");
  return finish(data, ref, "journal", [], progress, { stated: journal.attributes[STATED] });
}

async function finish(
  data: DataFolder,
  ref: SessionRef,
  format: string,
  notes: readonly string[],
  progress: Progress,
  known: { readonly stated?: string | undefined; readonly files?: ImportedFiles } = {},
): Promise<Imported> {
  const { stated, files } = known;
  await data.journal.committed();
  const closed = await data.journal.closeSession(ref.id, {
    imported: "true",
    title: data.catalogue.session(ref.id)?.title ?? "",
    ...(stated === undefined ? {} : { [STATED]: stated }),
  });
  await deriveImported(data, closed, progress, files);
  return { session: ref.id, format, notes };
}

/** Derives an imported session from its closed journal, and says in the catalogue how long it is. */
export async function deriveImported(
  data: DataFolder,
  closed: ClosedSession,
  progress?: Progress,
  files?: ImportedFiles,
): Promise<void> {
  await deriveSession(data, closed.id, progress, files);
  data.catalogue.closeSession(closed.id, {
    state: "imported",
    endUs: await endOf(data, closed.id, closed.endUs),
    frames: framesReceived(closed),
  });
}

async function endOf(data: DataFolder, id: string, otherwise: number): Promise<number> {
  let last = Number.NEGATIVE_INFINITY;
  for (const c of await data.samples.channels(id)) last = Math.max(last, c.lastUs);
  return Number.isFinite(last) ? last : otherwise;
}

function newSession(data: DataFolder, vehicle: string, startUs: number, title: string): SessionRef {
  const stamp = new Date(startUs / 1000).toISOString().replace(/[-:]/g, "").slice(0, 15);
  const name = safeName(vehicle);
  let id = `${name}-${stamp}`;
  for (let n = 2; data.catalogue.session(id) !== undefined; n++) id = `${name}-${stamp}-${n}`;
  data.catalogue.openSession({ id, vehicle: name, startUs, title });
  return { id, vehicle: name };
}

async function readHead(file: string): Promise<Uint8Array> {
  await using handle = await open(file);
  const head = new Uint8Array(PIECE);
  const { bytesRead } = await handle.read(head, 0, head.length, 0);
  return head.subarray(0, bytesRead);
}

/** Most of the beginning is made of packets whose checksums hold. */
function looksLikeBlackbox(head: Uint8Array): boolean {
  let covered = 0;
  const framer = createBlackboxFramer((_b, _v, start, end) => {
    covered += end - start;
  });
  framer.push(head);
  return covered > 0 && covered >= Math.min(head.length - 82, head.length / 2);
}
