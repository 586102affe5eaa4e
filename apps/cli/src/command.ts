import { type ParseArgsConfig, parseArgs } from "node:util";

type Options = NonNullable<ParseArgsConfig["options"]>;
type Parsed<O extends Options> = ReturnType<
  typeof parseArgs<{ options: O; allowPositionals: true }>
>["values"];

/** What a command may touch of the world. stdout is data, stderr is for people. */
export type Io = {
  /** Writes to stdout; waits where the reader is slow. */
  readonly out: (chunk: string | Uint8Array) => Promise<void>;
  readonly err: (line: string) => void;
  readonly stdin: () => AsyncIterable<Uint8Array>;
  /** Asks on the terminal; undefined where there is nobody to ask. The answer is undefined where input ends. */
  readonly ask?: (question: string) => Promise<string | undefined>;
  /** stderr is a terminal: progress may be drawn. */
  readonly interactive: boolean;
  /** Width of stdout where it is a terminal: a chart may be drawn. */
  readonly columns?: number;
  readonly signal: AbortSignal;
};

/** 0 done, 1 it failed, 2 wrong usage. */
export type ExitCode = 0 | 1 | 2;

export type Command = {
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  readonly run: (argv: readonly string[], io: Io) => Promise<ExitCode>;
};

/** Wrong usage: one line, then how it is used; exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** It failed: one line that says what and where; exit code 1. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

/** Options every command knows. */
const COMMON = {
  json: { type: "boolean" },
  data: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const satisfies Options;

export function command<const O extends Options>(spec: {
  readonly name: string;
  readonly summary: string;
  readonly usage: string;
  readonly options: O;
  readonly run: (
    args: { values: Parsed<O & typeof COMMON>; positionals: string[] },
    io: Io,
  ) => Promise<ExitCode>;
}): Command {
  const { name, summary, usage } = spec;
  return {
    name,
    summary,
    usage,
    async run(argv, io) {
      try {
        const options = { ...COMMON, ...spec.options };
        const parsed = parseArgs({
          args: withNegatives(argv, options),
          options,
          allowPositionals: true,
          strict: true,
          allowNegative: true,
        });
        if ((parsed.values as { help?: boolean }).help) {
          await io.out(`${summary}\nusage: ${usage}\n`);
          return 0;
        }
        return await spec.run(
          { values: parsed.values as Parsed<O & typeof COMMON>, positionals: parsed.positionals },
          io,
        );
      } catch (e) {
        const wrongArgs = e instanceof Error && "code" in e && String(e.code).startsWith("ERR_PARSE_ARGS");
        if (!wrongArgs && !(e instanceof UsageError)) throw e;
        io.err(`pitwall ${name}: ${(e as Error).message.split(". To specify")[0]}`);
        io.err(`usage: ${usage}`);
        return 2;
      }
    },
  };
}

/** `--gate -33.8,18.5` as people write it: a number below zero behind an option is its value, not an option. */
function withNegatives(argv: readonly string[], options: Options): string[] {
  const args: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i]!;
    const next = argv[i + 1];
    const takes = arg.startsWith("--") && options[arg.slice(2)]?.type === "string";
    if (!takes || next === undefined || !/^-[\d.]/.test(next)) args.push(arg);
    else {
      args.push(`${arg}=${next}`);
      i++;
    }
  }
  return args;
}

/** A whole number within bounds. Throws UsageError. */
export function intOption(
  name: string,
  text: string | undefined,
  lo: number,
  hi: number,
): number | undefined {
  if (text === undefined) return undefined;
  const n = Number(text);
  if (text.trim() === "" || !Number.isInteger(n) || n < lo || n > hi)
    throw new UsageError(`--${name} takes a whole number from ${lo} to ${hi}, not "${text}"`);
  return n;
}

export function numberOption(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const n = Number(text);
  if (text.trim() === "" || !Number.isFinite(n))
    throw new UsageError(`--${name} takes a number, not "${text}"`);
  return n;
}
