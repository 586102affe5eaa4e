import { createWriteStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

/** Where a file goes: the path itself, or a name within it where it is a folder. */
export async function placeIn(path: string, name: string): Promise<string> {
  const folder = await stat(path).then(
    (s) => s.isDirectory(),
    () => /[\\/]$/.test(path),
  );
  return folder ? join(path, name) : path;
}

/** Writes a file that is either there and whole, or not there. */
export async function writeWhole(path: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const part = `${path}.part`;
  try {
    await pipeline(pieces, createWriteStream(part));
    await rename(part, path);
  } catch (e) {
    await rm(part, { force: true });
    throw e;
  }
}
