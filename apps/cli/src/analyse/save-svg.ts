import { rename, rm, writeFile } from "node:fs/promises";
import type { Io } from "../command.ts";

export const SVG = { svg: { type: "string" } } as const;

/** Writes a picture whole or not at all. */
export async function saveSvg(io: Io, file: string, content: string): Promise<void> {
  const part = `${file}.part`;
  try {
    await writeFile(part, content);
    await rename(part, file);
  } catch (e) {
    await rm(part, { force: true });
    throw e;
  }
  io.err(`wrote ${file}`);
}
