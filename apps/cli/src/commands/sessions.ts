import { openData } from "@pitwall/server";
import type { Timing } from "@pitwall/store";
import { CommandError, command, UsageError } from "../command.ts";
import { dataOf, tellProblem } from "../data.ts";
import { lapTime } from "../lap-time.ts";

const time = (us: number | null): string =>
  us === null ? "-" : `${new Date(us / 1000).toISOString().slice(0, 19)}Z`;
const duration = (from: number, to: number | null): string => {
  if (to === null) return "open";
  const s = Math.round((to - from) / 1e6);
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
};

const UNTIMED = { laps: null, bestS: null, track: null, layout: null };
const lapsText = (laps: number | null): string =>
  laps === null ? "-" : laps === 1 ? "1 lap" : `${laps} laps`;

export const sessions = command({
  name: "sessions",
  summary: "list the recorded sessions",
  usage: "pitwall sessions [--json]",
  options: {},
  async run({ values }, io) {
    await using data = await openData(dataOf(values), tellProblem(io));
    const timed = data.catalogue.laps.summaries();
    const rows = data.catalogue.sessions().map((r) => ({ ...r, ...(timed.get(r.id) ?? UNTIMED) }));
    if (values.json) {
      await io.out(`${JSON.stringify(rows)}\n`);
      return 0;
    }
    const lines = rows.map((r) =>
      [
        `${r.id.padEnd(40)} ${r.vehicle.padEnd(20)} ${time(r.startUs)}`,
        duration(r.startUs, r.endUs).padStart(7),
        lapsText(r.laps).padStart(8),
        (r.bestS === null ? "" : lapTime(r.bestS)).padStart(9),
        r.state.padEnd(8),
        [r.track, r.title].filter((t) => t !== null).join("  "),
      ]
        .join("  ")
        .trimEnd(),
    );
    await io.out(rows.length === 0 ? "no sessions yet\n" : `${lines.join("\n")}\n`);
    const waiting = data.catalogue.laps.untimed().length;
    if (waiting > 0) io.err(`${waiting} of them not timed yet: pitwall retime`);
    return 0;
  },
});

const trackOf = (t: Timing): string =>
  t.track === null ? `not known; gates ${t.source ?? "none"}` : `${t.track}, ${t.layout}`;

export const session = command({
  name: "session",
  summary: "show or delete a session",
  usage: "pitwall session show ID | delete ID",
  options: {},
  async run({ values, positionals }, io) {
    const [verb, id, ...more] = positionals;
    if ((verb !== "show" && verb !== "delete") || id === undefined || more.length > 0)
      throw new UsageError("show or delete, and one session id");
    await using data = await openData(dataOf(values), tellProblem(io));
    const row = data.catalogue.session(id);
    if (!row) throw new CommandError(`no session "${id}"`);
    if (verb === "delete") {
      await data.samples.deleteSession(id);
      await data.journal.deleteSession(id);
      data.catalogue.deleteSession(id);
      io.err(`deleted ${id}`);
      return 0;
    }
    const channels = await data.samples.channels(id);
    const timing = data.catalogue.laps.of(id);
    if (values.json) {
      await io.out(`${JSON.stringify({ ...row, timing: timing ?? null, channels })}\n`);
      return 0;
    }
    const lines = channels.map(
      (c) =>
        `  ${c.channel.padEnd(28)} ${c.unit.padEnd(8)} ${String(c.count).padStart(9)} samples  ${c.group}`,
    );
    await io.out(
      [
        `${row.id}`,
        `  vehicle   ${row.vehicle}`,
        `  start     ${time(row.startUs)}`,
        `  duration  ${duration(row.startUs, row.endUs)}`,
        `  state     ${row.state}`,
        `  frames    ${row.frames}`,
        ...(timing ? [`  track     ${trackOf(timing)}`] : []),
        ...(timing?.laps ?? []).map(
          (l) =>
            `  lap ${String(l.number).padStart(3)}   ${lapTime(l.timeS)}${l.valid ? "" : `  ${l.kind === "lap" ? "not valid" : l.kind}`}`,
        ),
        "channels",
        ...lines,
        "",
      ].join("\n"),
    );
    return 0;
  },
});
