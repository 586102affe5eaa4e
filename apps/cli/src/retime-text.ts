import type { LapRow, RetimeReport } from "@pitwall/api";
import { lapTime } from "./lap-time.ts";

type Session = RetimeReport["sessions"][number];
type Change = Session["changes"][number];

/** Enough to see by what: the list in full is in `--json`. */
const MOST_LAPS = 40;

const where = (of: Session["after"]): string =>
  of.track === null
    ? of.source === "file"
      ? "gates of the file"
      : "no known track"
    : `${of.track}, ${of.layout}`;

function heading(s: Session): string {
  const day = new Date(s.startUs / 1000).toISOString().slice(0, 16).replace("T", " ");
  const moved = s.before && where(s.before) !== where(s.after) ? ` (was: ${where(s.before)})` : "";
  return `${s.session}  ${s.vehicle}  ${day}  ${where(s.after)}${moved}`;
}

const signed = (s: number): string => `${s < 0 ? "-" : "+"}${Math.abs(s).toFixed(3)}`;
const stateOf = (lap: LapRow): string =>
  lap.kind !== "lap" ? `${lap.kind} lap` : lap.valid ? "" : "not valid";

function changeLine({ before, after, differenceS }: Change): string {
  const number =
    before && after && before.number !== after.number
      ? `${before.number} → ${after.number}`
      : String((after ?? before)!.number);
  const state =
    before && after
      ? stateOf(before) === stateOf(after)
        ? stateOf(after)
        : `${stateOf(before) || "lap"} → ${stateOf(after) || "lap"}`
      : [after ? "appeared" : "vanished", stateOf((after ?? before)!)].filter((t) => t !== "").join(", ");
  return [
    number.padStart(8),
    (before ? lapTime(before.timeS) : "-").padStart(10),
    (after ? lapTime(after.timeS) : "-").padStart(10),
    (differenceS === null ? "" : signed(differenceS)).padStart(10),
    state,
  ]
    .join("  ")
    .trimEnd();
}

function sessionText(s: Session): string[] {
  const lines = [heading(s)];
  if (!s.before) return [...lines, `    timed for the first time: ${laps(s.laps)}`, ""];
  if (s.changes.length > 0) {
    lines.push(`     lap  ${"before".padStart(10)}  ${"after".padStart(10)}  ${"difference".padStart(10)}`);
    lines.push(...s.changes.slice(0, MOST_LAPS).map(changeLine));
    if (s.changes.length > MOST_LAPS) lines.push(`    and ${s.changes.length - MOST_LAPS} more (--json)`);
  }
  if (s.resectored > 0) lines.push(`    ${laps(s.resectored)} with other sectors and the same time`);
  if (s.unchanged > s.resectored) lines.push(`    ${laps(s.unchanged - s.resectored)} as before`);
  return [...lines, ""];
}

const laps = (n: number): string => (n === 1 ? "1 lap" : `${n} laps`);

/** Each lap that changed, and what it comes to. */
export function retimeText(report: RetimeReport): string {
  return [...report.sessions.flatMap(sessionText), retimeSummary(report)].join("\n");
}

function retimeSummary(report: RetimeReport): string {
  const { changedLaps, appearedLaps, vanishedLaps } = report;
  const sessions = `${report.timed} ${report.timed === 1 ? "session" : "sessions"} timed again`;
  if (report.sessions.length === 0) return `${sessions}: nothing changed`;
  return `${sessions}, ${report.sessions.length} of them with changes: ${laps(changedLaps)} changed, ${appearedLaps} appeared, ${vanishedLaps} vanished`;
}
