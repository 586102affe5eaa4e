import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { FORMATS, writeRecording } from "@pitwall/formats";
import { openData, recordingOf } from "@pitwall/server";
import { CommandError, command, UsageError } from "../command.ts";
import { dataOf, tellProblem } from "../data.ts";
import { progressBar } from "../progress.ts";

const SHORT: Readonly<Record<string, string>> = { csv: "pitwall-csv" };

export const exportCommand = command({
  name: "export",
  summary: "write a session to a file format",
  usage: "pitwall export SESSION --format FORMAT [-o FILE]",
  options: { format: { type: "string" }, output: { type: "string", short: "o" } },
  async run({ values, positionals }, io) {
    const [id, ...more] = positionals;
    if (id === undefined || more.length > 0) throw new UsageError("one session id");
    const writable = FORMATS.filter((f) => f.write !== undefined);
    const wanted = values.format === undefined ? undefined : (SHORT[values.format] ?? values.format);
    const format = writable.find((f) => f.id === wanted) ?? writable.find((f) => f.extensions[0] === wanted);
    if (!format) throw new UsageError(`--format is one of csv ${writable.map((f) => f.id).join(" ")}`);
    await using data = await openData(dataOf(values), tellProblem(io));
    const row = data.catalogue.session(id);
    if (!row) throw new CommandError(`no session "${id}"`);
    const recording = await recordingOf(data, id);
    const bar = progressBar(io, `writing ${format.id}`);
    let bytes = 0;
    const pieces = async function* () {
      for await (const piece of writeRecording(recording, format.id)) {
        bytes += piece.length;
        bar.update(bytes, undefined);
        yield piece;
      }
    };
    try {
      if (values.output === undefined) for await (const piece of pieces()) await io.out(piece);
      else {
        // a file that is there is whole
        const part = `${values.output}.part`;
        try {
          await pipeline(pieces, createWriteStream(part));
          await rename(part, values.output);
        } catch (e) {
          await rm(part, { force: true });
          throw e;
        }
      }
    } finally {
      bar.end();
    }
    if (values.output !== undefined) io.err(`${values.output}: ${bytes} bytes`);
    return 0;
  },
});
