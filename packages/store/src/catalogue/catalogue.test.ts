import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { StoreProblem } from "../errors.ts";
import { openJournal } from "../journal/journal.ts";
import { SeqRanges } from "../journal/seq-ranges.ts";
import type { Journal } from "../journal/types.ts";
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
      catalogue.closeSession("b-1", { endUs: T0 + 8, frames: 1 });
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

  it("keeps what was learnt of a vehicle's sensors: the newest of each, and of the sensors the newest", async () => {
    const { journal, catalogue } = await open();
    const { calibrations } = catalogue;
    const row = (sensor: string, at: number, vehicle = "kart") => ({
      vehicle,
      sensor,
      learntUs: T0 + at,
      content: Uint8Array.of(at),
    });
    for (const [n, sensor] of ["a", "b", "c", "d", "e"].entries()) calibrations.keep(row(sensor, n));
    calibrations.keep(row("c", 9));
    // a session that was taken up late does not take the place of a later one
    calibrations.keep(row("c", 7));
    calibrations.keep(row("a", 1, "boat"));
    catalogue[Symbol.dispose]();
    await journal[Symbol.asyncDispose]();
    const again = await open();
    expect(again.catalogue.calibrations.of("kart")).toEqual([
      row("c", 9),
      row("e", 4),
      row("d", 3),
      row("b", 1),
    ]);
    expect(again.catalogue.calibrations.of("boat")).toEqual([row("a", 1, "boat")]);
    expect(again.catalogue.calibrations.of("car")).toEqual([]);
    again.catalogue[Symbol.dispose]();
    await again.journal[Symbol.asyncDispose]();
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

describe("catalogue beside the journal", () => {
  const append = async (journal: Journal, id: string) => {
    const source = journal.source(
      { id, vehicle: "kart" },
      { device: "d", boot: "", name: "n", protocol: "x" },
    );
    journal.append(source, new Uint8Array([1, 2, 3]), 0, 3, T0, Number.NaN, 0);
    await journal.committed();
  };

  it("takes in what only the journal knows, and puts right what a crash left open", async () => {
    {
      const { journal, catalogue } = await open();
      for (const id of ["closed-after", "still-open", "never-written"])
        catalogue.openSession({ id, vehicle: "kart", startUs: T0, title: "mine" });
      for (const id of ["closed-after", "still-open", "only-there", "open-only-there"])
        await append(journal, id);
      await journal.closeSession("closed-after");
      await journal.closeSession("only-there", { imported: "true", title: "Friday" });
      catalogue[Symbol.dispose]();
      await journal[Symbol.asyncDispose]();
    }
    const { journal, catalogue } = await open();
    const rows = catalogue.sessions().map((s) => [s.id, s.state, s.frames, s.title]);
    expect(rows.sort()).toEqual([
      ["closed-after", "closed", 1, "mine"],
      ["only-there", "imported", 1, "Friday"],
      ["open-only-there", "open", 0, null],
      ["still-open", "open", 0, "mine"],
    ]);
    catalogue[Symbol.dispose]();
    await journal[Symbol.asyncDispose]();
  });

  it("keeps what it knows of devices", async () => {
    const device = {
      id: "unit",
      vehicle: "kart",
      transport: "mqtt",
      address: "127.0.0.1:5",
      clock: "gnss",
      lastSeenUs: T0,
      frames: 7,
      bytes: 70,
      problems: { "bad-checksum": 2, skipped: 1 },
    };
    {
      const { journal, catalogue } = await open();
      catalogue.saveDevice({ ...device, frames: 1, lastSeenUs: null, problems: {} });
      catalogue.saveDevice(device);
      catalogue[Symbol.dispose]();
      await journal[Symbol.asyncDispose]();
    }
    const { journal, catalogue } = await open();
    expect(catalogue.devices()).toEqual([device]);
    catalogue[Symbol.dispose]();
    await journal[Symbol.asyncDispose]();
  });
});

describe("gap ledger", () => {
  it("says what is missing and what came later", async () => {
    const { journal, catalogue } = await open();
    const seen = new SeqRanges();
    const note = (us: number, ...seqs: number[]) => {
      for (const n of seqs) seen.add(n);
      catalogue.saveReceived("unit", "1", seen, T0 + us);
      return catalogue
        .gaps("unit")
        .map((g) => [g.first, g.last, g.noticedUs - T0, g.filledUs && g.filledUs - T0]);
    };
    expect(note(1, 0, 1, 2)).toEqual([]);
    expect(note(2, 9)).toEqual([[3, 8, 2, null]]);
    expect(note(3, 5, 6)).toEqual([
      [3, 4, 2, null],
      [5, 6, 2, 3],
      [7, 8, 2, null],
    ]);
    expect(note(4, 3, 4, 12)).toEqual([
      [3, 4, 2, 4],
      [5, 6, 2, 3],
      [7, 8, 2, null],
      [10, 11, 4, null],
    ]);
    expect(note(5, 7, 8, 10, 11).every((g) => g[3] !== null)).toBe(true);
    catalogue[Symbol.dispose]();
    await journal[Symbol.asyncDispose]();
  });

  it("always says the same as the numbers themselves", async () => {
    const { journal, catalogue } = await open();
    let boot = 0;
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.nat(30), { minLength: 1, maxLength: 8 }), { maxLength: 6 }),
        (rounds) => {
          const seen = new SeqRanges();
          const name = String(boot++);
          for (const [i, seqs] of rounds.entries()) {
            for (const n of seqs) seen.add(n);
            catalogue.saveReceived("unit", name, seen, i);
            const gaps = catalogue.gaps("unit").filter((g) => g.boot === name);
            const numbers = (filled: boolean) =>
              gaps
                .filter((g) => (g.filledUs !== null) === filled)
                .flatMap((g) => Array.from({ length: g.last - g.first + 1 }, (_, k) => g.first + k));
            const missing = seen
              .missing()
              .flatMap(([a, b]) => Array.from({ length: b - a + 1 }, (_, k) => a + k));
            expect(numbers(false)).toEqual(missing);
            expect(numbers(true).every((n) => seen.has(n))).toBe(true);
          }
        },
      ),
      { numRuns: 60 },
    );
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

  it("is taken over where another process has got the number since", async () => {
    writeFileSync(join(dir, "lock"), `${process.ppid}\nanother boot 123\n`);
    using _ = await lockFolder(dir);
    expect(readFileSync(join(dir, "lock"), "utf8")).toMatch(new RegExp(`^${process.pid}\n`));
  });

  it("is refused while another process lives", async () => {
    writeFileSync(join(dir, "lock"), String(process.ppid));
    await expect(lockFolder(dir)).rejects.toMatchObject({ code: "locked" });
  });
});
