import type { Command } from "./command.ts";
import { bench } from "./commands/bench.ts";
import { decode } from "./commands/decode.ts";
import { encode } from "./commands/encode.ts";
import { exportCommand } from "./commands/export.ts";
import { importCommand } from "./commands/import.ts";
import { protocols } from "./commands/protocols.ts";
import { rederive } from "./commands/rederive.ts";
import { replay } from "./commands/replay.ts";
import { serve } from "./commands/serve.ts";
import { session, sessions } from "./commands/sessions.ts";

export const COMMANDS: readonly Command[] = [
  serve,
  decode,
  encode,
  protocols,
  importCommand,
  sessions,
  session,
  exportCommand,
  replay,
  rederive,
  bench,
];
