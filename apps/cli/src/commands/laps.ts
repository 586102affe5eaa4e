import { type LapFlag, lapsReport, type ReportedLap } from "@pitwall/laps";
import { command, UsageError } from "../command.ts";
import { lapTime } from "../lap-time.ts";
import { LAYOUT, LAYOUT_USAGE, layoutOf } from "../layout-options.ts";
import { READING, READING_USAGE } from "../reading-options.ts";
import { openRecording } from "../recordings.ts";

const row = (
  number: string,
  time: string,
  uncertainty: string,
  kind: string,
  sectors: readonly string[],
  remark: string,
): string =>
  [
    number.padStart(4),
    time.padStart(11),
    uncertainty.padStart(10),
    kind.padEnd(4),
    sectors.map((s) => s.padStart(8)).join(" "),
    remark,
  ]
    .join("  ")
    .trimEnd();

const WORDS: Readonly<Record<LapFlag, string>> = {
  "start-estimated": "start not seen, time estimated",
  "end-estimated": "end not seen, time estimated",
  "beside-gate": "passed beside the line",
  gap: "fixes missing",
  "wrong-way": "over the line the wrong way",
  "clock-set": "the device's clock was set",
  pit: "pit",
  "other-line": "ended on another part of the line",
  incomplete: "not the whole way round",
  "no-finish": "not finished",
};

function remarkOf(lap: ReportedLap, bestS: number | null): string {
  if (lap.valid && lap.timeS === bestS) return "best";
  const why = lap.flags.map((f) => WORDS[f]).join(", ");
  return lap.kind === "lap" && !lap.valid ? `does not count: ${why}` : why;
}

/** A line a lap under its titles; none where there are no laps. */
function table(laps: readonly ReportedLap[], bestS: number | null): string[] {
  if (laps.length === 0) return [];
  const sectors = Math.max(...laps.map((l) => l.sectorsS.length));
  return [
    row(
      "lap",
      "time",
      "95 %",
      "kind",
      Array.from({ length: sectors }, (_, i) => `S${i + 1}`),
      "",
    ),
    ...laps.map((lap) =>
      row(
        String(lap.number),
        lapTime(lap.timeS),
        lap.uncertaintyS === null ? "" : `± ${lap.uncertaintyS.toFixed(3)} s`,
        lap.kind,
        // what was not driven in whole has no time there, and no line was missed
        lap.sectorsS.map((s) => s?.toFixed(3) ?? (lap.kind === "lap" ? "missed" : "-")),
        remarkOf(lap, bestS),
      ),
    ),
  ];
}

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
    const lines = table(report.laps, report.bestS);
    if (report.track !== undefined) lines.unshift(`track ${report.track}`);
    if (report.bestS !== null) lines.push(`best              ${lapTime(report.bestS)}`);
    if (report.theoreticalBestS !== null) lines.push(`theoretical best  ${lapTime(report.theoreticalBestS)}`);
    await io.out(lines.length === 0 ? "no laps\n" : `${lines.join("\n")}\n`);
    for (const note of report.notes) io.err(note);
    return 0;
  },
});
