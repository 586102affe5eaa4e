import { isDeepStrictEqual } from "node:util";
import type { RetimeReport as PlainReport } from "@pitwall/api";
import { type ComparedLaps, compareLaps, trackNamed } from "@pitwall/laps";
import { asStoreError, type LapRow, type SessionRow, StoreError, type Timing } from "@pitwall/store";
import type { DataFolder } from "../data-folder.ts";
import { computeLaps, storeLaps } from "./session-laps.ts";

export type RetimeOptions = {
  /** Only sessions that were timed on this track, or are now. */
  readonly track?: string;
  readonly session?: string;
  /** Says what would change, and stores nothing. */
  readonly dryRun?: boolean;
  readonly progress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
};

type Where = Pick<Timing, "track" | "layout" | "source">;

export type RetimedSession = ComparedLaps<LapRow> & {
  readonly session: string;
  readonly vehicle: string;
  readonly startUs: number;
  /** Undefined where it was never timed. */
  readonly before: Where | undefined;
  readonly after: Where;
  /** All of its laps now. */
  readonly laps: number;
};

export type RetimeReport = {
  /** Those of which anything became different. */
  readonly changed: readonly RetimedSession[];
  /** Sessions that were looked at, of all that should have been. */
  readonly timed: number;
  readonly total: number;
  readonly failed: readonly { readonly session: string; readonly reason: string }[];
};

/**
 * Times sessions that have ended again, on the tracks as they are now, and says which laps became others. Stopped
 * between two sessions, each is as it was or as it is now. Throws StoreError "not-found", LapsError "missing".
 */
export async function retimeArchive(data: DataFolder, options: RetimeOptions = {}): Promise<RetimeReport> {
  const sessions = chosen(data, options.session);
  const track = options.track === undefined ? undefined : nameOf(data, options.track);
  const changed: RetimedSession[] = [];
  const failed: { session: string; reason: string }[] = [];
  let timed = 0;
  for (const [i, row] of sessions.entries()) {
    if (options.signal?.aborted) break;
    try {
      const found = await data.turns.run(row.id, () => one(data, row, track, options.dryRun === true));
      if (found) changed.push(found);
    } catch (e) {
      failed.push({ session: row.id, reason: asStoreError(e, row.id).reason });
    }
    timed++;
    options.progress?.(i + 1, sessions.length);
  }
  return { changed, timed, total: sessions.length, failed };
}

/** As plain data, with totals; sessions that were timed for the first time do not count in these. */
export function plainReport(report: RetimeReport, dryRun: boolean): PlainReport {
  const all = report.changed.filter((s) => s.before).flatMap((s) => s.changes);
  const where = ({ track, layout, source }: Where) => ({ track, layout, source });
  const plain = (lap: LapRow | undefined) =>
    lap ? { ...lap, flags: [...lap.flags], sectorsS: [...lap.sectorsS] } : null;
  return {
    timed: report.timed,
    total: report.total,
    dryRun,
    changedLaps: all.filter((c) => c.before && c.after).length,
    appearedLaps: all.filter((c) => !c.before).length,
    vanishedLaps: all.filter((c) => !c.after).length,
    failed: [...report.failed],
    sessions: report.changed.map(({ before, after, changes, ...rest }) => ({
      ...rest,
      before: before ? where(before) : null,
      after: where(after),
      changes: changes.map((c) => ({
        before: plain(c.before),
        after: plain(c.after),
        differenceS: Number.isFinite(c.differenceS) ? Math.round(c.differenceS * 1e6) / 1e6 : null,
      })),
    })),
  };
}

async function one(
  data: DataFolder,
  row: SessionRow,
  track: string | undefined,
  dryRun: boolean,
): Promise<RetimedSession | undefined> {
  const { laps } = data.catalogue;
  const before = laps.of(row.id);
  const computed = await computeLaps(data, row.id);
  const after = computed.timing;
  if (track !== undefined && before?.track !== track && after.track !== track) return undefined;
  const whole = !laps.untimed().includes(row.id);
  if (whole && isDeepStrictEqual(before, after)) return undefined;
  if (!dryRun) await storeLaps(data, row.id, computed);
  const { id: session, vehicle, startUs } = row;
  const compared = compareLaps(before?.laps ?? [], after.laps);
  return { session, vehicle, startUs, before, after, laps: after.laps.length, ...compared };
}

/** The oldest first. */
function chosen(data: DataFolder, session: string | undefined): SessionRow[] {
  const { catalogue } = data;
  if (session === undefined)
    return catalogue
      .sessions()
      .filter((s) => s.state !== "open")
      .reverse();
  const row = catalogue.session(session);
  if (!row) throw new StoreError("not-found", session, "there is no such session");
  if (row.state === "open") throw new StoreError("not-found", session, "is still being recorded");
  return [row];
}

/** Of a track that is known, or that sessions were timed on before it was deleted. */
function nameOf(data: DataFolder, track: string): string {
  for (const { track: name } of data.catalogue.laps.summaries().values())
    if (name?.toLowerCase() === track.toLowerCase()) return name;
  const known = data.tracks.all().map((k) => k.track);
  return trackNamed(known, track).name;
}
