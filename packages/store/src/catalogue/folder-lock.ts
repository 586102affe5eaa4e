import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { asStoreError, StoreError } from "../errors.ts";

const FILE = "lock";

/** When the process began, in ticks since the machine did; "" where the system does not tell. A process number alone may be another's after a restart. */
function startOf(pid: number): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    // the second field is the name in brackets, which may hold spaces; the start is the 20th behind it
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return `${boot} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}`;
  } catch {
    return "";
  }
}

function isAlive(pid: number, start: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return start === "" || start === startOf(pid);
}

export interface FolderLock extends Disposable {
  /** Tells other processes where the one that works here can be asked instead. */
  readonly announce: (address: string) => void;
}

/** Where the process that works in a data folder can be asked; undefined where none does, or none says so. */
export function addressOfHolder(dir: string): string | undefined {
  try {
    const [number, start = "", address] = readFileSync(join(dir, FILE), "utf8").split("\n");
    return address && isAlive(Number(number), start) ? address : undefined;
  } catch {
    return undefined;
  }
}

/**
 * One process at a time works in a data folder. A lock whose process has gone (a crash, a power cut) is taken over.
 * Throws StoreError "locked" with the other's process number, "not-writable".
 */
export async function lockFolder(dir: string): Promise<FolderLock> {
  const file = join(dir, FILE);
  const mine = `${process.pid}\n${startOf(process.pid)}\n`;
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      writeFileSync(file, mine, { flag: "wx" });
      return {
        announce: (address) => writeFileSync(file, `${mine}${address}\n`),
        [Symbol.dispose]: () => rmSync(file, { force: true }),
      };
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code !== "EEXIST") throw asStoreError(e, dir);
      let text = readFileSync(file, "utf8");
      // its maker is between making and writing it, or was killed there
      if (text === "") {
        await sleep(50);
        text = readFileSync(file, "utf8");
      }
      const [number = "", start = ""] = text.split("\n");
      const pid = Number(number);
      const isOther = Number.isInteger(pid) && pid > 0 && pid !== process.pid;
      if (isOther && isAlive(pid, start))
        throw new StoreError("locked", dir, `the data folder is in use by process ${pid}`);
      rmSync(file, { force: true });
    }
  }
  throw new StoreError("locked", dir, "the data folder is in use");
}
