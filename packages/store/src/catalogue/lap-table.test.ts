import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openJournal } from "../journal/journal.ts";
import { type Catalogue, openCatalogue } from "./catalogue.ts";
import type { LapRow, Timing } from "./lap-table.ts";
import { MIGRATIONS } from "./schema.ts";

let dir: string;
let catalogue: Catalogue;
let close: () => Promise<void>;
const T0 = 1_700_000_000_000_000;
const onProblem = () => {};

async function open(): Promise<void> {
  const journal = await openJournal({ dir: join(dir, "journal"), onProblem });
  // sessions of the test are in the catalogue alone: those the journal does not know are kept unless open
  catalogue = await openCatalogue({ dir, journal, onProblem });
  close = async () => {
    catalogue[Symbol.dispose]();
    await journal[Symbol.asyncDispose]();
  };
}
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "pitwall-laps-"));
  await open();
});
afterEach(async () => {
  await close();
  await rm(dir, { recursive: true, force: true });
});

function session(id: string, startUs: number, vehicle = "kart"): void {
  catalogue.openSession({ id, vehicle, startUs, title: null });
  catalogue.closeSession(id, { endUs: startUs + 1e9, frames: 1 });
}
const lap = (number: number, timeS: number, more: Partial<LapRow> = {}): LapRow => ({
  number,
  kind: "lap",
  startUs: T0 + number * 1e8,
  endUs: T0 + number * 1e8 + Math.round(timeS * 1e6),
  timeS,
  uncertaintyS: 0.004,
  valid: true,
  flags: [],
  sectorsS: [1.5, null],
  ...more,
});
const timing = (laps: readonly LapRow[], track: string | null = "Club"): Timing => ({
  track,
  layout: track === null ? null : "full",
  source: track === null ? "suggested" : "own",
  gates: [{ kind: "startFinish", name: "start", ends: [1, 2, 3, 4], course: 0.5 }],
  notes: ["a note"],
  laps,
});

describe("laps in the catalogue", () => {
  it("come back as they went, in their order, also after a restart", async () => {
    session("s", T0);
    const laps = [
      lap(0, 33.3, { kind: "out", valid: false, flags: ["pit"], uncertaintyS: null }),
      lap(2, 60.123456789),
      lap(1, 61),
    ];
    catalogue.laps.save("s", timing(laps));
    await close();
    await open();
    expect(catalogue.laps.of("s")).toEqual(timing(laps));
    expect(catalogue.laps.of("other")).toBeUndefined();
    catalogue.laps.save("s", timing([]));
    expect(catalogue.laps.of("s")).toEqual(timing([]));
  });

  it("are summed up by session: whole laps, and the best valid one", () => {
    session("a", T0);
    session("b", T0 + 5e9);
    session("c", T0 + 6e9);
    catalogue.laps.save(
      "a",
      timing([lap(0, 20, { kind: "out", valid: false }), lap(1, 50, { valid: false }), lap(2, 61)]),
    );
    catalogue.laps.save("b", timing([], null));
    expect([...catalogue.laps.summaries()]).toEqual([
      ["a", { track: "Club", layout: "full", laps: 2, bestS: 61 }],
      ["b", { track: null, layout: null, laps: 0, bestS: null }],
    ]);
  });

  it("count as not timed from the beginning of their replacement to its end", () => {
    session("a", T0);
    session("b", T0 + 5e9);
    catalogue.openSession({ id: "open", vehicle: "k", startUs: T0 + 9e9, title: null });
    expect(catalogue.laps.untimed()).toEqual(["b", "a"]);
    catalogue.laps.save("a", timing([lap(1, 60)]));
    catalogue.laps.save("b", timing([]));
    expect(catalogue.laps.untimed()).toEqual([]);
    catalogue.laps.begin("a");
    expect(catalogue.laps.untimed()).toEqual(["a"]);
    expect(catalogue.laps.of("a")?.laps).toHaveLength(1);
    catalogue.laps.save("a", timing([lap(1, 61)]));
    expect(catalogue.laps.untimed()).toEqual([]);
    catalogue.laps.begin("nowhere");
    catalogue.laps.save("nowhere", timing([lap(1, 61)]));
    expect(catalogue.laps.of("nowhere")).toBeUndefined();
  });

  it("go with their session", () => {
    session("a", T0);
    catalogue.laps.save("a", timing([lap(1, 60)]));
    catalogue.deleteSession("a");
    session("a", T0);
    expect(catalogue.laps.of("a")).toBeUndefined();
  });

  it("give the best ever by track, layout, vehicle and time", () => {
    session("a", T0, "red");
    session("b", T0 + 5e9, "blue");
    session("c", T0 + 6e9, "red");
    catalogue.laps.save("a", timing([lap(1, 60), lap(2, 59.5)]));
    catalogue.laps.save("b", timing([lap(1, 58), lap(2, 40, { valid: false })]));
    catalogue.laps.save("c", timing([lap(1, 30)], "Other"));
    const best = (more: object = {}) => {
      const found = catalogue.laps.best({ track: "Club", layout: "full", ...more });
      return found && [found.session, found.number, found.timeS, found.vehicle];
    };
    expect(best()).toEqual(["b", 1, 58, "blue"]);
    expect(best({ vehicle: "red" })).toEqual(["a", 2, 59.5, "red"]);
    expect(best({ beforeUs: T0 + 5e9 })).toEqual(["a", 2, 59.5, "red"]);
    expect(best({ beforeUs: T0 })).toBeUndefined();
    expect(best({ layout: "short" })).toBeUndefined();
  });

  it("find their place in a catalogue of before", async () => {
    await close();
    await rm(join(dir, "catalogue.db"));
    for (const tail of ["-wal", "-shm"]) await rm(join(dir, `catalogue.db${tail}`), { force: true });
    const old = new DatabaseSync(join(dir, "catalogue.db"));
    for (const step of MIGRATIONS.slice(0, 2)) old.exec(step);
    old.exec("PRAGMA user_version = 2");
    old.exec(`INSERT INTO sessions (id, vehicle, start_us, state) VALUES ('a', 'kart', ${T0}, 'closed')`);
    old.close();
    await open();
    expect(catalogue.laps.untimed()).toEqual(["a"]);
    catalogue.laps.save("a", timing([lap(1, 60)]));
    expect(catalogue.laps.summaries().get("a")?.bestS).toBe(60);
  });
});
