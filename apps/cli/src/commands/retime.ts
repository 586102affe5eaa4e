import { openData, plainReport, retimeArchive } from "@pitwall/server";
import { command, type ExitCode, type Io, UsageError } from "../command.ts";
import { dataOf, tellProblem } from "../data.ts";
import { progressBar } from "../progress.ts";
import { retimeText } from "../retime-text.ts";

type Values = {
  readonly track?: string | undefined;
  readonly session?: string | undefined;
  readonly "dry-run"?: boolean | undefined;
  readonly json?: boolean | undefined;
  readonly data?: string | undefined;
};

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
  const dryRun = values["dry-run"] === true;
  await using data = await openData(dataOf(values), tellProblem(io));
  const bar = progressBar(io, "timing sessions");
  const report = await retimeArchive(data, {
    ...(values.track !== undefined && { track: values.track }),
    ...(values.session !== undefined && { session: values.session }),
    dryRun,
    progress: bar.update,
    signal: io.signal,
  }).finally(bar.end);
  await io.out(values.json ? `${JSON.stringify(plainReport(report, dryRun))}\n` : `${retimeText(report)}\n`);
  for (const f of report.failed) io.err(`${f.session}: could not be timed: ${f.reason}`);
  if (dryRun && report.changed.length > 0) io.err("nothing was stored: this was a dry run");
  if (report.timed < report.total)
    io.err(
      `stopped after ${report.timed} of ${report.total} sessions; each is whole, the others are as they were`,
    );
  return report.failed.length > 0 || report.timed < report.total ? 1 : 0;
}
