import { coasting as coastingOf } from "@pitwall/laps";
import { command, UsageError } from "../../command.ts";
import { lapTime } from "../../lap-time.ts";
import { withoutNaN } from "../json.ts";
import { METRES, PERCENT, SECONDS, show } from "../shown.ts";
import {
  ACCELERATIONS,
  countedLaps,
  lapped,
  openSubject,
  SUBJECT,
  SUBJECT_USAGE,
  tellNotes,
  viewNamed,
  viewOf,
} from "../subject.ts";
import { table } from "../table.ts";

export const coasting = command({
  name: "analyse coasting",
  summary: "time on neither pedal, lap by lap, and where",
  usage: `pitwall analyse coasting FILE-or-SESSION [--lap N|best] ${SUBJECT_USAGE}`,
  options: { ...SUBJECT, lap: { type: "string" } },
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
