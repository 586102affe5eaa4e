import { COMMANDS } from "../apps/cli/src/commands.ts";
import type { Ran } from "./harness.ts";

/** Runs a command in this process, for tests that need many: what its own process adds is tested elsewhere. */
export async function command([name, ...args]: readonly string[]): Promise<Ran> {
  let out = "";
  let err = "";
  const decoder = new TextDecoder();
  const io = {
    out: async (chunk: string | Uint8Array) => {
      out += typeof chunk === "string" ? chunk : decoder.decode(chunk);
    },
    err: (line: string) => {
      err += `${line}\n`;
    },
    stdin: async function* () {},
    interactive: false,
    signal: new AbortController().signal,
  };
  const found = COMMANDS.find((c) => c.name === name)!;
  try {
    const code = await (await found.load()).run(args, io);
    return { code, out, err };
  } catch (e) {
    return { code: 1, out, err: `${err}pitwall ${name}: ${(e as Error).message}\n` };
  }
}
