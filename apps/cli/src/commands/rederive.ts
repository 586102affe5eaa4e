import { deriveSession, openData } from "@pitwall/server/archive";
import { CommandError, command, UsageError } from "../command.ts";
import { dataOf, tellProblem } from "../data.ts";
import { progressBar } from "../progress.ts";

export const rederive = command({
  name: "rederive",
  summary: "run the pipeline again on a session's journal",
  usage: "pitwall rederive SESSION",
  options: {},
  async run({ values, positionals }, io) {
    const [id, ...more] = positionals;
    if (id === undefined || more.length > 0) throw new UsageError("one session id");
    await using data = await openData(dataOf(values), tellProblem(io));
    if (!data.catalogue.session(id)) throw new CommandError(`no session "${id}"`);
    const bar = progressBar(io, `deriving ${id}`);
    const derived = await deriveSession(data, id, bar.update).finally(bar.end);
    const digest = await data.samples.digest(id);
    await io.out(
      values.json
        ? `${JSON.stringify({ session: id, ...derived, digest })}\n`
        : `${id}: ${derived.frames} frames, ${derived.samples} samples, ${derived.problems} problems, digest ${digest}\n`,
    );
    return 0;
  },
});
