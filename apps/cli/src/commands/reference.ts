import { readFile, writeFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import {
  cutLap,
  formatReferenceFile,
  looksLikeReferenceFile,
  parseReferenceFile,
  type SavedReference,
  timeRecording,
  traceOf,
} from "@pitwall/laps";
import {
  mustBeThere,
  openReferences,
  openTracks,
  REFERENCE_RATE_HZ,
  type ReferenceFolder,
  type ReferenceSetting,
  savedLap,
} from "@pitwall/server/archive";
import { CommandError, command, type ExitCode, type Io, intOption, UsageError } from "../command.ts";
import { dataOf, tellProblem } from "../data.ts";
import { lapTime } from "../lap-time.ts";
import { openPlace } from "../place.ts";
import { READING, READING_USAGE, type ReadingValues } from "../reading-options.ts";
import { openRecording } from "../recordings.ts";

const USAGE = [
  "pitwall reference                       shows which lap the delta is against, and what can be chosen",
  "       pitwall reference use session-best|previous|best-ever [--over vehicle|all] [--vehicle ID]",
  "       pitwall reference use SESSION/LAP | NAME | default [--vehicle ID]",
  "       pitwall reference export SESSION[/LAP] [-o FILE]",
  "       pitwall reference import FILE [--lap N] [--name NAME] [--track NAME]",
  "       pitwall reference delete NAME",
  `       for import also ${READING_USAGE}`,
].join("\n");

type Values = ReadingValues & {
  readonly json?: boolean | undefined;
  readonly data?: string | undefined;
  readonly vehicle?: string | undefined;
  readonly over?: string | undefined;
  readonly lap?: string | undefined;
  readonly name?: string | undefined;
  readonly track?: string | undefined;
  readonly output?: string | undefined;
};
type Call = { readonly values: Values; readonly references: ReferenceFolder; readonly io: Io };

export const reference = command({
  name: "reference",
  summary: "choose the lap that the delta is against; share reference laps",
  usage: USAGE,
  options: {
    vehicle: { type: "string" },
    over: { type: "string" },
    lap: { type: "string" },
    name: { type: "string" },
    track: { type: "string" },
    output: { type: "string", short: "o" },
    ...READING,
  },
  async run({ values, positionals }, io) {
    const [verb, what, ...more] = positionals;
    const call: Call = { values, references: openReferences(dataOf(values), tellProblem(io)), io };
    if (verb === undefined) return show(call);
    const run = VERBS[verb];
    if (run === undefined) throw new UsageError(`no "reference ${verb}"`);
    if (what === undefined || more.length > 0) throw new UsageError(`reference ${verb} takes one name`);
    return run(call, what);
  },
});

const VERBS: Readonly<Record<string, (call: Call, what: string) => Promise<ExitCode>>> = {
  use,
  export: exportLap,
  import: importLap,
  delete: remove,
};

function inWords(setting: ReferenceSetting): string {
  switch (setting.kind) {
    case "session-best":
      return "the best lap of the session";
    case "previous":
      return "the lap before";
    case "best-ever":
      return setting.over === "all"
        ? "the best lap ever on the track, over all vehicles"
        : "the best lap ever of the vehicle on the track";
    case "lap":
      return `lap ${setting.number} of ${setting.session}`;
    case "imported":
      return `the imported lap "${setting.name}"`;
  }
}

const about = (s: SavedReference): string =>
  [
    s.name,
    lapTime(s.lapTimeS),
    [s.track, s.layout].filter(Boolean).join(", ") || "no known track",
    s.vehicle ?? "",
  ]
    .join("  ")
    .trimEnd();

async function show({ references, values, io }: Call): Promise<ExitCode> {
  const settings = references.settings();
  const imported = references.imported();
  if (values.json) {
    const plain = imported.map(({ fixes, ...rest }) => rest);
    await io.out(`${JSON.stringify({ ...settings, imported: plain })}\n`);
    return 0;
  }
  const lines = [`the delta is against ${inWords(settings.all)}`];
  for (const [vehicle, setting] of Object.entries(settings.vehicles))
    lines.push(`of ${vehicle} against ${inWords(setting)}`);
  if (imported.length > 0) lines.push("imported", ...imported.map((s) => `  ${about(s)}`));
  await io.out(`${lines.join("\n")}\n`);
  return 0;
}

async function use(call: Call, what: string): Promise<ExitCode> {
  const { references, values, io } = call;
  const setting = settingOf(call, what);
  if (setting?.kind === "lap") await checkLap(call, setting);
  references.choose(setting, values.vehicle);
  const now = setting ?? references.settings().all;
  if (values.json) await io.out(`${JSON.stringify(references.settings())}\n`);
  else
    await io.out(
      `the delta${values.vehicle === undefined ? "" : ` of ${values.vehicle}`} is against ${inWords(now)}\n`,
    );
  return 0;
}

function settingOf({ references, values }: Call, what: string): ReferenceSetting | undefined {
  const over = values.over ?? "vehicle";
  if (over !== "vehicle" && over !== "all") throw new UsageError("--over is vehicle or all");
  if (values.over !== undefined && what !== "best-ever") throw new UsageError("--over belongs to best-ever");
  if (what === "default") return undefined;
  if (what === "session-best" || what === "previous") return { kind: what };
  if (what === "best-ever") return { kind: what, over };
  const imported = references.find(what);
  if (imported) return { kind: "imported", name: imported.name };
  const [, session, number] = /^(.+)\/(\d+)$/.exec(what) ?? [];
  if (session !== undefined) return { kind: "lap", session, number: Number(number) };
  throw new CommandError(
    `no reference "${what}": session-best, previous, best-ever, SESSION/LAP or the name of an imported one`,
  );
}

async function checkLap({ values, io }: Call, setting: ReferenceSetting & { kind: "lap" }): Promise<void> {
  await using place = await openPlace(io, values);
  if (place.data) return mustBeThere(place.data, setting);
  const { laps } = await place.server.api.laps(setting.session);
  if (!laps.some((l) => l.kind === "lap" && l.number === setting.number))
    throw new CommandError(`${setting.session}: it has no whole lap ${setting.number}`);
}

async function exportLap({ values, io }: Call, what: string): Promise<ExitCode> {
  const [, session = what, lap] = /^(.+)\/(\d+)$/.exec(what) ?? [];
  const number = lap === undefined ? undefined : Number(lap);
  await using place = await openPlace(io, values);
  const text = place.data
    ? formatReferenceFile(await savedLap(place.data, session, number, REFERENCE_RATE_HZ))
    : await place.server.api.referenceLap(session, number);
  if (values.output === undefined) await io.out(text);
  else {
    await writeFile(values.output, text);
    io.err(`${values.output}: ${about(parseReferenceFile(text))}`);
  }
  return 0;
}

async function importLap(call: Call, file: string): Promise<ExitCode> {
  const { references, values, io } = call;
  const text = await readFile(file, "utf8").catch((e: NodeJS.ErrnoException) => {
    throw new CommandError(`${file}: cannot be read (${e.code})`, { cause: e });
  });
  const found = looksLikeReferenceFile(text) ? parseReferenceFile(text) : await lapOfRecording(call, file);
  const saved: SavedReference = { ...found, name: values.name ?? found.name };
  const kept = references.save(saved);
  await io.out(
    values.json
      ? `${JSON.stringify({ name: saved.name, file: kept, lapTimeS: saved.lapTimeS })}\n`
      : `${about(saved)}\n`,
  );
  io.err(`${kept}\nto drive against it: pitwall reference use "${saved.name}"`);
  return 0;
}

/** The best lap of somebody's recording, or the one of a number. */
async function lapOfRecording({ values, io }: Call, file: string): Promise<SavedReference> {
  const number = intOption("lap", values.lap, 0, 100_000);
  const recording = await openRecording(io, file, values);
  const known = openTracks(dataOf(values), tellProblem(io)).known();
  const {
    report,
    laps,
    layout,
    known: driven,
  } = timeRecording(recording, {
    ...known,
    ...(values.track !== undefined && { track: values.track }),
  });
  for (const note of report.notes) io.err(note);
  const valid = laps.filter((l) => l.valid).sort((a, b) => a.timeS - b.timeS);
  const lap = number === undefined ? valid[0] : laps.find((l) => l.number === number && l.kind === "lap");
  const trace = traceOf(recording);
  if (!lap || !layout || !trace)
    throw new CommandError(`${file}: holds no whole lap${number === undefined ? "" : ` ${number}`}`);
  const who = recording.driver ?? recording.vehicle ?? basename(file, extname(file));
  return {
    name: `${who} ${lapTime(lap.timeS)}`,
    ...(report.track !== undefined && { track: report.track }),
    ...(driven && { layout: driven.name }),
    ...(recording.vehicle !== undefined && { vehicle: recording.vehicle }),
    lapTimeS: lap.timeS,
    fixes: cutLap(trace, lap, REFERENCE_RATE_HZ),
  };
}

async function remove({ references, io }: Call, name: string): Promise<ExitCode> {
  references.delete(name);
  io.err(`deleted ${name}`);
  const { all, vehicles } = references.settings();
  const used = [all, ...Object.values(vehicles)].some(
    (s) => s.kind === "imported" && s.name.toLowerCase() === name.toLowerCase(),
  );
  if (used) io.err("it is still chosen; the best lap of the session is used until another one is");
  return 0;
}
