import { globSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { command, UsageError } from "../command.ts";

export type Figure = {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  readonly baseline: string;
  readonly baselineValue: number;
  readonly ratio: number;
  readonly note?: string;
};

const FOLDER = fileURLToPath(new URL("../../../../bench", import.meta.url));

/** Digits that a noisy machine justifies. */
const rounded = (f: Figure): Figure => ({
  ...f,
  value: Number(f.value.toPrecision(4)),
  baselineValue: Number(f.baselineValue.toPrecision(4)),
  ratio: Number(f.ratio.toPrecision(3)),
});

export const bench = command({
  name: "bench",
  summary: "run the benchmarks, one line of JSON a figure with its baseline",
  usage: "pitwall bench [NAME …]   (a checkout only)",
  options: {},
  async run({ positionals }, io) {
    const files = globSync("*.bench.ts", { cwd: FOLDER }).sort();
    const chosen =
      positionals.length === 0 ? files : files.filter((f) => positionals.some((p) => f.startsWith(p)));
    if (chosen.length === 0)
      throw new UsageError(`no benchmark ${positionals.join(" ")}; there are ${files.join(" ")}`);
    for (const file of chosen) {
      io.err(`bench: ${file}`);
      const module = (await import(`${FOLDER}/${file}`)) as {
        run: (report: (f: Figure) => void) => Promise<void>;
      };
      const lines: string[] = [];
      await module.run((f) => {
        lines.push(JSON.stringify(rounded(f)));
        void io.out(`${lines.pop()}\n`);
      });
    }
    return 0;
  },
});
