import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { asStoreError, type OnStoreProblem, StoreError } from "../errors.ts";
import type { SeqRanges } from "../journal/seq-ranges.ts";
import type { Journal } from "../journal/types.ts";
import { type CalibrationTable, openCalibrationTable } from "./calibration-table.ts";
import { type DeviceRow, openDeviceTable } from "./device-table.ts";
import { type GapRow, openGapLedger } from "./gap-ledger.ts";
import { type LapTable, openLapTable } from "./lap-table.ts";
import { MIGRATIONS } from "./schema.ts";

export type SessionState = "open" | "closed" | "imported";

export type SessionRow = {
  readonly id: string;
  readonly vehicle: string;
  readonly startUs: number;
  readonly endUs: number | null;
  readonly state: SessionState;
  readonly frames: number;
  readonly title: string | null;
};

/** What is known of sessions and devices without reading recordings. All but `calibrations` can be made again from the journal. */
export interface Catalogue extends Disposable {
  /** Newest first. */
  sessions(): SessionRow[];
  session(id: string): SessionRow | undefined;
  /** A session begins, or is taken up again. */
  openSession(row: {
    readonly id: string;
    readonly vehicle: string;
    readonly startUs: number;
    readonly title: string | null;
  }): void;
  closeSession(
    id: string,
    end: { readonly endUs: number; readonly frames: number; readonly state?: "closed" | "imported" },
  ): void;
  deleteSession(id: string): void;
  readonly laps: LapTable;
  /** Which frames of a device's boot have come, over all sessions: a frame that is sent again long after is still known. */
  saveReceived(device: string, boot: string, seen: SeqRanges, nowUs?: number): void;
  received(device: string, boot: string): readonly (readonly [first: number, last: number])[];
  /** Frames of a device that were missing when `saveReceived` was last told, and those that came later. */
  gaps(device: string): GapRow[];
  saveDevice(device: DeviceRow): void;
  devices(): DeviceRow[];
  /** What sessions learnt of the sensors of their vehicles, for the next ones. */
  readonly calibrations: CalibrationTable;
}

export type CatalogueOptions = {
  /** The data folder. */
  readonly dir: string;
  /** What a lost catalogue is made from again. */
  readonly journal: Journal;
  readonly onProblem: OnStoreProblem;
};

const FILE = "catalogue.db";

/** Opens the catalogue. A damaged one is moved aside with a word about it, and made again from the journal. Throws StoreError. */
export async function openCatalogue(options: CatalogueOptions): Promise<Catalogue> {
  const file = join(options.dir, FILE);
  let db: DatabaseSync;
  try {
    db = openChecked(file);
  } catch (e) {
    if (!isDamage(e)) throw asStoreError(e, file);
    const aside = `${file}.corrupt-${new Date().toISOString().replace(/[:.]/g, "-")}`;
    renameSync(file, aside);
    for (const tail of ["-wal", "-shm"]) if (existsSync(file + tail)) renameSync(file + tail, aside + tail);
    options.onProblem({
      code: "corrupt",
      place: file,
      reason: `is damaged; moved to ${aside} and made again from the journal`,
    });
    db = openChecked(file);
  }
  try {
    migrate(db, file);
    const catalogue = bind(db);
    await reconcile(catalogue, options.journal);
    return catalogue;
  } catch (e) {
    db.close();
    throw asStoreError(e, file);
  }
}

function openChecked(file: string): DatabaseSync {
  const db = new DatabaseSync(file);
  try {
    const found = db.prepare("PRAGMA quick_check(1)").get() as { quick_check?: unknown } | undefined;
    if (found?.quick_check !== "ok") throw new StoreError("corrupt", file, String(found?.quick_check));
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON");
    return db;
  } catch (e) {
    db.close();
    throw e;
  }
}

/** SQLITE_CORRUPT is 11, SQLITE_NOTADB 26. */
function isDamage(e: unknown): boolean {
  if (e instanceof StoreError) return e.code === "corrupt";
  const code = (e as { errcode?: unknown } | null)?.errcode;
  return typeof code === "number" && ((code & 0xff) === 11 || (code & 0xff) === 26);
}

function migrate(db: DatabaseSync, file: string): void {
  const { user_version: from } = db.prepare("PRAGMA user_version").get() as { user_version: number };
  if (from > MIGRATIONS.length)
    throw new StoreError(
      "unsupported",
      file,
      `is of version ${from}, made by a newer Pitwall; this one knows ${MIGRATIONS.length}`,
    );
  for (let v = from; v < MIGRATIONS.length; v++) {
    db.exec(`BEGIN IMMEDIATE; ${MIGRATIONS[v]!}; PRAGMA user_version = ${v + 1}; COMMIT`);
  }
}

function bind(db: DatabaseSync): Catalogue {
  const columns = `id, vehicle, start_us AS "startUs", end_us AS "endUs", state, frames, title`;
  const all = db.prepare(`SELECT ${columns} FROM sessions ORDER BY start_us DESC, id`);
  const one = db.prepare(`SELECT ${columns} FROM sessions WHERE id = ?`);
  const open = db.prepare(
    "INSERT INTO sessions (id, vehicle, start_us, state, title) VALUES (?, ?, ?, 'open', ?) ON CONFLICT (id) DO UPDATE SET state = 'open', end_us = NULL",
  );
  const close = db.prepare("UPDATE sessions SET state = ?, end_us = ?, frames = ? WHERE id = ?");
  const remove = db.prepare("DELETE FROM sessions WHERE id = ?");
  const forget = db.prepare("DELETE FROM received WHERE device = ? AND boot = ?");
  const keep = db.prepare("INSERT INTO received (device, boot, first, last) VALUES (?, ?, ?, ?)");
  const ranges = db.prepare("SELECT first, last FROM received WHERE device = ? AND boot = ? ORDER BY first");
  const ledger = openGapLedger(db);
  const devices = openDeviceTable(db);
  const plain = (row: unknown): SessionRow => ({ ...(row as SessionRow) });
  return {
    sessions: () => all.all().map(plain),
    session(id) {
      const row = one.get(id);
      return row === undefined ? undefined : plain(row);
    },
    openSession: (row) => void open.run(row.id, row.vehicle, Math.round(row.startUs), row.title),
    closeSession: (id, end) =>
      void close.run(
        end.state ?? "closed",
        Number.isFinite(end.endUs) ? Math.round(end.endUs) : null,
        end.frames,
        id,
      ),
    deleteSession: (id) => void remove.run(id),
    laps: openLapTable(db),
    calibrations: openCalibrationTable(db),
    saveReceived(device, boot, seen, nowUs = Date.now() * 1000) {
      db.exec("BEGIN IMMEDIATE");
      try {
        forget.run(device, boot);
        for (const [first, last] of seen.ranges) keep.run(device, boot, first, last);
        ledger.note(device, boot, seen, nowUs);
        db.exec("COMMIT");
      } catch (e) {
        db.exec("ROLLBACK");
        throw e;
      }
    },
    received: (device, boot) =>
      ranges.all(device, boot).map((r) => [Number(r["first"]), Number(r["last"])] as const),
    gaps: (device) => ledger.of(device),
    saveDevice: (device) => devices.save(device),
    devices: () => devices.all(),
    [Symbol.dispose]: () => db.close(),
  };
}

/**
 * The journal is the truth: sessions that only it knows are taken in (all of them, where the catalogue is new), and
 * what a crash has left open here and closed, or never written, there is put right.
 */
async function reconcile(catalogue: Catalogue, journal: Journal): Promise<void> {
  const closed = new Set(journal.closedIds);
  for (const row of catalogue.sessions()) {
    if (row.state === "open" && !closed.has(row.id) && !journal.openSession(row.id))
      catalogue.deleteSession(row.id);
    else if (row.state !== "open") closed.delete(row.id);
  }
  for (const id of closed) {
    const s = journal.openSession(id) ? undefined : await journal.closedSession(id);
    if (!s) continue;
    const startUs = Number.isFinite(s.startUs) ? s.startUs : 0;
    catalogue.openSession({ id: s.id, vehicle: s.vehicle, startUs, title: s.attributes["title"] || null });
    const state = s.attributes["imported"] === "true" ? "imported" : "closed";
    catalogue.closeSession(s.id, { endUs: s.endUs, frames: s.frames, state });
  }
  for (const s of journal.openSessions())
    if (!catalogue.session(s.id) && s.frames > 0)
      catalogue.openSession({ id: s.id, vehicle: s.vehicle, startUs: s.firstArrivalUs, title: null });
}
