import { readFile, writeFile } from "node:fs/promises";
import type { parseArgs } from "node:util";
import {
  divideEvenly,
  formatTrackFile,
  LapsError,
  type Layout,
  layoutNamed,
  middleOf,
  moveStart,
  recordTrack,
  type StartMove,
  type Track,
  trackNamed,
  trackToGeoJson,
  widthOf,
  withLayout,
  withSplits,
} from "@pitwall/laps";
import { type KnownTrack, openTracks, readTracks, type TrackFolder } from "@pitwall/server/archive";
import {
  CommandError,
  command,
  type ExitCode,
  type Io,
  intOption,
  numberOption,
  UsageError,
} from "../command.ts";
import { dataOf, tellProblem } from "../data.ts";
import { openInput } from "../input.ts";
import { endsOf, placeOf } from "../places.ts";
import { READING, READING_USAGE } from "../reading-options.ts";
import { openRecording } from "../recordings.ts";
import { layoutText, trackLine, trackSummary, trackText } from "../track-text.ts";
import { runRetime } from "./retime.ts";

const USAGE = [
  "pitwall tracks                       lists your tracks and those of the starter library",
  "       pitwall tracks show NAME",
  "       pitwall tracks add FILE … [--name NAME] [--origin LAT,LON] [--replace]",
  "       pitwall tracks record SESSION-or-FILE --name NAME [--layout LAYOUT] [--gate ENDS] [--finish ENDS] [--sector ENDS … | --sectors N] [--replace]",
  "       pitwall tracks gate NAME [--layout LAYOUT] [--move METRES | --at LAT,LON | --gate ENDS] [--width METRES] [--sector ENDS … | --sectors N] [--retime]",
  "       pitwall tracks export NAME [-o FILE] [--format pitwall|geojson]",
  "       pitwall tracks delete NAME",
  "       ENDS is LAT,LON,LAT,LON; for FILE also",
  `       ${READING_USAGE}`,
].join("\n");

const OPTIONS = {
  name: { type: "string" },
  layout: { type: "string" },
  origin: { type: "string" },
  replace: { type: "boolean" },
  retime: { type: "boolean" },
  gate: { type: "string" },
  finish: { type: "string" },
  at: { type: "string" },
  move: { type: "string" },
  width: { type: "string" },
  sector: { type: "string", multiple: true },
  sectors: { type: "string" },
  format: { type: "string" },
  output: { type: "string", short: "o" },
  ...READING,
} as const;

type Values = ReturnType<
  typeof parseArgs<{
    options: typeof OPTIONS & { json: { type: "boolean" }; data: { type: "string" } };
  }>
>["values"];
type Call = { readonly values: Values; readonly tracks: TrackFolder; readonly io: Io };

export const tracks = command({
  name: "tracks",
  summary: "list, add, record, change and share tracks",
  usage: USAGE,
  options: OPTIONS,
  async run({ values, positionals }, io) {
    const [verb = "list", ...names] = positionals;
    const call: Call = { values, tracks: openTracks(dataOf(values), tellProblem(io)), io };
    if (verb === "list" && names.length === 0) return list(call);
    if (verb === "add" && names.length > 0) return add(call, names);
    const [name, ...more] = names;
    const run = VERBS[verb];
    if (run === undefined) throw new UsageError(`no "tracks ${verb}"`);
    if (name === undefined || more.length > 0)
      throw new UsageError(`tracks ${verb} takes one name (in quotes where it has spaces)`);
    return run(call, name);
  },
});

const VERBS: Readonly<Record<string, (call: Call, name: string) => Promise<ExitCode>>> = {
  show,
  record,
  gate,
  export: exportTrack,
  delete: remove,
};

function knownTrack({ tracks }: Call, name: string): KnownTrack {
  const all = tracks.all();
  const { name: exact } = trackNamed(
    all.map((k) => k.track),
    name,
  );
  return all.find((k) => k.track.name === exact)!;
}

async function list({ tracks, values, io }: Call): Promise<ExitCode> {
  const all = tracks.all();
  const width = Math.max(...all.map((k) => k.track.name.length));
  await io.out(
    values.json
      ? `${JSON.stringify(all.map(trackSummary))}\n`
      : `${all.map((k) => trackLine(k, width)).join("\n")}\n`,
  );
  return 0;
}

async function show(call: Call, name: string): Promise<ExitCode> {
  const known = knownTrack(call, name);
  await call.io.out(call.values.json ? formatTrackFile(known.track) : trackText(known));
  return 0;
}

async function add(call: Call, files: readonly string[]): Promise<ExitCode> {
  const { values, io } = call;
  const origin = values.origin === undefined ? undefined : placeOf("origin", values.origin);
  for (const file of files) {
    await openInput(io, file);
    const found = await readTracks(await readFile(file), { fileName: file, origin }).catch((e: unknown) => {
      const asks = e instanceof LapsError && e.code === "missing" && origin === undefined;
      throw asks ? new CommandError(`${file}: ${e.message} (--origin LAT,LON)`, { cause: e }) : e;
    });
    for (const note of found.notes) io.err(`${file}: ${note}`);
    for (const track of chosen(found.tracks, values.name)) await keep(call, track);
  }
  return 0;
}

/** One of several by name, or the only one under another name. */
function chosen(found: readonly Track[], name: string | undefined): readonly Track[] {
  if (name === undefined) return found;
  return found.length === 1 ? [{ ...found[0]!, name }] : [trackNamed(found, name)];
}

async function keep({ tracks, values, io }: Call, track: Track): Promise<void> {
  const known = tracks.find(track.name);
  if (known?.origin === "own" && !values.replace)
    throw new CommandError(
      `there is a track "${known.track.name}" already, ${known.file}: --replace puts this one in its place, --name gives another name`,
    );
  await saved({ tracks, values, io }, track);
  if (known?.origin === "library") io.err(`it goes before the one of the starter library from now on`);
}

async function saved({ tracks, values, io }: Call, track: Track): Promise<void> {
  const file = tracks.save(track);
  const known: KnownTrack = { track, origin: "own", file };
  await io.out(
    values.json
      ? `${JSON.stringify(trackSummary(known))}\n`
      : `${track.name}: ${track.layouts.map(layoutText).join(" · ")}\n`,
  );
  io.err(file);
}

async function record(call: Call, what: string): Promise<ExitCode> {
  const { values, io, tracks } = call;
  const { name } = values;
  if (name === undefined || name.trim() === "")
    throw new UsageError("--name NAME: what is the track called?");
  const options = {
    name: values.layout ?? "full",
    ...(values.gate !== undefined && { gate: endsOf("gate", values.gate) }),
    ...(values.finish !== undefined && { finish: endsOf("finish", values.finish) }),
    ...(values.sector && { sectors: values.sector.map((s) => endsOf("sector", s)) }),
  };
  const evenSectors = sectorsOption(values);
  const recording = await openRecording(io, what, values);
  const { layout, notes } = recordTrack(recording, {
    ...options,
    ...(evenSectors !== undefined && { evenSectors }),
  });
  for (const note of notes) io.err(note);
  const known = tracks.find(name);
  const base = known?.origin === "own" ? known.track : undefined;
  const other = base?.layouts.some((l) => l.name === layout.name) === false;
  if (base && other) await saved(call, withLayout(base, layout));
  else await keep(call, base ? withLayout(base, layout) : { name, layouts: [layout] });
  return 0;
}

function sectorsOption(values: Values): number | undefined {
  if (values.sectors !== undefined && values.sector !== undefined)
    throw new UsageError("--sector names lines, --sectors divides evenly: one of them");
  return intOption("sectors", values.sectors, 1, 50);
}

async function gate(call: Call, name: string): Promise<ExitCode> {
  const { values, io } = call;
  const known = knownTrack(call, name);
  const before = layoutNamed(known.track, values.layout);
  const evenSectors = sectorsOption(values);
  const move = moveOf(values);
  let layout: Layout = before;
  if (move) layout = moveStart(layout, move.to, move.widthM);
  if (values.sector)
    layout = withSplits(
      layout,
      values.sector.map((s) => endsOf("sector", s)),
    );
  if (evenSectors !== undefined) layout = divideEvenly(layout, evenSectors);
  if (layout === before)
    throw new UsageError("what is to change: --move, --at, --gate, --width, --sector or --sectors");
  await saved(call, withLayout(known.track, layout));
  if (move) {
    const [lat, lon] = middleOf(layout.start.ends);
    io.err(`start line at ${lat.toFixed(6)}, ${lon.toFixed(6)}, ${widthOf(layout.start).toFixed(0)} m wide`);
    if (layout.splits.length > 0 && !values.sector && evenSectors === undefined)
      io.err("splits stay where they are on the ground; --sectors N divides the lap evenly again");
  }
  if (known.origin === "library")
    io.err("a copy of your own, which goes before the one of the starter library");
  if (values.retime) return runRetime({ ...values, track: known.track.name }, io);
  io.err(`stored sessions keep their laps until: pitwall retime --track "${known.track.name}"`);
  return 0;
}

function moveOf(values: Values): { readonly to: StartMove; readonly widthM: number | undefined } | undefined {
  const given = [values.move, values.at, values.gate].filter((v) => v !== undefined);
  if (given.length > 1) throw new UsageError("--move, --at and --gate exclude each other");
  const widthM = numberOption("width", values.width);
  if (widthM !== undefined && !(widthM >= 1 && widthM <= 500))
    throw new UsageError("--width takes metres from 1 to 500");
  if (values.at !== undefined) return { to: { at: placeOf("at", values.at) }, widthM };
  if (values.gate !== undefined) {
    if (widthM !== undefined) throw new UsageError("--gate names both ends: its width is theirs");
    return { to: { ends: endsOf("gate", values.gate) }, widthM };
  }
  const byM = numberOption("move", values.move);
  return byM === undefined && widthM === undefined ? undefined : { to: { byM: byM ?? 0 }, widthM };
}

async function exportTrack(call: Call, name: string): Promise<ExitCode> {
  const { values, io } = call;
  const { format = values.output?.endsWith(".geojson") ? "geojson" : "pitwall" } = values;
  if (format !== "pitwall" && format !== "geojson") throw new UsageError("--format is pitwall or geojson");
  const { track } = knownTrack(call, name);
  const text = format === "geojson" ? `${trackToGeoJson(track)}\n` : formatTrackFile(track);
  if (values.output === undefined) await io.out(text);
  else await writeFile(values.output, text);
  return 0;
}

async function remove(call: Call, name: string): Promise<ExitCode> {
  const { tracks, io } = call;
  const own = tracks.own().map((k) => k.track);
  const some = own.some((t) => t.name.toLowerCase().includes(name.toLowerCase()));
  const { name: exact } = some ? trackNamed(own, name) : knownTrack(call, name).track;
  tracks.delete(exact);
  const again = tracks.find(exact);
  io.err(`deleted ${exact}${again ? "; the one of the starter library is used again" : ""}`);
  return 0;
}
