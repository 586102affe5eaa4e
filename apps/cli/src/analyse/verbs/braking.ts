import { type BrakingZone, brakingZones, findCorners } from "@pitwall/laps";
import { command, numberOption, UsageError } from "../../command.ts";
import { lapTime } from "../../lap-time.ts";
import { COMPARED, compareLaps, comparisonTitle } from "../comparison.ts";
import { withoutNaN } from "../json.ts";
import { G, GRAVITY_MPS2, METRES, SECONDS, show, speedShown } from "../shown.ts";
import { ACCELERATIONS, openSubject, SUBJECT, SUBJECT_USAGE, tellNotes, viewNamed } from "../subject.ts";
import { type TableColumn, table } from "../table.ts";

const LEAST_G = 0.3;
/** Two laps brake for the same corner where they begin this near to each other, m. */
const SAME_M = 80;

export const braking = command({
  name: "analyse braking",
  summary: "where a lap was braked, from which speed and how hard; earlier or later than another",
  usage: `pitwall analyse braking FILE-or-SESSION [--lap N|best] [--against N|best|FILE-or-SESSION[#N]] [--least ${LEAST_G}] ${SUBJECT_USAGE}`,
  options: { ...SUBJECT, ...COMPARED, least: { type: "string" } },
  async run({ values, positionals }, io) {
    const [what, ...more] = positionals;
    if (what === undefined || more.length > 0) throw new UsageError("one file or session");
    const speed = speedShown(values["speed-unit"]);
    const leastG = numberOption("least", values.least) ?? LEAST_G;
    if (!(leastG > 0 && leastG < 10)) throw new UsageError("--least takes a deceleration in g, above 0");
    const subject = await openSubject(io, what, values);
    const compared = values.against === undefined ? undefined : await compareLaps(io, subject, values);
    const view = compared?.lap ?? viewNamed(subject, values.lap ?? "best");
    const limits = { decelerationMps2: leastG * GRAVITY_MPS2 };
    const others = compared ? brakingZones(compared.reference, limits) : [];
    // numbered as `corners` does
    const corners = findCorners(compared?.reference ?? viewNamed(subject, "best"));
    const zones = brakingZones(view, limits).map((z) => ({
      ...z,
      corner: corners.find((c) => c.endM > z.startM)?.number ?? Number.NaN,
      laterM: z.startM - (nearest(z, others)?.startM ?? Number.NaN),
      harderMps2: z.peakMps2 - (nearest(z, others)?.peakMps2 ?? Number.NaN),
    }));
    if (values.json) {
      const reference = compared ? compared.referenceName : null;
      await io.out(`${JSON.stringify(withoutNaN({ lap: view.lap.number, reference, zones }))}\n`);
    } else {
      type Zone = (typeof zones)[number];
      const columns: (readonly [TableColumn, (z: Zone) => string])[] = [
        [{ title: "into", left: true }, (z) => (Number.isFinite(z.corner) ? `T${z.corner}` : "")],
        [{ title: "at", unit: "m" }, (z) => show(z.startM, METRES)],
        [{ title: "over", unit: "m" }, (z) => show(z.endM - z.startM, METRES)],
        [{ title: "time", unit: "s" }, (z) => show(z.durationS, { ...SECONDS, digits: 2 })],
        [{ title: "from", unit: speed.label }, (z) => show(z.fromMps, speed)],
        [{ title: "to", unit: speed.label }, (z) => show(z.toMps, speed)],
        [{ title: "peak", unit: "g" }, (z) => show(z.peakMps2, G)],
        [{ title: "mean", unit: "g" }, (z) => show(z.meanMps2, G)],
      ];
      if (compared)
        columns.push(
          [{ title: "later", unit: "m" }, (z) => show(z.laterM, METRES, true)],
          [{ title: "harder", unit: "g" }, (z) => show(z.harderMps2, G, true)],
        );
      const lines = table(
        columns.map(([c]) => c),
        zones.map((z) => columns.map(([, cell]) => cell(z))),
      );
      const { number, timeS } = view.lap;
      const title = compared ? comparisonTitle(compared) : `lap ${number} ${lapTime(timeS)}`;
      await io.out(`${[title, "", ...lines].join("\n")}\n`);
      if (zones.length === 0)
        io.err(`it was never braked with ${leastG} g or more; --least takes another number`);
    }
    tellNotes(io, compared?.other ? [subject, compared.other] : [subject], ACCELERATIONS);
    return 0;
  },
});

function nearest(zone: BrakingZone, others: readonly BrakingZone[]): BrakingZone | undefined {
  let best: BrakingZone | undefined;
  const off = (z: BrakingZone): number => Math.abs(z.startM - zone.startM);
  for (const z of others) if (off(z) <= Math.min(SAME_M, best ? off(best) : SAME_M)) best = z;
  return best;
}
