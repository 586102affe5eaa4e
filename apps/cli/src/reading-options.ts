import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { FORMATS, type ReadOptions } from "@pitwall/formats";
import { findProtocol } from "@pitwall/protocols";
import { parseMapping } from "@pitwall/server/archive";
import { CommandError, UsageError } from "./command.ts";
import { protocolNamed, protocolOptions } from "./protocol-arguments.ts";

/** Options of every command that reads a FILE: what its content does not say. */
export const READING = {
  as: { type: "string" },
  dbc: { type: "string" },
  protocol: { type: "string" },
  option: { type: "string", multiple: true },
  date: { type: "string" },
  "east-positive": { type: "boolean" },
  mapping: { type: "string" },
} as const;

export const READING_USAGE =
  "[--dbc FILE] [--protocol NAME [--option KEY=VALUE …]] [--date YYYY-MM-DD] [--east-positive] [--mapping FILE] [--as FORMAT]";

export type ReadingValues = {
  readonly as?: string | undefined;
  readonly dbc?: string | undefined;
  readonly protocol?: string | undefined;
  readonly option?: readonly string[] | undefined;
  readonly date?: string | undefined;
  readonly "east-positive"?: boolean | undefined;
  readonly mapping?: string | undefined;
};

/** What they say, with the files they name read. Throws UsageError, CommandError, ConfigError. */
export async function readingOf(values: ReadingValues): Promise<ReadOptions> {
  const { as, dbc, protocol, option = [], date, mapping } = values;
  if (date !== undefined && !isDay(date))
    throw new UsageError(`--date takes a day as YYYY-MM-DD, not "${date}"`);
  const readable = FORMATS.filter((f) => f.read);
  if (as !== undefined && !readable.some((f) => f.id === as))
    throw new UsageError(`--as is one of ${readable.map((f) => f.id).join(" ")}`);
  if (protocol === undefined && dbc === undefined && option.length > 0)
    throw new UsageError("--option needs --protocol or --dbc");
  const spoken = protocol === undefined && dbc === undefined ? undefined : protocolNamed(protocol ?? "dbc");
  if (spoken?.name === "dbc" && dbc === undefined) throw new UsageError("--protocol dbc needs --dbc FILE");
  return {
    ...(as === undefined ? {} : { format: as }),
    ...(dbc === undefined ? {} : { dbc: await textOf("dbc", dbc) }),
    ...(protocol === undefined ? {} : { protocol }),
    ...(spoken === undefined || option.length === 0
      ? {}
      : { protocolOptions: protocolOptions(spoken, option) }),
    ...(date === undefined ? {} : { date }),
    ...(values["east-positive"] ? { eastPositive: true } : {}),
    ...(mapping === undefined ? {} : { mapping: parseMapping(await textOf("mapping", mapping), mapping) }),
  };
}

/** The same for one file: a name that ends in a protocol's says whose bytes it holds (`kart.racebox`), as `simulate --to` writes them. */
export function readingFor(file: string, reading: ReadOptions): ReadOptions {
  const ending = extname(file).slice(1).toLowerCase();
  const said = reading.protocol ?? reading.format ?? reading.dbc;
  if (said !== undefined || FORMATS.some((f) => f.extensions.includes(ending))) return reading;
  const protocol = findProtocol(ending);
  return protocol && protocol.carrier !== "can" ? { ...reading, protocol: ending } : reading;
}

function isDay(text: string): boolean {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}

async function textOf(option: string, file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (e) {
    throw new CommandError(`--${option} ${file}: cannot be read (${(e as NodeJS.ErrnoException).code})`, {
      cause: e,
    });
  }
}
