import { findCorners, percentile, type SectionTime, sectionsOf, sectionTimes } from "@pitwall/laps";
import { CommandError, command, UsageError } from "../../command.ts";
import { lapTime } from "../../lap-time.ts";
import { withoutNaN } from "../json.ts";
import { METRES, SECONDS, show, speedShown } from "../shown.ts";
import {
  countedLaps,
  lapped,
  openSubject,
  SUBJECT,
  SUBJECT_USAGE,
  type Subject,
  tellNotes,
  viewNamed,
  viewOf,
} from "../subject.ts";
import { table } from "../table.ts";

export const consistency = command({
  name: "analyse consistency",
  summary: "how evenly each corner was driven over all laps, and its best",
  usage: `pitwall analyse consistency FILE-or-SESSION ${SUBJECT_USAGE}`,
  options: SUBJECT,
  async run({ values, positionals }, io) {
    const [what, ...more] = positionals;
    if (what === undefined || more.length > 0) throw new UsageError("one file or session");
    const speed = speedShown(values["speed-unit"]);
    const subject = await openSubject(io, what, values);
    const { laps, sections, bestS, medianS } = overLaps(subject);
    if (values.json) await io.out(`${JSON.stringify(withoutNaN({ laps, sections, sumOfBestS: bestS }))}\n`);
    else {
      const rows = sections.map((s) => [
        s.name,
        show(s.fromM, METRES),
        show(s.bestS, SECONDS),
        String(s.bestLap),
        show(s.medianS, SECONDS),
        show(s.spreadS, SECONDS),
        s.corner ? show(s.minimumMps, speed) : "",
        s.corner ? show(s.minimumSpreadMps, speed) : "",
      ]);
      rows.push(["sum", "", lapTime(bestS), "", lapTime(medianS), "", "", ""]);
      const lines = table(
        [
          { title: "section", left: true },
          { title: "at", unit: "m" },
          { title: "best", unit: "s" },
          { title: "in lap" },
          { title: "median", unit: "s" },
          { title: "spread", unit: "s" },
          { title: "min", unit: speed.label },
          { title: "spread", unit: speed.label },
        ],
        rows,
      );
      const uneven = sections.filter((s) => s.spreadS > 0).sort((a, b) => b.spreadS - a.spreadS);
      const worst = uneven.slice(0, 3).map((s) => `${s.name} ${show(s.spreadS, SECONDS)} s`);
      const head = `${laps.length} laps: ${laps.join(" ")}`;
      await io.out(`${[head, "", ...lines, "", `least even: ${worst.join(", ")}`].join("\n")}\n`);
    }
    tellNotes(io, [subject], "");
    return 0;
  },
});

/** Throws CommandError with fewer than two laps that count. */
function overLaps(subject: Subject) {
  const d = lapped(subject);
  const reference = viewNamed(subject, "best");
  const cut = sectionsOf(findCorners(reference), reference.lengthM);
  const timed = countedLaps(subject).flatMap((lap) => {
    const view = viewOf(d, lap);
    return view ? [{ number: lap.number, times: sectionTimes(cut, reference, view) }] : [];
  });
  if (timed.length < 2) throw new CommandError(`${subject.name}: it has one whole lap only`);
  const sections = cut.map(({ name, corner, fromM, toM }, i) => {
    const of = (pick: (t: SectionTime) => number) => timed.map((l) => pick(l.times[i]!));
    const times = of((t) => t.timeS);
    const minima = of((t) => t.minimumMps);
    const bestS = Math.min(...times);
    return {
      name,
      corner: corner?.number ?? null,
      fromM,
      toM,
      bestS,
      bestLap: timed[times.indexOf(bestS)]!.number,
      medianS: median(times),
      spreadS: deviation(times),
      minimumMps: median(minima),
      minimumSpreadMps: deviation(minima),
      timesS: times,
      minimaMps: minima,
    };
  });
  const sum = (pick: (s: (typeof sections)[number]) => number) => sections.reduce((a, s) => a + pick(s), 0);
  return {
    laps: timed.map((l) => l.number),
    sections,
    bestS: sum((s) => s.bestS),
    medianS: sum((s) => s.medianS),
  };
}

const median = (values: readonly number[]): number => percentile(Float64Array.from(values).sort(), 0.5);

/** Sample standard deviation. */
function deviation(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((a, v) => a + (v - mean) ** 2, 0) / (values.length - 1));
}
