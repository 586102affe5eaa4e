import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { divideEvenly, moveStart, recordTrack, reverseLayout } from "@pitwall/laps";
import { StoreError } from "@pitwall/store";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DataFolder, openData } from "../data-folder.ts";
import { importFile } from "../import.ts";
import { recordingOf } from "../recording.ts";
import { circleCsv, LAP_S } from "../testing/circle.ts";
import { outdatedSessions } from "./outdated.ts";
import { retimeArchive } from "./retime.ts";
import { timeUntimed } from "./session-laps.ts";

let dir: string;
let data: DataFolder;
let ids: string[];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "pitwall-retime-"));
  data = await openData(join(dir, "data"), () => {});
  ids = [];
  for (const [i, laps] of [3.5, 2.5, 4.5].entries()) {
    const file = join(dir, `day-${i}.csv`);
    await writeFile(file, circleCsv(laps, { startUs: 1.7e15 + i * 864e8 }));
    ids.push((await importFile(data, file, { vehicle: `kart-${i}` })).session);
  }
});
afterEach(async () => {
  await data[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

const layoutOf = async () => recordTrack(await recordingOf(data, ids[2]!), { name: "full" }).layout;
const lapsOf = (id: string) => data.catalogue.laps.of(id)!.laps;
const firstNumber = async (id: string) =>
  (await data.samples.query({ sessionId: id, channels: ["lap.number"] }))[0]?.tUs[0];

describe("the archive, timed again", () => {
  it("changes nothing where nothing changed", async () => {
    expect(await retimeArchive(data)).toEqual({ changed: [], timed: 3, total: 3, failed: [] });
  });

  it("lists what a moved start line changes, the oldest session first, and stores it with the channels", async () => {
    const layout = await layoutOf();
    data.tracks.save({ name: "Kreis", layouts: [layout] });
    const first = await retimeArchive(data);
    expect(first.changed.map((s) => [s.session, s.before?.track, s.after.track])).toEqual(
      ids.map((id) => [id, null, "Kreis"]),
    );
    // a sixth of the way round is a sixth of the lap's time at an even pace
    data.tracks.save({ name: "Kreis", layouts: [moveStart(layout, { byM: layout.lengthM! / 6 })] });
    const numberAt = await firstNumber(ids[0]!);
    const before = lapsOf(ids[0]!);
    const { changed } = await retimeArchive(data);
    for (const s of changed)
      for (const c of s.changes.filter((c) => c.before?.kind === "lap" && c.after?.kind === "lap"))
        expect(c.after!.startUs - c.before!.startUs).toBeCloseTo((LAP_S * 1e6) / 6, -5);
    expect(lapsOf(ids[0]!)).not.toEqual(before);
    expect((await firstNumber(ids[0]!))! - numberAt!).toBeCloseTo((LAP_S * 1e6) / 6, -6);
    expect((await retimeArchive(data)).changed).toEqual([]);
  });

  it("stores nothing on trial, and only what was asked for", async () => {
    data.tracks.save({ name: "Kreis", layouts: [await layoutOf()] });
    const before = ids.map(lapsOf);
    expect((await retimeArchive(data, { dryRun: true })).changed).toHaveLength(3);
    expect(ids.map(lapsOf)).toEqual(before);
    const one = await retimeArchive(data, { session: ids[1]! });
    expect([one.total, one.changed.map((s) => s.session)]).toEqual([1, [ids[1]]]);
    expect(lapsOf(ids[0]!)).toEqual(before[0]);
    expect((await retimeArchive(data, { track: "monaco" })).changed).toEqual([]);
    expect((await retimeArchive(data, { track: "kreis" })).changed).toHaveLength(2);
    // the sessions know the track by name, also when it is gone
    data.tracks.delete("Kreis");
    expect((await retimeArchive(data, { track: "kreis" })).changed).toHaveLength(3);
    await expect(retimeArchive(data, { track: "kreis" })).rejects.toThrow(/no track named/);
    await expect(retimeArchive(data, { session: "x" })).rejects.toThrow(/no such session/);
  });

  it("is known to be due where a track was changed or deleted since", async () => {
    const layout = await layoutOf();
    const keep = (l: typeof layout) => data.tracks.save({ name: "Kreis", layouts: [l] });
    expect(outdatedSessions(data)).toEqual([]);
    keep(layout);
    await retimeArchive(data);
    expect(outdatedSessions(data)).toEqual([]);
    keep(moveStart(layout, { byM: 5 }));
    expect(new Set(outdatedSessions(data))).toEqual(new Set(ids));
    await retimeArchive(data, { session: ids[1]! });
    expect(outdatedSessions(data)).not.toContain(ids[1]);
    await retimeArchive(data);
    keep(divideEvenly(moveStart(layout, { byM: 5 }), 4));
    expect(outdatedSessions(data)).toHaveLength(3);
    await retimeArchive(data);
    expect(outdatedSessions(data)).toEqual([]);
    // driven the other way round it is the same track
    keep(reverseLayout(data.tracks.find("Kreis")!.track.layouts[0]!));
    await retimeArchive(data);
    expect(data.catalogue.laps.of(ids[0]!)?.layout).toBe("full, reversed");
    expect(outdatedSessions(data)).toEqual([]);
    data.tracks.delete("Kreis");
    expect(outdatedSessions(data)).toHaveLength(3);
  });

  it("leaves every session old or new when it is stopped, and when the disk fails in the middle", async () => {
    data.tracks.save({ name: "Kreis", layouts: [moveStart(await layoutOf(), { byM: 50 })] });
    const before = ids.map(lapsOf);
    const stop = new AbortController();
    const stopped = await retimeArchive(data, { signal: stop.signal, progress: () => stop.abort() });
    expect([stopped.timed, stopped.total, stopped.changed.length]).toEqual([1, 3, 1]);
    expect(lapsOf(ids[0]!)).not.toEqual(before[0]);
    expect(ids.slice(1).map(lapsOf)).toEqual(before.slice(1));

    const full: DataFolder = {
      ...data,
      samples: Object.assign(Object.create(data.samples), {
        closeSession: async () => {
          throw new StoreError("no-space", "disk", "no space left on the disk");
        },
        channels: data.samples.channels.bind(data.samples),
        readGroup: data.samples.readGroup.bind(data.samples),
        replaceSession: data.samples.replaceSession.bind(data.samples),
        append: data.samples.append.bind(data.samples),
        drain: data.samples.drain.bind(data.samples),
      }),
    };
    const failing = await retimeArchive(full);
    expect(failing.failed.map((f) => f.session)).toEqual(ids.slice(1));
    expect(ids.slice(1).map(lapsOf)).toEqual(before.slice(1));
    expect(new Set(data.catalogue.laps.untimed())).toEqual(new Set(ids.slice(1)));
    await timeUntimed(data);
    expect(data.catalogue.laps.untimed()).toEqual([]);
    expect((await retimeArchive(data)).changed).toEqual([]);
  });
});
