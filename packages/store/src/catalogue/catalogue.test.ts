import { readdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { StoreProblem } from "../errors.ts";
import { openJournal } from "../journal/journal.ts";
import { SeqRanges } from "../journal/seq-ranges.ts";
import { openCatalogue } from "./catalogue.ts";
import { lockFolder } from "./folder-lock.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "pitwall-catalogue-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const T0 = 1_700_000_000_000_000;
const problems: StoreProblem[] = [];
const open = async () => {
  problems.length = 0;
  const onProblem = (p: StoreProblem) => void problems.push(p);
  const journal = await openJournal({ dir: join(dir, "journal"), onProblem });
  return { journal, catalogue: await openCatalogue({ dir, journal, onProblem }) };
};

describe("catalogue", () => {
  it("keeps sessions over a restart, newest first", async () => {
    {
      const { journal, catalogue } = await open();
      catalogue.openSession({ id: "a-1", vehicle: "a", startUs: T0, title: null });
      catalogue.openSession({ id: "b-1", vehicle: "b", startUs: T0 + 5, title: "x" });
      catalogue.closeSession("a-1", { endUs: T0 + 9, frames: 3 });
      catalogue[Symbol.dispose]();
      await journal[Symbol.asyncDispose]();
    }
    const { journal, catalogue } = await open();
    expect(catalogue.sessions().map((s) => s.id)).toEqual(["b-1", "a-1"]);
    expect(catalogue.session("a-1")).toEqual({
      id: "a-1",
      vehicle: "a",
      startUs: T0,
      endUs: T0 + 9,
      state: "closed",
      frames: 3,
      title: null,
    });
    catalogue.deleteSession("a-1");
    expect(catalogue.session("a-1")).toBeUndefined();
    catalogue[Symbol.dispose]();
    await journal[Symbol.asyncDispose]();
  });

  it("remembers which frames have come", async () => {
    const { journal, catalogue } = await open();
    const seen = new SeqRanges();
    for (const n of [1, 2, 3, 7, 4_294_967_295]) seen.add(n);
    catalogue.saveReceived("unit", "1", seen);
    catalogue.saveReceived("unit", "1", seen);
    expect(catalogue.received("unit", "1")).toEqual([
      [1, 3],
      [7, 7],
      [4_294_967_295, 4_294_967_295],
    ]);
    expect(catalogue.received("unit", "2")).toEqual([]);
    catalogue[Symbol.dispose]();
    await journal[Symbol.asyncDispose]();
  });

  it("a damaged one is moved aside and made again from the journal's files", async () => {
    {
      const { journal, catalogue } = await open();
      const source = journal.source(
        { id: "kart-1", vehicle: "kart" },
        { device: "d", boot: "", name: "n", protocol: "blackbox" },
      );
      journal.append(source, new Uint8Array([1, 2, 3]), 0, 3, T0, Number.NaN, 0);
      await journal.committed();
      await journal.closeSession("kart-1");
      catalogue[Symbol.dispose]();
      await journal[Symbol.asyncDispose]();
    }
    writeFileSync(join(dir, "catalogue.db"), Buffer.alloc(4096, 0x5a));
    const { journal, catalogue } = await open();
    expect(problems).toMatchObject([{ code: "corrupt" }]);
    expect(readdirSync(dir).some((f) => f.startsWith("catalogue.db.corrupt-"))).toBe(true);
    expect(catalogue.sessions()).toMatchObject([
      { id: "kart-1", vehicle: "kart", frames: 1, state: "closed" },
    ]);
    catalogue[Symbol.dispose]();
    await journal[Symbol.asyncDispose]();
  });
});

describe("data folder lock", () => {
  it("is taken over from a process that has gone, and given back", async () => {
    writeFileSync(join(dir, "lock"), "999999999");
    const lock = await lockFolder(dir);
    lock[Symbol.dispose]();
    expect(readdirSync(dir)).not.toContain("lock");
  });

  it("is refused while another process lives", async () => {
    writeFileSync(join(dir, "lock"), String(process.ppid));
    await expect(lockFolder(dir)).rejects.toMatchObject({ code: "locked" });
  });
});
