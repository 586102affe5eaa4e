import {
  type Corner,
  findCorners,
  type LapView,
  type SectionTime,
  sectionsOf,
  sectionTimes,
} from "@pitwall/laps";
import { command, UsageError } from "../../command.ts";
import { lapTime } from "../../lap-time.ts";
import { COMPARED, type Comparison, compareLaps, comparisonTitle } from "../comparison.ts";
import { withoutNaN } from "../json.ts";
import { SVG, saveSvg } from "../save-svg.ts";
import { METRES, SECONDS, type Shown, show, speedShown } from "../shown.ts";
import { openSubject, SUBJECT, SUBJECT_USAGE, tellNotes, trackOf, viewNamed } from "../subject.ts";
import { lostMap, speedMap } from "../svg/track-chart.ts";
import { type TableColumn, table } from "../table.ts";

export const corners = command({
  name: "analyse corners",
  summary: "speeds in the corners, and what each cost against another lap",
  usage: `pitwall analyse corners FILE-or-SESSION [--lap N|best] [--against N|best|FILE-or-SESSION[#N]] [--svg FILE] ${SUBJECT_USAGE}`,
  options: { ...SUBJECT, ...COMPARED, ...SVG },
  async run({ values, positionals }, io) {
    const [what, ...more] = positionals;
    if (what === undefined || more.length > 0) throw new UsageError("one file or session");
    const speed = speedShown(values["speed-unit"]);
    const subject = await openSubject(io, what, values);
    const compared = await compareLaps(io, subject, values);
    const lap = compared?.lap ?? viewNamed(subject, values.lap ?? "best");
    const reference = compared?.reference ?? lap;
    const found = findCorners(reference);
    const sections = sectionsOf(found, reference.lengthM);
    const times = sectionTimes(sections, reference, lap);
    const own = sectionTimes(sections, reference, reference);
    if (values.json) await io.out(`${JSON.stringify(withoutNaN(asJson(lap, compared, times, own)))}\n`);
    else {
      const title = compared ? comparisonTitle(compared) : `lap ${lap.lap.number} ${lapTime(lap.lap.timeS)}`;
      const lines = compared ? withLosses(times, own, compared, speed) : alone(times, lap, speed);
      await io.out(`${[title, "", ...lines].join("\n")}\n`);
    }
    if (values.svg !== undefined)
      await saveSvg(
        io,
        values.svg,
        compared
          ? lostMap(trackOf(subject), compared, times, comparisonTitle(compared))
          : speedMap(trackOf(subject), lap, times, speed),
      );
    tellNotes(io, compared?.other ? [subject, compared.other] : [subject], "");
    if (!compared) io.err("there is no other lap to compare with");
    return 0;
  },
});

const bend = (c: Corner | undefined): string =>
  c ? `${c.side} ${Math.round((c.turnRad * 180) / Math.PI)}°` : "";

function alone(times: readonly SectionTime[], lap: LapView, speed: Shown): string[] {
  const rows = times.map((t) => [...speeds(t, speed), show(t.timeS, SECONDS)]);
  rows.push(["lap", "", "", "", "", "", lapTime(lap.lap.timeS)]);
  return table([...columnsOf(speed), { title: "time", unit: "s" }], rows);
}

const columnsOf = (speed: Shown): TableColumn[] => [
  { title: "section", left: true },
  { title: "turn", left: true },
  { title: "at", unit: "m" },
  { title: "entry", unit: speed.label },
  { title: "min", unit: speed.label },
  { title: "exit", unit: speed.label },
];

const speeds = (t: SectionTime, speed: Shown): string[] => {
  const { corner, name, fromM } = t.section;
  const inCorner = (v: number): string => (corner ? show(v, speed) : "");
  return [
    name,
    bend(corner),
    show(corner?.apexM ?? fromM, METRES),
    inCorner(t.entryMps),
    inCorner(t.minimumMps),
    inCorner(t.exitMps),
  ];
};

const give = (s: number): string => (Number.isFinite(s) ? `± ${show(s, SECONDS)}` : "");

function withLosses(
  times: readonly SectionTime[],
  own: readonly SectionTime[],
  c: Comparison,
  speed: Shown,
): string[] {
  let behind = 0;
  const rows = times.map((t, i) => {
    behind += t.lostS;
    const slower = t.section.corner ? show(t.minimumMps - own[i]!.minimumMps, speed, true) : "";
    return [
      ...speeds(t, speed),
      slower,
      show(t.timeS, SECONDS),
      show(t.lostS, SECONDS, true),
      give(t.uncertaintyS),
      show(behind, SECONDS, true),
    ];
  });
  rows.push([
    "lap",
    "",
    "",
    "",
    "",
    "",
    "",
    lapTime(c.lap.lap.timeS),
    show(behind, SECONDS, true),
    give(c.uncertaintyS),
    "",
  ]);
  const lines = table(
    [
      ...columnsOf(speed),
      { title: "min vs ref", unit: speed.label },
      { title: "time", unit: "s" },
      { title: "lost", unit: "s" },
      { title: "", unit: "95 %" },
      { title: "so far", unit: "s" },
    ],
    rows,
  );
  const worst = [...times]
    .sort((a, b) => b.lostS - a.lostS)
    .filter((t) => t.lostS >= 0.0005)
    .slice(0, 3);
  if (worst.length > 0)
    lines.push(
      "",
      `most lost: ${worst.map((t) => `${t.section.name} ${show(t.lostS, SECONDS, true)} s`).join(", ")}`,
    );
  return lines;
}

function asJson(
  lap: LapView,
  c: Comparison | undefined,
  times: readonly SectionTime[],
  own: readonly SectionTime[],
) {
  return {
    lap: { number: lap.lap.number, timeS: lap.lap.timeS },
    reference: c
      ? { name: c.referenceName, number: c.reference.lap.number, timeS: c.reference.lap.timeS }
      : null,
    differenceS: c ? lap.lap.timeS - c.reference.lap.timeS : null,
    uncertaintyS: c ? c.uncertaintyS : null,
    lengthM: lap.lengthM,
    sections: times.map((t, i) => {
      const { name, corner, fromM, toM } = t.section;
      const { entryMps, minimumMps, minimumM, exitMps, timeS, lostS, uncertaintyS } = t;
      const { entryMps: e, minimumMps: m, exitMps: x, timeS: s } = own[i]!;
      return {
        name,
        kind: corner ? "corner" : "straight",
        side: corner?.side ?? null,
        turnRad: corner?.turnRad ?? null,
        fromM,
        apexM: corner?.apexM ?? null,
        toM,
        entryMps,
        minimumMps,
        minimumM,
        exitMps,
        timeS,
        ...(c
          ? { lostS, uncertaintyS, reference: { entryMps: e, minimumMps: m, exitMps: x, timeS: s } }
          : {}),
      };
    }),
  };
}
