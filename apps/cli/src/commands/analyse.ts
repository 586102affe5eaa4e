import { braking } from "../analyse/verbs/braking.ts";
import { channel } from "../analyse/verbs/channel.ts";
import { coasting } from "../analyse/verbs/coasting.ts";
import { compare } from "../analyse/verbs/compare.ts";
import { consistency } from "../analyse/verbs/consistency.ts";
import { corners } from "../analyse/verbs/corners.ts";
import { energy } from "../analyse/verbs/energy.ts";
import { gg } from "../analyse/verbs/gg.ts";
import { histogram } from "../analyse/verbs/histogram.ts";
import { summary } from "../analyse/verbs/summary.ts";
import type { Command, Io } from "../command.ts";

const VERBS: readonly Command[] = [
  summary,
  corners,
  compare,
  consistency,
  gg,
  histogram,
  braking,
  coasting,
  energy,
  channel,
];

const NAME = "analyse";
const verbOf = (c: Command): string => c.name.slice(NAME.length + 1);
const SUMMARY = "where a lap was won and lost: corners, deltas, forces, any channel";
const USAGE = `pitwall ${NAME} ${VERBS.map(verbOf).join("|")} FILE-or-SESSION [options]`;

const help = (): string =>
  [
    SUMMARY,
    `usage: ${USAGE}`,
    "",
    ...VERBS.map((v) => `  ${verbOf(v).padEnd(13)}${v.summary}`),
    "",
    `\`pitwall ${NAME} <what> --help\` tells more. \`--json\` prints SI units; \`--svg FILE\` draws where it says so.`,
    "",
  ].join("\n");

export const analyse: Command = {
  name: NAME,
  summary: SUMMARY,
  usage: USAGE,
  async run(argv: readonly string[], io: Io) {
    const [what, ...rest] = argv;
    if (what === "--help" || what === "-h" || what === "help") {
      await io.out(help());
      return 0;
    }
    const verb = VERBS.find((v) => verbOf(v) === what);
    if (verb) return verb.run(rest, io);
    io.err(what === undefined ? `pitwall ${NAME}: analyse what?` : `pitwall ${NAME}: no analysis "${what}"`);
    io.err(help());
    return 2;
  },
};
