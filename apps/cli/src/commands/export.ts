import { basename, extname, resolve } from "node:path";
import { FORMATS, type Format, writeRecording } from "@pitwall/formats";
import { openTracks } from "@pitwall/server/archive";
import { CommandError, command, numberOption, UsageError } from "../command.ts";
import { dataOf, tellProblem } from "../data.ts";
import { placeIn, writeWhole } from "../output.ts";
import { progressBar } from "../progress.ts";
import { READING, READING_USAGE } from "../reading-options.ts";
import { openRecording } from "../recordings.ts";
import { withTimedLaps } from "../timed-recording.ts";

const SHORT: Readonly<Record<string, string>> = { csv: "pitwall-csv", json: "pitwall-json" };
const WRITABLE = FORMATS.filter((f) => f.write !== undefined);

/** By id, by a short name, or by the end of the file's name where only one format ends so. Throws UsageError. */
function formatOf(given: string | undefined, output: string | undefined): Format {
  const ending = output === undefined ? "" : extname(output).slice(1).toLowerCase();
  const byEnding = WRITABLE.filter((f) => f.extensions.includes(ending));
  const wanted = given ?? (ending in SHORT ? ending : byEnding.length === 1 ? byEnding[0]!.id : undefined);
  const id = SHORT[wanted ?? ""] ?? wanted;
  const format = WRITABLE.find((f) => f.id === id) ?? WRITABLE.find((f) => f.extensions[0] === id);
  if (!format) throw new UsageError(`--format is one of csv ${WRITABLE.map((f) => f.id).join(" ")}`);
  return format;
}

function positionOf(text: string | undefined): "gnss" | "vehicle" | undefined {
  if (text === undefined || text === "gnss" || text === "vehicle") return text;
  throw new UsageError(`--position is gnss (as received) or vehicle (as fused), not "${text}"`);
}

export const exportCommand = command({
  name: "export",
  summary: "write a session, or a file of another format, to a file format",
  usage: `pitwall export SESSION-or-FILE --format FORMAT [-o FILE-or-FOLDER] [--position gnss|vehicle] [--rate HZ] [--no-laps] ${READING_USAGE}`,
  options: {
    ...READING,
    format: { type: "string" },
    output: { type: "string", short: "o" },
    position: { type: "string" },
    rate: { type: "string" },
    laps: { type: "boolean", default: true },
  },
  async run({ values, positionals }, io) {
    const [what, ...more] = positionals;
    if (what === undefined || more.length > 0) throw new UsageError("one session or file");
    const format = formatOf(values.format, values.output);
    const position = positionOf(values.position);
    const rateHz = numberOption("rate", values.rate);
    if (rateHz !== undefined && !(rateHz > 0 && rateHz <= 1000))
      throw new UsageError("--rate is above 0 Hz, at most 1000");
    const name = `${basename(what, extname(what))}.${format.extensions[0]}`;
    const output = values.output === undefined ? undefined : await placeIn(values.output, name);
    if (output !== undefined && resolve(output) === resolve(what))
      throw new CommandError(`${output}: would take the place of what is read; name another file with -o`);
    const given = await openRecording(io, what, values);
    const { recording, note } = values.laps
      ? withTimedLaps(given, openTracks(dataOf(values), tellProblem(io)).known())
      : { recording: { ...given, laps: [] }, note: undefined };
    const bar = progressBar(io, `writing ${format.id}`);
    let bytes = 0;
    const pieces = async function* () {
      const options = {
        ...(position === undefined ? {} : { position }),
        ...(rateHz === undefined ? {} : { rateHz }),
      };
      for await (const piece of writeRecording(recording, format.id, options)) {
        io.signal.throwIfAborted();
        bytes += piece.length;
        bar.update(bytes, undefined);
        yield piece;
      }
    };
    try {
      if (output === undefined) for await (const piece of pieces()) await io.out(piece);
      else await writeWhole(output, pieces());
    } finally {
      bar.end();
    }
    if (note !== undefined && format.carries.laps !== "none") io.err(note);
    if (values.json && output !== undefined)
      await io.out(
        `${JSON.stringify({ file: output, format: format.id, bytes, laps: recording.laps.length })}\n`,
      );
    else if (output !== undefined) io.err(`${output}: ${bytes} bytes`);
    return 0;
  },
});
