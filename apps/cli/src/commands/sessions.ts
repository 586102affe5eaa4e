import { ApiRequestError, type ChannelInfo, type SessionSummary } from "@pitwall/api";
import { type DataFolder, outdatedSessions } from "@pitwall/server/archive";
import type { Timing } from "@pitwall/store";
import { CommandError, command, UsageError } from "../command.ts";
import { lapTime } from "../lap-time.ts";
import { openPlace, type Place } from "../place.ts";

const time = (us: number | null): string =>
  us === null ? "-" : `${new Date(us / 1000).toISOString().slice(0, 19)}Z`;
const duration = (from: number, to: number | null): string => {
  if (to === null) return "open";
  const s = Math.round((to - from) / 1e6);
  const two = (n: number) => String(n).padStart(2, "0");
  const [hours, minutes] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
};

const UNTIMED = { laps: null, bestS: null, track: null, layout: null };
type Row = Pick<
  SessionSummary,
  "id" | "vehicle" | "startUs" | "endUs" | "state" | "laps" | "bestS" | "track" | "title"
>;

function rowsOf(data: DataFolder): Row[] {
  const timed = data.catalogue.laps.summaries();
  return data.catalogue.sessions().map((r) => ({ ...r, ...(timed.get(r.id) ?? UNTIMED) }));
}

const lapsText = (laps: number | null): string =>
  laps === null ? "-" : laps === 1 ? "1 lap" : `${laps} laps`;

export const sessions = command({
  name: "sessions",
  summary: "list the recorded sessions",
  usage: "pitwall sessions [--json]",
  options: {},
  async run({ values }, io) {
    await using place = await openPlace(io, values);
    const rows: readonly Row[] = place.data ? rowsOf(place.data) : await place.server.api.sessions();
    if (values.json) {
      await io.out(`${JSON.stringify(rows)}\n`);
      return 0;
    }
    const wide = (key: "id" | "vehicle") => Math.max(0, ...rows.map((r) => r[key].length));
    const [ids, vehicles] = [wide("id"), wide("vehicle")];
    const lines = rows.map((r) =>
      [
        `${r.id.padEnd(ids)}  ${r.vehicle.padEnd(vehicles)}  ${time(r.startUs)}`,
        duration(r.startUs, r.endUs).padStart(8),
        lapsText(r.laps).padStart(8),
        (r.bestS === null ? "" : lapTime(r.bestS)).padStart(9),
        r.state.padEnd(8),
        [r.track, r.title].filter((t) => t !== null).join("  "),
      ]
        .join("  ")
        .trimEnd(),
    );
    await io.out(rows.length === 0 ? "no sessions yet\n" : `${lines.join("\n")}\n`);
    const waiting = place.data?.catalogue.laps.untimed().length ?? 0;
    if (waiting > 0) io.err(`${waiting} of them not timed yet: pitwall retime`);
    const outdated = place.data ? outdatedSessions(place.data).length : 0;
    if (outdated > 0) io.err(`${outdated} of them timed before their track was changed: pitwall retime`);
    return 0;
  },
});

type Detail = Pick<SessionSummary, "id" | "vehicle" | "startUs" | "endUs" | "state" | "frames" | "title"> & {
  readonly timing: Omit<Timing, "gates"> | null;
  readonly channels: readonly Pick<ChannelInfo, "channel" | "unit" | "group" | "count">[];
};

/** Undefined where there is no such session. */
async function detailOf({ data, server }: Place, id: string): Promise<Detail | undefined> {
  if (data) {
    const row = data.catalogue.session(id);
    return (
      row && { ...row, timing: data.catalogue.laps.of(id) ?? null, channels: await data.samples.channels(id) }
    );
  }
  try {
    const { gates, ...timing } = await server.api.laps(id);
    return { ...(await server.api.session(id)), timing: { ...timing, source: gates } };
  } catch (e) {
    if (e instanceof ApiRequestError && e.code === "not-found") return undefined;
    throw e;
  }
}

async function remove({ data, server }: Place, id: string): Promise<void> {
  if (!data) {
    await server.api.deleteSession(id);
    return;
  }
  await data.samples.deleteSession(id);
  await data.journal.deleteSession(id);
  data.catalogue.deleteSession(id);
}

const trackOf = (t: Pick<Timing, "track" | "layout" | "source">): string =>
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
    await using place = await openPlace(io, values);
    const row = await detailOf(place, id);
    if (!row) throw new CommandError(`no session "${id}"`);
    if (verb === "delete") {
      await remove(place, id);
      io.err(`deleted ${id}`);
      return 0;
    }
    const { channels, timing } = row;
    if (values.json) {
      await io.out(`${JSON.stringify(row)}\n`);
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
