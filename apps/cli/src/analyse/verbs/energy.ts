import { energyPerLap, seriesOf } from "@pitwall/laps";
import { CommandError, command, UsageError } from "../../command.ts";
import { lapTime } from "../../lap-time.ts";
import { absentChannel } from "../channel-names.ts";
import { withoutNaN } from "../json.ts";
import { PERCENT, show } from "../shown.ts";
import { lapped, openSubject, SUBJECT, SUBJECT_USAGE, tellNotes, wholeLaps } from "../subject.ts";
import { table } from "../table.ts";

const WH = { label: "Wh", factor: 1, digits: 1 };
const KW = { label: "kW", factor: 1e-3, digits: 2 };

export const energy = command({
  name: "analyse energy",
  summary: "energy of each lap from battery current and voltage",
  usage: `pitwall analyse energy FILE-or-SESSION ${SUBJECT_USAGE}`,
  options: SUBJECT,
  async run({ values, positionals }, io) {
    const [what, ...more] = positionals;
    if (what === undefined || more.length > 0) throw new UsageError("one file or session");
    const subject = await openSubject(io, what, values);
    lapped(subject);
    const laps = energyPerLap(subject.recording, wholeLaps(subject));
    if (!laps) {
      const missing = ["battery.current", "battery.voltage"].find((id) => !seriesOf(subject.recording, id))!;
      throw new CommandError(`${what}: ${absentChannel(missing, subject.recording)}`);
    }
    if (values.json) {
      const each = laps.map(({ lap, ...e }) => ({ number: lap.number, timeS: lap.timeS, ...e }));
      await io.out(`${JSON.stringify(withoutNaN({ laps: each }))}\n`);
    } else {
      const rows = laps.map((e) => [
        String(e.lap.number),
        lapTime(e.lap.timeS),
        show(e.usedWh, WH),
        show(e.recoveredWh, WH),
        show(e.netWh, WH),
        show(e.perKmWh, WH),
        show(e.peakW, KW),
        show(e.covered, PERCENT),
      ]);
      const lines = table(
        [
          { title: "lap" },
          { title: "time" },
          { title: "used", unit: "Wh" },
          { title: "recovered", unit: "Wh" },
          { title: "net", unit: "Wh" },
          { title: "per km", unit: "Wh" },
          { title: "peak", unit: "kW" },
          { title: "measured", unit: "%" },
        ],
        rows,
      );
      await io.out(`${lines.join("\n")}\n`);
    }
    tellNotes(io, [subject], "");
    return 0;
  },
});
