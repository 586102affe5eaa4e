import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import type { ReadOptions } from "@pitwall/formats";

/** What lies beside a file and belongs to it: the .ldx file of a MoTeC log, in whatever case its name is written. */
export async function companionsOf(file: string): Promise<Pick<ReadOptions, "ldx">> {
  if (extname(file).toLowerCase() !== ".ld") return {};
  const wanted = `${basename(file).toLowerCase()}x`;
  const beside = (await readdir(dirname(file))).find((name) => name.toLowerCase() === wanted);
  return beside === undefined ? {} : { ldx: await readFile(join(dirname(file), beside), "utf8") };
}
