import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ReferenceSetting } from "@pitwall/api";
import { recordTrack } from "@pitwall/laps";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type DataFolder, openData } from "../data-folder.ts";
import { importFile } from "../import.ts";
import { recordingOf } from "../recording.ts";
import { circleCsv } from "../testing/circle.ts";
import { savedLap } from "./reference-for.ts";
import { timeSession } from "./session-laps.ts";

/** Seconds a lap of each session, on days one after the other; the vehicles take turns. */
const DAYS = [
  ["red", 30],
  ["blue", 28],
  ["red", 31],
  ["red", 26],
] as const;

let dir: string;
let data: DataFolder;
const ids: string[] = [];
let problems: string[];
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "pitwall-reference-"));
  problems = [];
  data = await openData(join(dir, "data"), (p) => void problems.push(`${p.place}: ${p.reason}`));
  for (const [i, [vehicle, lapS]] of DAYS.entries()) {
    const file = join(dir, `day-${i}.csv`);
    await writeFile(file, circleCsv(3.5, { startUs: 1.7e15 + i * 864e8, lapS }));
    const { session } = await importFile(data, file, { vehicle });
    ids.push(session);
    if (i > 0) continue;
    // all days are timed on one line
    const { layout } = recordTrack(await recordingOf(data, session), { name: "full" });
    data.tracks.save({ name: "Kreis", layouts: [layout] });
    await timeSession(data, session);
  }
});
afterAll(async () => {
  await data[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});
beforeEach(() => {
  problems.length = 0;
});

/** Delta and prediction of the third day (31 s a lap) in its first whole lap, a quarter, a half and three quarters through it. */
async function deltas(setting?: ReferenceSetting, vehicle?: string) {
  data.references.choose(setting, vehicle);
  await timeSession(data, ids[2]!);
  const lap = data.catalogue.laps.of(ids[2]!)!.laps.find((l) => l.kind === "lap")!;
  const [delta, predicted] = await data.samples.query({
    sessionId: ids[2]!,
    channels: ["lap.delta", "lap.predicted"],
  });
  return [0.25, 0.5, 0.75].map((f) => {
    const i = delta?.tUs.findIndex((t) => t >= lap.startUs + f * 31e6) ?? -1;
    return i < 0 || delta!.tUs[i]! > lap.endUs ? undefined : [delta!.values[i]!, predicted!.values[i]!];
  });
}
/** At an even pace the difference of two laps grows with the way; the rest is predicted as the reference drove it. */
const against = (lapS: number) =>
  [0.25, 0.5, 0.75].map((f) => [
    expect.closeTo(f * (31 - lapS), 1),
    expect.closeTo(lapS + f * (31 - lapS), 1),
  ]);
const none = [undefined, undefined, undefined];

describe("the lap that the delta of a stored session is against", () => {
  it("is none in a session's first lap, unless one from elsewhere is chosen", async () => {
    expect(await deltas({ kind: "session-best" })).toEqual(none);
    expect(await deltas({ kind: "previous" })).toEqual(none);
  });

  it("is the best ever before it, of the vehicle or over all", async () => {
    expect(await deltas({ kind: "best-ever", over: "vehicle" })).toEqual(against(30));
    expect(await deltas({ kind: "best-ever", over: "all" })).toEqual(against(28));
  });

  it("is the lap that was chosen, also one of a later day", async () => {
    expect(await deltas({ kind: "lap", session: ids[3]!, number: 2 })).toEqual(against(26));
  });

  it("is one that was imported, and survives in its file", async () => {
    data.references.save({ ...(await savedLap(data, ids[1]!, undefined, 10)), name: "Änne" });
    expect(await deltas({ kind: "imported", name: "änne" })).toEqual(against(28));
  });

  it("is chosen for a vehicle by itself, and no longer", async () => {
    await deltas({ kind: "session-best" });
    expect(await deltas({ kind: "lap", session: ids[1]!, number: 1 }, "red")).toEqual(against(28));
    expect(await deltas(undefined, "red")).toEqual(none);
    expect(data.references.settings()).toEqual({ all: { kind: "session-best" }, vehicles: {} });
    expect(problems).toEqual([]);
  });

  it("gives way to the session's best where it is not to be had, and says why", async () => {
    expect(await deltas({ kind: "lap", session: "gone", number: 1 })).toEqual(none);
    expect(await deltas({ kind: "imported", name: "nobody" })).toEqual(none);
    await mkdir(join(dir, "data", "references"), { recursive: true });
    await writeFile(join(dir, "data", "references", "x.json"), "{}");
    expect(data.references.imported().map((s) => s.name)).toEqual(["Änne"]);
    await writeFile(join(dir, "data", "reference.json"), '{"all":{"kind":"fastest"},"vehicles":{}}');
    expect(data.references.settingOf("red")).toEqual({ kind: "session-best" });
    expect(problems).toEqual([
      "reference of red: gone: there is no such session; the best lap of the session is used",
      "reference of red: nobody: there is no such reference; the best lap of the session is used",
      expect.stringMatching(/x\.json: format: "pitwall-reference" expected; it is left out/),
      expect.stringMatching(/reference\.json: .*; the best lap of the session is used/s),
    ]);
  });
});
