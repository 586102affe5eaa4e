import { importFile, openData } from "@pitwall/server";
import { command, UsageError } from "../command.ts";
import { dataOf, tellProblem } from "../data.ts";
import { openInput } from "../input.ts";
import { deskOf, explained, templateOf } from "../mapping-desk.ts";
import { progressBar } from "../progress.ts";
import { READING, READING_USAGE, readingOf } from "../reading-options.ts";

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
    await using data = await openData(dataOf(values), tellProblem(io));
    for (const file of positionals) {
      await openInput(io, file);
      const bar = progressBar(io, `importing ${file}`);
      const imported = await explained(io, file, () =>
        importFile(data, file, {
          ...(values.vehicle === undefined ? {} : { vehicle: values.vehicle }),
          progress: bar.update,
          reading: { ...reading, mappings: deskOf(io, file, values), signal: io.signal },
        }),
      ).finally(bar.end);
      for (const note of imported.notes) io.err(`${file}: ${note}`);
      await io.out(values.json ? `${JSON.stringify({ file, ...imported })}\n` : `${imported.session}\n`);
    }
    return 0;
  },
});
