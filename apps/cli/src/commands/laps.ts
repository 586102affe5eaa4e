import { lapsReport, type ReportedLap } from "@pitwall/laps";
import { command, UsageError } from "../command.ts";
import { lapTime } from "../lap-time.ts";
import { LAYOUT, LAYOUT_USAGE, layoutOf } from "../layout-options.ts";
import { READING, READING_USAGE } from "../reading-options.ts";
import { openRecording } from "../recordings.ts";

const line = (lap: ReportedLap, bestS: number | null): string =>
  [
    String(lap.number).padStart(4),
    lapTime(lap.timeS).padStart(11),
    lap.uncertaintyS === null ? "          " : `± ${lap.uncertaintyS.toFixed(3)} s`.padStart(10),
    lap.kind.padEnd(4),
    lap.sectorsS.map((s) => (s === null ? "missed" : s.toFixed(3)).padStart(8)).join(" "),
    lap.valid && lap.timeS === bestS ? "best" : lap.flags.join(", "),
  ]
    .join("  ")
    .trimEnd();

export const laps = command({
  name: "laps",
  summary: "lap times of a file or a session",
  usage: `pitwall laps FILE-or-SESSION ${LAYOUT_USAGE} [--json] ${READING_USAGE}`,
  options: {
    ...READING,
    ...LAYOUT,
  },
  async run({ values, positionals }, io) {
    const [what, ...more] = positionals;
    if (what === undefined || more.length > 0) throw new UsageError("one file or session");
    const options = await layoutOf(io, values);
    const recording = await openRecording(io, what, values);
    const report = lapsReport(recording, options);
    if (values.json) {
      const { laps, bestS, theoreticalBestS, notes, track } = report;
      await io.out(`${JSON.stringify({ laps, bestS, theoreticalBestS, notes, track })}\n`);
      return 0;
    }
    const lines = report.laps.map((l) => line(l, report.bestS));
    if (report.track !== undefined) lines.unshift(`track ${report.track}`);
    if (report.bestS !== null) lines.push(`best              ${lapTime(report.bestS)}`);
    if (report.theoreticalBestS !== null) lines.push(`theoretical best  ${lapTime(report.theoreticalBestS)}`);
    await io.out(lines.length === 0 ? "no laps\n" : `${lines.join("\n")}\n`);
    for (const note of report.notes) io.err(note);
    return 0;
  },
});
