import { defaultDataFolder } from "@pitwall/server/archive";
import type { OnStoreProblem } from "@pitwall/store";
import type { Io } from "./command.ts";

export const tellProblem =
  (io: Io): OnStoreProblem =>
  (p) =>
    io.err(`pitwall: ${p.place}: ${p.reason}`);

export const dataOf = (values: { readonly data?: string | undefined }): string =>
  values.data ?? defaultDataFolder();
