import type { RecordedGate, Recording } from "@pitwall/core";
import { type Gate, LapsError, type LapsReportOptions, type Layout, timeRecording } from "@pitwall/laps";

/** The recording with its laps and gates: those it states, else as `pitwall laps` times it. */
export function withTimedLaps(
  recording: Recording,
  options: LapsReportOptions,
): {
  readonly recording: Recording;
  readonly note?: string;
} {
  if (recording.laps.length > 0) return { recording };
  try {
    const { laps, layout, report } = timeRecording(recording, { ...options, autoSectors: false });
    const whole = laps.filter((l) => l.kind === "lap");
    if (!layout || whole.length === 0) return { recording };
    const gates = recording.gates.length > 0 ? recording.gates : gatesOf(layout);
    const where = report.track === undefined ? "" : ` on ${report.track}`;
    return {
      recording: {
        ...recording,
        ...(report.track === undefined ? {} : { track: recording.track ?? report.track }),
        gates,
        laps: whole.map(({ number, startUs, endUs }) => ({ number, startUs, endUs })),
      },
      note: `laps are written as \`pitwall laps\` times them: ${whole.length}${where} (--no-laps leaves them out)`,
    };
  } catch (e) {
    if (e instanceof LapsError) return { recording };
    throw e;
  }
}

function gatesOf(layout: Layout): RecordedGate[] {
  const gate = (kind: RecordedGate["kind"], { name, ends, course }: Gate): RecordedGate => ({
    kind,
    name,
    ends,
    course,
  });
  return [
    gate(layout.finish ? "start" : "startFinish", layout.start),
    ...(layout.finish ? [gate("finish", layout.finish)] : []),
    ...layout.splits.map((s) => gate("split", s)),
  ];
}
