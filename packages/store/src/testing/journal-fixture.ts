import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StoreProblem } from "../errors.ts";
import { openJournal } from "../journal/journal.ts";
import type { Journal, JournalFrame, JournalOptions, SourceMeta } from "../journal/types.ts";

export const SESSION = { id: "2024-05-01-kart-7-1", vehicle: "kart-7" } as const;
export const META: SourceMeta = { device: "dev-1", boot: "b1", name: "udp", protocol: "blackbox" };
/** 2024-05-01T00:00:00Z */
export const T0 = 1_714_521_600_000_000;

/** A folder of its own that is removed with the fixture. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "pitwall-store-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

export type OpenedJournal = { readonly journal: Journal; readonly problems: StoreProblem[] };

export async function openAt(dir: string, options: Partial<JournalOptions> = {}): Promise<OpenedJournal> {
  const problems: StoreProblem[] = [];
  const journal = await openJournal({ dir, onProblem: (p) => problems.push(p), ...options });
  return { journal, problems };
}

/** Bytes that tell every frame from every other. */
export function frameBytes(seq: number, length = 24): Uint8Array {
  const bytes = new Uint8Array(length);
  new DataView(bytes.buffer).setUint32(0, seq, true);
  for (let i = 4; i < length; i++) bytes[i] = (seq * 31 + i * 7) & 0xff;
  return bytes;
}

/** Appends frames `from` to `to`, both included, of a source of SESSION at 50 Hz. */
export function appendFrames(
  journal: Journal,
  from: number,
  to: number,
  meta: SourceMeta = META,
  session: { id: string; vehicle: string } = SESSION,
): void {
  const source = journal.source(session, meta);
  for (let seq = from; seq <= to; seq++) {
    const bytes = frameBytes(seq);
    journal.append(source, bytes, 0, bytes.length, T0 + seq * 20_000, seq * 20_000, seq);
  }
}

export async function readAll(frames: AsyncIterable<JournalFrame>): Promise<JournalFrame[]> {
  const out: JournalFrame[] = [];
  for await (const f of frames) out.push(f);
  return out;
}

export const seqsOf = (frames: readonly JournalFrame[]): number[] => frames.map((f) => f.seq);
export const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
