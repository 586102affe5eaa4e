import type { DatabaseSync } from "node:sqlite";
import type { RecordedGate } from "@pitwall/core";

/** A lap as it was timed last. */
export type LapRow = {
  readonly number: number;
  readonly kind: "out" | "lap" | "in";
  readonly startUs: number;
  readonly endUs: number;
  readonly timeS: number;
  /** Half width of the 95 % interval. */
  readonly uncertaintyS: number | null;
  readonly valid: boolean;
  readonly flags: readonly string[];
  /** null where a sector's line was missed. */
  readonly sectorsS: readonly (number | null)[];
};

/** The laps of a session, and what they were timed on. */
export type Timing = {
  /** null where no known track was recognised. */
  readonly track: string | null;
  readonly layout: string | null;
  /** Where the gates come from: own, library, file, suggested. */
  readonly source: string | null;
  /** The gates as they were. */
  readonly gates: readonly RecordedGate[];
  readonly notes: readonly string[];
  readonly laps: readonly LapRow[];
};

/** What of the laps belongs into a list of sessions. */
export type TimingSummary = {
  readonly track: string | null;
  readonly layout: string | null;
  /** Whole laps, valid or not. */
  readonly laps: number;
  readonly bestS: number | null;
};

export type BestQuery = {
  readonly track: string;
  readonly layout: string;
  readonly vehicle?: string;
  /** Only laps of sessions that began before. */
  readonly beforeUs?: number;
};
export type BestLap = {
  readonly session: string;
  readonly vehicle: string;
  readonly number: number;
  readonly startUs: number;
  readonly timeS: number;
};

/** Laps by session: derived, so that losing them costs a run over the stored fixes. */
export interface LapTable {
  /** What depends on the laps of a session is about to be replaced: until `save`, the session counts as not timed. */
  begin(session: string): void;
  /** Replaces the laps of a session. Those of a session that is not there are dropped. */
  save(session: string, timing: Timing): void;
  /** Undefined while it was never timed. What is being replaced is still given. */
  of(session: string): Timing | undefined;
  /** By session; without those that were never timed. */
  summaries(): ReadonlyMap<string, TimingSummary>;
  /** Sessions that have ended and are not timed, or whose timing was cut short; the newest first. */
  untimed(): string[];
  /** The fastest valid lap; undefined without one. */
  best(query: BestQuery): BestLap | undefined;
}

export function openLapTable(db: DatabaseSync): LapTable {
  const exists = db.prepare("SELECT 1 FROM sessions WHERE id = ?");
  const begin = db.prepare(
    `INSERT INTO timings (session, complete, gates, notes) SELECT id, 0, '[]', '[]' FROM sessions WHERE id = ?
     ON CONFLICT (session) DO UPDATE SET complete = 0`,
  );
  const remove = db.prepare("DELETE FROM timings WHERE session = ?");
  const insert = db.prepare("INSERT INTO timings VALUES (?, 1, ?, ?, ?, ?, ?)");
  const insertLap = db.prepare("INSERT INTO laps VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  const one = db.prepare("SELECT track, layout, source, gates, notes FROM timings WHERE session = ?");
  const laps = db.prepare(
    `SELECT number, kind, start_us AS "startUs", end_us AS "endUs", time_s AS "timeS", uncertainty_s AS "uncertaintyS",
     valid, flags, sectors FROM laps WHERE session = ? ORDER BY place`,
  );
  const summaries = db.prepare(
    `SELECT t.session, t.track, t.layout, count(l.number) AS laps,
     min(CASE WHEN l.valid THEN l.time_s END) AS "bestS"
     FROM timings t LEFT JOIN laps l ON l.session = t.session AND l.kind = 'lap' GROUP BY t.session`,
  );
  const untimed = db.prepare(
    `SELECT s.id FROM sessions s LEFT JOIN timings t ON t.session = s.id
     WHERE s.state <> 'open' AND (t.complete IS NULL OR t.complete = 0) ORDER BY s.start_us DESC, s.id`,
  );
  const best = db.prepare(
    `SELECT l.session, s.vehicle, l.number, l.start_us AS "startUs", l.time_s AS "timeS"
     FROM laps l JOIN timings t ON t.session = l.session JOIN sessions s ON s.id = l.session
     WHERE l.valid AND t.track = ? AND t.layout = ? AND s.start_us < ? AND (? = '' OR s.vehicle = ?)
     ORDER BY l.time_s, l.start_us LIMIT 1`,
  );
  const json = <T>(text: unknown): T => JSON.parse(String(text)) as T;
  return {
    begin: (session) => void begin.run(session),
    save(session, t) {
      db.exec("BEGIN IMMEDIATE");
      try {
        remove.run(session);
        if (exists.get(session)) {
          insert.run(session, t.track, t.layout, t.source, JSON.stringify(t.gates), JSON.stringify(t.notes));
          for (const [i, l] of t.laps.entries())
            insertLap.run(
              session,
              i,
              l.number,
              l.kind,
              Math.round(l.startUs),
              Math.round(l.endUs),
              l.timeS,
              l.uncertaintyS,
              l.valid ? 1 : 0,
              JSON.stringify(l.flags),
              JSON.stringify(l.sectorsS),
            );
        }
        db.exec("COMMIT");
      } catch (e) {
        db.exec("ROLLBACK");
        throw e;
      }
    },
    of(session) {
      const row = one.get(session);
      if (!row) return undefined;
      const { track, layout, source } = row as Pick<Timing, "track" | "layout" | "source">;
      return {
        track,
        layout,
        source,
        gates: json(row["gates"]),
        notes: json(row["notes"]),
        laps: laps.all(session).map((l) => {
          const { flags, sectors, valid, ...rest } = l as Omit<LapRow, "flags" | "sectorsS" | "valid"> & {
            flags: string;
            sectors: string;
            valid: number;
          };
          return { ...rest, valid: valid === 1, flags: json(flags), sectorsS: json(sectors) };
        }),
      };
    },
    summaries: () =>
      new Map(
        summaries.all().map((r) => {
          const { session, ...rest } = r as TimingSummary & { session: string };
          return [session, rest];
        }),
      ),
    untimed: () => untimed.all().map((r) => String(r["id"])),
    best({ track, layout, vehicle = "", beforeUs = Number.MAX_SAFE_INTEGER }) {
      const row = best.get(track, layout, Math.round(beforeUs), vehicle, vehicle);
      return row ? { ...(row as BestLap) } : undefined;
    },
  };
}
