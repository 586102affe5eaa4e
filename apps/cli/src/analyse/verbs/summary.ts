import {
  bestSectorsS,
  consistency,
  energyPerLap,
  type LapSummary,
  lapSummary,
  rollingBestOf,
  theoreticalBestS,
} from "@pitwall/laps";
import { command, UsageError } from "../../command.ts";
import { lapTime } from "../../lap-time.ts";
import { withoutNaN } from "../json.ts";
import { G, PERCENT, SECONDS, show, speedShown } from "../shown.ts";
import {
  ACCELERATIONS,
  bestOf,
  lapped,
  openSubject,
  SUBJECT,
  SUBJECT_USAGE,
  type Subject,
  tellNotes,
  trackOf,
  viewOf,
  wholeLaps,
} from "../subject.ts";
import { type TableColumn, table } from "../table.ts";

export const summary = command({
  name: "analyse summary",
  summary: "laps in short: times, speeds, forces, pedals, energy; how consistent they were",
  usage: `pitwall analyse summary FILE-or-SESSION ${SUBJECT_USAGE}`,
  options: SUBJECT,
  async run({ values, positionals }, io) {
    const [what, ...more] = positionals;
    if (what === undefined || more.length > 0) throw new UsageError("one file or session");
    const speed = speedShown(values["speed-unit"]);
    const subject = await openSubject(io, what, values, [], {});
    const s = summarised(subject);
    if (values.json) {
      await io.out(`${JSON.stringify(withoutNaN(s))}\n`);
      return 0;
    }
    const has = (pick: (l: SummarisedLap) => number): boolean => s.laps.some((l) => Number.isFinite(pick(l)));
    const columns: (readonly [TableColumn, (l: SummarisedLap) => string])[] = [
      [{ title: "lap" }, (l) => String(l.number)],
      [{ title: "time" }, (l) => lapTime(l.timeS)],
      [{ title: "delta", unit: "s" }, (l) => (l.deltaS === 0 ? "best" : show(l.deltaS, SECONDS, true))],
      [{ title: "v max", unit: speed.label }, (l) => show(l.maximumMps, speed)],
      [{ title: "v min", unit: speed.label }, (l) => show(l.minimumMps, speed)],
      [{ title: "v mean", unit: speed.label }, (l) => show(l.meanMps, speed)],
      [{ title: "accel", unit: "g" }, (l) => show(l.accelerationMps2, G)],
      [{ title: "brake", unit: "g" }, (l) => show(l.brakingMps2, G)],
      [{ title: "left", unit: "g" }, (l) => show(l.leftMps2, G)],
      [{ title: "right", unit: "g" }, (l) => show(l.rightMps2, G)],
      [{ title: "braking", unit: "%" }, (l) => show(l.brakingShare, PERCENT)],
      [{ title: "coasting", unit: "%" }, (l) => show(l.coastingShare, PERCENT)],
    ];
    if (has((l) => l.fullThrottleShare))
      columns.push([{ title: "full thr.", unit: "%" }, (l) => show(l.fullThrottleShare, PERCENT)]);
    if (has((l) => l.energyWh))
      columns.push([
        { title: "energy", unit: "Wh" },
        (l) => show(l.energyWh, { label: "Wh", factor: 1, digits: 1 }),
      ]);
    if (s.laps.some((l) => l.flags.length > 0))
      columns.push([{ title: "", left: true }, (l) => l.flags.join(", ")]);
    const lines = table(
      columns.map(([c]) => c),
      s.laps.map((l) => columns.map(([, cell]) => cell(l))),
    );
    lines.push("", ...inWords(s));
    if (s.track !== undefined) lines.unshift(`track ${s.track}`, "");
    await io.out(`${lines.join("\n")}\n`);
    tellNotes(io, [subject], ACCELERATIONS);
    if (s.laps.some((l) => l.coastingBy === "acceleration"))
      io.err("coasting: no pedal was recorded, guessed from how gently the vehicle slows down");
    return 0;
  },
});

/** Laps slower than the best by more than this were in traffic, or no attempt. */
const ALIKE = 0.07;

type SummarisedLap = Omit<LapSummary, "lap"> & {
  readonly number: number;
  readonly timeS: number;
  readonly uncertaintyS: number;
  readonly valid: boolean;
  readonly flags: readonly string[];
  readonly deltaS: number;
  /** Net of the battery; NaN where it was not measured. */
  readonly energyWh: number;
};

function summarised(subject: Subject) {
  const d = lapped(subject);
  const laps = wholeLaps(subject);
  const best = bestOf(subject)!;
  const views = laps.map((lap) => viewOf(d, lap));
  const energy = energyPerLap(d.recording, laps);
  const rows = laps.map((lap, i): SummarisedLap => {
    const view = views[i];
    const { lap: _, ...measured } = view ? lapSummary(view) : { ...NOTHING, lap };
    const { number, timeS, uncertaintyS, valid, flags } = lap;
    const energyWh = energy?.[i]?.netWh ?? Number.NaN;
    return { number, timeS, uncertaintyS, valid, flags, deltaS: timeS - best.timeS, ...measured, energyWh };
  });
  // only laps that follow each other make a rolling one
  const profiles = laps.flatMap((lap, i) => {
    const counts = lap.valid ? views[i]?.timeS : undefined;
    return i > 0 && laps[i - 1]!.endUs !== lap.startUs ? [undefined, counts] : [counts];
  });
  const steady = consistency(laps, ALIKE * best.timeS);
  return {
    track: trackOf(subject),
    laps: rows,
    bestS: best.timeS,
    theoreticalBestS: theoreticalBestS(laps),
    bestSectorsS: bestSectorsS(laps),
    rollingBestS: d.layout.closed ? rollingBestOf(profiles) : Number.NaN,
    consistency: steady,
    notes: subject.notes,
  };
}

const NOTHING: Omit<LapSummary, "lap"> = {
  maximumMps: Number.NaN,
  minimumMps: Number.NaN,
  meanMps: Number.NaN,
  accelerationMps2: Number.NaN,
  brakingMps2: Number.NaN,
  leftMps2: Number.NaN,
  rightMps2: Number.NaN,
  brakingShare: Number.NaN,
  coastingShare: Number.NaN,
  coastingBy: "acceleration",
  fullThrottleShare: Number.NaN,
};

function inWords(s: ReturnType<typeof summarised>): string[] {
  const number = s.laps.find((l) => l.timeS === s.bestS)?.number;
  const lines = [`best              ${lapTime(s.bestS)}  lap ${number}`];
  if (Number.isFinite(s.theoreticalBestS)) {
    const sectors = s.bestSectorsS.map((t) => t.toFixed(3)).join(" + ");
    lines.push(`theoretical best  ${lapTime(s.theoreticalBestS)}  ${sectors}`);
  }
  if (Number.isFinite(s.rollingBestS))
    lines.push(`rolling best      ${lapTime(s.rollingBestS)}  once round from any point`);
  const c = s.consistency;
  if (c && c.laps > 1)
    lines.push(
      `consistency       ${(100 * c.ratio).toFixed(2)} %  mean ${lapTime(c.meanS)}, standard deviation ` +
        `${c.deviationS.toFixed(3)} s over the ${c.laps} laps within ${Math.round(100 * ALIKE)} % of the best`,
    );
  return lines;
}
