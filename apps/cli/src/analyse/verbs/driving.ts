import {
  type BrakingZone,
  brakingZones,
  coasting as coastingOf,
  findCorners,
  type LapView,
} from "@pitwall/laps";
import { CommandError, command, numberOption, UsageError } from "../../command.ts";
import { lapTime } from "../../lap-time.ts";
import { withoutNaN } from "../json.ts";
import { G, GRAVITY_MPS2, METRES, PERCENT, SECONDS, show, speedShown } from "../shown.ts";
import {
  ACCELERATIONS,
  countedLaps,
  lapNamed,
  lapped,
  openSubject,
  SUBJECT,
  SUBJECT_USAGE,
  type Subject,
  tellNotes,
  viewOf,
} from "../subject.ts";
import { table } from "../table.ts";

const LAP = { lap: { type: "string" } } as const;
const LEAST_G = 0.3;

function viewNamed(subject: Subject, name: string): LapView {
  const d = lapped(subject);
  const lap = lapNamed(subject, name);
  const view = viewOf(d, lap);
  if (!view) throw new CommandError(`lap ${lap.number} is not on the way of its layout`);
  return view;
}

export const braking = command({
  name: "analyse braking",
  summary: "where a lap was braked, from which speed and how hard",
  usage: `pitwall analyse braking FILE-or-SESSION [--lap N|best] [--least ${LEAST_G}] ${SUBJECT_USAGE}`,
  options: { ...SUBJECT, ...LAP, least: { type: "string" } },
  async run({ values, positionals }, io) {
    const [what, ...more] = positionals;
    if (what === undefined || more.length > 0) throw new UsageError("one file or session");
    const speed = speedShown(values["speed-unit"]);
    const leastG = numberOption("least", values.least) ?? LEAST_G;
    if (!(leastG > 0 && leastG < 10)) throw new UsageError("--least takes a deceleration in g, above 0");
    const subject = await openSubject(io, what, values);
    const view = viewNamed(subject, values.lap ?? "best");
    const zones = brakingZones(view, { decelerationMps2: leastG * GRAVITY_MPS2 });
    const corners = findCorners(view);
    const before = (z: BrakingZone) => corners.find((c) => c.endM > z.startM);
    if (values.json) {
      const told = zones.map((z) => ({ ...z, corner: before(z)?.number ?? null }));
      await io.out(`${JSON.stringify(withoutNaN({ lap: view.lap.number, zones: told }))}\n`);
    } else {
      const rows = zones.map((z) => [
        before(z) ? `T${before(z)!.number}` : "",
        show(z.startM, METRES),
        show(z.endM - z.startM, METRES),
        show(z.durationS, { ...SECONDS, digits: 2 }),
        show(z.fromMps, speed),
        show(z.toMps, speed),
        show(z.peakMps2, G),
        show(z.meanMps2, G),
      ]);
      const lines = table(
        [
          { title: "into", left: true },
          { title: "at", unit: "m" },
          { title: "over", unit: "m" },
          { title: "time", unit: "s" },
          { title: "from", unit: speed.label },
          { title: "to", unit: speed.label },
          { title: "peak", unit: "g" },
          { title: "mean", unit: "g" },
        ],
        rows,
      );
      const { number, timeS } = view.lap;
      await io.out(`${[`lap ${number} ${lapTime(timeS)}`, "", ...lines].join("\n")}\n`);
      if (zones.length === 0)
        io.err(`it was never braked with ${leastG} g or more; --least takes another number`);
    }
    tellNotes(io, [subject], ACCELERATIONS);
    return 0;
  },
});

export const coasting = command({
  name: "analyse coasting",
  summary: "time on neither pedal, lap by lap, and where",
  usage: `pitwall analyse coasting FILE-or-SESSION [--lap N|best] ${SUBJECT_USAGE}`,
  options: { ...SUBJECT, ...LAP },
  async run({ values, positionals }, io) {
    const [what, ...more] = positionals;
    if (what === undefined || more.length > 0) throw new UsageError("one file or session");
    const subject = await openSubject(io, what, values);
    const chosen = viewNamed(subject, values.lap ?? "best");
    const d = lapped(subject);
    const laps = countedLaps(subject).flatMap((lap) => {
      const view = viewOf(d, lap);
      return view ? [{ lap, coasts: coastingOf(view) }] : [];
    });
    const here = coastingOf(chosen);
    if (values.json) {
      const each = laps.map(({ lap, coasts }) => ({ number: lap.number, timeS: lap.timeS, ...coasts }));
      await io.out(`${JSON.stringify(withoutNaN({ laps: each }))}\n`);
    } else {
      const rows = laps.map(({ lap, coasts: c }) => [
        String(lap.number),
        lapTime(lap.timeS),
        show(c.seconds, { ...SECONDS, digits: 2 }),
        show(c.share, { ...PERCENT, digits: 1 }),
        String(c.stretches.length),
      ]);
      const lines = table(
        [
          { title: "lap" },
          { title: "time" },
          { title: "coasting", unit: "s" },
          { title: "share", unit: "%" },
          { title: "stretches" },
        ],
        rows,
      );
      const where = table(
        [
          { title: "from", unit: "m" },
          { title: "to", unit: "m" },
          { title: "time", unit: "s" },
        ],
        here.stretches.map((s) => [
          show(s.startM, METRES),
          show(s.endM, METRES),
          show(s.seconds, { ...SECONDS, digits: 2 }),
        ]),
      );
      const stretches =
        here.stretches.length > 0 ? ["", `where, on lap ${chosen.lap.number}`, "", ...where] : [];
      await io.out(`${[...lines, ...stretches].join("\n")}\n`);
      io.err(
        here.by === "pedals"
          ? "by the accelerator, and the brake where it was recorded"
          : "no pedal was recorded: guessed from how gently the vehicle slows down",
      );
    }
    tellNotes(io, [subject], ACCELERATIONS);
    return 0;
  },
});
