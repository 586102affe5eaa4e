import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { asStoreError, StoreError } from "../errors.ts";

const FILE = "lock";

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (e) {
    return (e as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * One process at a time works in a data folder. A lock whose process has gone (a crash, a power cut) is taken over.
 * Throws StoreError "locked" with the other's process number, "not-writable".
 */
export async function lockFolder(dir: string): Promise<Disposable> {
  const file = join(dir, FILE);
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      return { [Symbol.dispose]: () => rmSync(file, { force: true }) };
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code !== "EEXIST") throw asStoreError(e, dir);
      const pid = Number(readFileSync(file, "utf8"));
      if (Number.isInteger(pid) && pid > 0 && pid !== process.pid && isAlive(pid))
        throw new StoreError("locked", dir, `the data folder is in use by process ${pid}`);
      rmSync(file, { force: true });
    }
  }
  throw new StoreError("locked", dir, "the data folder is in use");
}
