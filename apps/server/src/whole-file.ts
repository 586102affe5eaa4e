import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { asStoreError } from "@pitwall/store";

/** Written beside, then put in place: whoever reads meanwhile sees the old file or the new one. Throws StoreError. */
export function writeWhole(file: string, text: string): void {
  const part = `${file}.${process.pid}.new`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    const handle = openSync(part, "w");
    try {
      writeSync(handle, text);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(part, file);
  } catch (e) {
    rmSync(part, { force: true });
    throw asStoreError(e, file);
  }
}

/** A file name that people can read, for any name: "Nürburgring" is `nurburgring.json`, or `nurburgring-2.json` where that is taken. */
export function plainName(dir: string, name: string, suffix: string, taken: ReadonlySet<string>): string {
  const slug =
    name
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "")
      .slice(0, 80) || "unnamed";
  let file = join(dir, `${slug}${suffix}`);
  for (let n = 2; taken.has(file); n++) file = join(dir, `${slug}-${n}${suffix}`);
  return file;
}
