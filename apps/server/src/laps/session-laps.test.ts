import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lapsReport, moveStart, recordTrack } from "@pitwall/laps";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DataFolder, openData } from "../data-folder.ts";
import { deriveSession } from "../derive.ts";
import { importFile } from "../import.ts";
import { recordingOf } from "../recording.ts";
import { circleCsv, LAP_S } from "../testing/circle.ts";
import { computeLaps, timeSession, timeUntimed } from "./session-laps.ts";

let dir: string;
let data: DataFolder;
let session: string;
let problems: string[];
const open = async () => {
  data = await openData(join(dir, "data"), (p) => void problems.push(p.reason));
};
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "pitwall-session-laps-"));
  problems = [];
  await open();
  const file = join(dir, "drive.csv");
  await writeFile(file, circleCsv(4.5));
  ({ session } = await importFile(data, file));
});
afterEach(async () => {
  await data[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

const stored = () => data.catalogue.laps.of(session)!;
const numbers = async () => {
  const [series] = await data.samples.query({ sessionId: session, channels: ["lap.number"] });
  return {
    first: series?.tUs[0],
    changes: series?.tUs.filter((_, i) => series.values[i] !== series.values[i - 1]),
  };
};

describe("laps of a stored session", () => {
  it("are those that the command gives for it, with the lap channels that follow", async () => {
    const report = lapsReport(await recordingOf(data, session), data.tracks.known());
    expect(stored().laps).toEqual(report.laps);
    expect(stored()).toMatchObject({ track: null, source: "suggested" });
    const whole = stored().laps.filter((l) => l.kind === "lap");
    expect(whole.length).toBeGreaterThanOrEqual(3);
    for (const lap of whole) expect(lap.timeS).toBeCloseTo(LAP_S, 2);
    // a lap number begins with the first fix behind the line: at most a fix after the lap did
    const { changes } = await numbers();
    expect(changes).toHaveLength(whole.length + 1);
    whole.forEach((lap, i) => {
      expect(changes![i]! - lap.startUs).toBeGreaterThanOrEqual(0);
      expect(changes![i]! - lap.startUs).toBeLessThanOrEqual(1e5);
    });
  });

  it("follow a track that was made since, and say where it is", async () => {
    const { layout } = recordTrack(await recordingOf(data, session), { name: "full" });
    data.tracks.save({ name: "Ring", layouts: [moveStart(layout, { byM: 100 })] });
    const before = await numbers();
    await timeSession(data, session);
    expect(stored()).toMatchObject({ track: "Ring", layout: "full", source: "own" });
    expect(stored().gates[0]!.ends).toEqual(data.tracks.find("Ring")!.track.layouts[0]!.start.ends);
    expect((await numbers()).changes).not.toEqual(before.changes);
    expect(data.catalogue.laps.summaries().get(session)).toMatchObject({ track: "Ring", layout: "full" });
  });

  it("stay the same when derived again", async () => {
    const digest = await data.samples.digest(session);
    const laps = stored();
    await deriveSession(data, session);
    expect(await data.samples.digest(session)).toBe(digest);
    expect(stored()).toEqual(laps);
  });

  it("are whole when their replacement is cut short, and are timed again", async () => {
    const { layout } = recordTrack(await recordingOf(data, session), { name: "full" });
    data.tracks.save({ name: "Ring", layouts: [moveStart(layout, { byM: 100 })] });
    const before = stored();
    const channels = await numbers();
    data.catalogue.laps.begin(session);
    await data.samples.replaceSession(session, ["derived/lap"]);
    await data[Symbol.asyncDispose]();
    await open();
    expect(stored()).toEqual(before);
    expect(await numbers()).toEqual(channels);
    expect(data.catalogue.laps.untimed()).toEqual([session]);
    await timeUntimed(data);
    expect(data.catalogue.laps.untimed()).toEqual([]);
    expect(stored().track).toBe("Ring");
    expect(problems).toEqual([]);
  });

  it("are made again for a catalogue that was lost", async () => {
    const laps = stored();
    await data[Symbol.asyncDispose]();
    for (const tail of ["", "-wal", "-shm"])
      await rm(join(dir, "data", `catalogue.db${tail}`), { force: true });
    await open();
    expect(data.catalogue.laps.untimed()).toEqual([session]);
    await timeUntimed(data);
    expect(stored()).toEqual(laps);
  });

  it("are computed without being stored", async () => {
    const before = stored();
    data.catalogue.laps.save(session, { ...before, laps: [] });
    expect((await computeLaps(data, session)).timing).toEqual(before);
    expect(stored().laps).toEqual([]);
  });
});
