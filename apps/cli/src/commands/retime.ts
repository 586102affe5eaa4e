import type { ApiClient, RetimeReport } from "@pitwall/api";
import { plainReport, retimeArchive } from "@pitwall/server/archive";
import { command, type ExitCode, type Io, UsageError } from "../command.ts";
import { openPlace } from "../place.ts";
import { type Bar, progressBar } from "../progress.ts";
import { retimeText } from "../retime-text.ts";

type Values = {
  readonly track?: string | undefined;
  readonly session?: string | undefined;
  readonly "dry-run"?: boolean | undefined;
  readonly json?: boolean | undefined;
  readonly data?: string | undefined;
};
type Chosen = { readonly track?: string; readonly session?: string; readonly dryRun: boolean };

export const retime = command({
  name: "retime",
  summary: "time the archive again on the tracks as they are now, and list the laps that changed",
  usage: "pitwall retime [--track NAME] [--session ID] [--dry-run] [--json]",
  options: {
    track: { type: "string" },
    session: { type: "string" },
    "dry-run": { type: "boolean" },
  },
  async run({ values, positionals }, io) {
    if (positionals.length > 0) throw new UsageError(`a session is named with --session ${positionals[0]}`);
    return runRetime(values, io);
  },
});

export async function runRetime(values: Values, io: Io): Promise<ExitCode> {
  const chosen: Chosen = {
    ...(values.track !== undefined && { track: values.track }),
    ...(values.session !== undefined && { session: values.session }),
    dryRun: values["dry-run"] === true,
  };
  await using place = await openPlace(io, values);
  const bar = progressBar(io, "timing sessions");
  const report = await (place.data
    ? retimeArchive(place.data, { ...chosen, progress: bar.update, signal: io.signal }).then((r) =>
        plainReport(r, chosen.dryRun),
      )
    : overHttp(place.server.api, chosen, bar, io.signal)
  ).finally(bar.end);
  await io.out(values.json ? `${JSON.stringify(report)}\n` : `${retimeText(report)}\n`);
  for (const f of report.failed) io.err(`${f.session}: could not be timed: ${f.reason}`);
  if (chosen.dryRun && report.sessions.length > 0) io.err("nothing was stored: this was a dry run");
  if (report.timed < report.total)
    io.err(
      `stopped after ${report.timed} of ${report.total} sessions; each is whole, the others are as they were`,
    );
  return report.failed.length > 0 || report.timed < report.total ? 1 : 0;
}

/** Session by session, so that each answer comes soon. */
async function overHttp(
  api: ApiClient,
  chosen: Chosen,
  bar: Bar,
  signal: AbortSignal,
): Promise<RetimeReport> {
  const all = chosen.session === undefined ? await api.sessions() : [];
  const ids = chosen.session === undefined ? ended(all) : [chosen.session];
  let sum: RetimeReport = {
    timed: 0,
    total: ids.length,
    dryRun: chosen.dryRun,
    changedLaps: 0,
    appearedLaps: 0,
    vanishedLaps: 0,
    failed: [],
    sessions: [],
  };
  for (const session of ids) {
    if (signal.aborted) break;
    const one = await api.retime({ ...chosen, session });
    sum = {
      ...sum,
      timed: sum.timed + one.timed,
      changedLaps: sum.changedLaps + one.changedLaps,
      appearedLaps: sum.appearedLaps + one.appearedLaps,
      vanishedLaps: sum.vanishedLaps + one.vanishedLaps,
      failed: [...sum.failed, ...one.failed],
      sessions: [...sum.sessions, ...one.sessions],
    };
    bar.update(sum.timed, ids.length);
  }
  return sum;
}

/** The oldest first, as in the folder. */
const ended = (all: Awaited<ReturnType<ApiClient["sessions"]>>): string[] =>
  all
    .filter((s) => s.state !== "open")
    .map((s) => s.id)
    .reverse();
