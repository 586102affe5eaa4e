import { enableCompileCache } from "node:module";
import { createInterface } from "node:readline/promises";
import type { Io } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { explain } from "./explain.ts";

// commands start twice as fast where the modules were compiled before
enableCompileCache();

const abort = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => abort.abort());

async function ask(question: string): Promise<string | undefined> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const ended = new Promise<undefined>((done) => lines.once("close", () => done(undefined)));
    return await Promise.race([lines.question(question, { signal: abort.signal }), ended]);
  } finally {
    lines.close();
  }
}

const io: Io = {
  out: (chunk) =>
    new Promise((done, fail) => {
      process.stdout.write(chunk, (e) => (e ? fail(e) : done()));
    }),
  err: (line) => void process.stderr.write(`${line}\n`),
  stdin: () => process.stdin,
  ...(process.stdin.isTTY && process.stderr.isTTY ? { ask } : {}),
  interactive: process.stderr.isTTY === true,
  ...(process.stdout.isTTY && { columns: process.stdout.columns }),
  signal: abort.signal,
};
// a reader that has seen enough (`| head`) is no failure
process.stdout.on("error", (e: NodeJS.ErrnoException) => process.exit(e.code === "EPIPE" ? 0 : 1));

const help = (): string =>
  [
    "pitwall: open telemetry for karts, race cars, boats and small fleets",
    "",
    "usage: pitwall <command> [options]",
    "",
    ...COMMANDS.map((c) => `  ${c.name.padEnd(11)}${c.summary}`),
    "",
    "`pitwall <command> --help` tells more. Exit codes: 0 done, 1 it failed, 2 wrong usage, 130 stopped by Ctrl-C.",
    "",
  ].join("\n");

/** What shells make of a program that SIGINT has ended. */
const STOPPED = 130;

async function main(argv: readonly string[]): Promise<number> {
  const asked = argv[0] === "help" && argv[1] !== undefined;
  const [name, ...rest] = asked ? [...argv.slice(1), "--help"] : argv;
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    await io.out(help());
    return name === undefined ? 2 : 0;
  }
  const found = COMMANDS.find((c) => c.name === name);
  if (!found) {
    io.err(`pitwall: no command "${name}"\n\n${help()}`);
    return 2;
  }
  try {
    return await (await found.load()).run(rest, io);
  } catch (e) {
    if (abort.signal.aborted) {
      io.err(`pitwall ${name}: stopped`);
      return STOPPED;
    }
    const reason = explain(e);
    io.err(
      reason === undefined
        ? `pitwall ${name}: ${e instanceof Error ? e.stack : String(e)}`
        : `pitwall ${name}: ${reason}`,
    );
    return 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
