import { openAsBlob } from "node:fs";
import { glob, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import {
  deriveCutImports,
  dropCutImports,
  type Imported,
  type ImportOptions,
  importFile,
  openData,
} from "@pitwall/server/archive";
import { command, type Io, UsageError } from "../command.ts";
import { tellProblem } from "../data.ts";
import { explain } from "../explain.ts";
import { openInput } from "../input.ts";
import { deskOf, explained, templateOf } from "../mapping-desk.ts";
import { openPlace, type Place } from "../place.ts";
import { progressBar } from "../progress.ts";
import { READING, READING_USAGE, readingFor, readingOf } from "../reading-options.ts";

/**
 * A file as a session of the data folder, or of the server that works there: for that it is read here, where it may be
 * asked what its columns are, and handed over as a journal, which says everything.
 */
async function take(io: Io, place: Place, file: string, options: ImportOptions): Promise<Imported> {
  if (place.data) return importFile(place.data, file, options);
  const temporary = await mkdtemp(join(tmpdir(), "pitwall-import-"));
  try {
    await using data = await openData(temporary, tellProblem(io));
    const here = await importFile(data, file, options);
    for await (const journal of glob(join(temporary, "journal", "*", `${here.session}.mcap`))) {
      const { session } = await place.server.api.importSession(basename(file), await openAsBlob(journal));
      return { ...here, session };
    }
    throw new Error(`${file}: its journal is not where it should be`);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

export const importCommand = command({
  name: "import",
  summary: "store recordings as sessions; the format is recognised from the content",
  usage: `pitwall import FILE … [--vehicle ID] ${READING_USAGE}; or FILE --mapping-template`,
  options: { ...READING, vehicle: { type: "string" }, "mapping-template": { type: "boolean" } },
  async run({ values, positionals }, io) {
    if (positionals.length === 0) throw new UsageError("which file?");
    if (values["mapping-template"]) {
      if (positionals.length > 1) throw new UsageError("--mapping-template takes one file");
      await openInput(io, positionals[0]);
      await io.out(await templateOf(positionals[0]!));
      return 0;
    }
    const reading = await readingOf(values);
    await using place = await openPlace(io, values);
    if (place.data) {
      await dropCutImports(place.data);
      await deriveCutImports(place.data, io.signal);
    }
    const one = async (file: string): Promise<void> => {
      io.signal.throwIfAborted();
      await openInput(io, file);
      const bar = progressBar(io, `importing ${file}`);
      const imported = await explained(io, file, () =>
        take(io, place, file, {
          ...(values.vehicle === undefined ? {} : { vehicle: values.vehicle }),
          progress: bar.update,
          reading: { ...readingFor(file, reading), mappings: deskOf(io, file, values), signal: io.signal },
        }),
      ).finally(bar.end);
      for (const note of imported.notes) io.err(`${file}: ${note}`);
      await io.out(values.json ? `${JSON.stringify({ file, ...imported })}\n` : `${imported.session}\n`);
    };
    if (positionals.length === 1) {
      await one(positionals[0]!);
      return 0;
    }
    let failed = 0;
    for (const file of positionals)
      try {
        await one(file);
      } catch (e) {
        // one file in a row that cannot be read must not keep the others out
        const reason = explain(e);
        if (reason === undefined || io.signal.aborted) throw e;
        failed++;
        io.err(`pitwall import: ${reason}`);
      }
    if (failed > 0) io.err(`${positionals.length - failed} of ${positionals.length} files imported`);
    return failed > 0 ? 1 : 0;
  },
});
