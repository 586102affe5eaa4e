import { copyFile, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Recording } from "@pitwall/core";
import { type ReadOptions, writeRecording } from "@pitwall/formats";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { deriveCutImports, dropCutImports } from "./cut-imports.ts";
import { type DataFolder, openData } from "./data-folder.ts";
import { deriveSession } from "./derive.ts";
import { importFile } from "./import.ts";
import { openMappingDesk } from "./mapping-desk.ts";
import { recordingOf } from "./recording.ts";

let dir = "";
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "pitwall-import-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const open = (name: string) =>
  openData(join(dir, name), (p) => {
    throw new Error(`${p.place}: ${p.reason}`);
  });

const CANDUMP = `(1436509052.249713) can0 0AA#0102030405060708
(1436509052.349713) can0 0AA#1112030405060708
`;
const DBC = `VERSION ""
BO_ 170 WHEELS: 8 X
 SG_ SPEED : 7|16@0+ (0.01,0) [0|250] "km/h" X
`;
/** Time of day only, and longitude that counts to the east as no VBO should. */
const VBO = `[header]
time
latitude
longitude
velocity kmh

[column names]
time lat long velocity

[data]
101500.00 +3018.00000 +00279.00000 72.000
101500.10 +3018.00120 +00279.00000 72.000
101500.20 +3018.00240 +00279.00000 72.000
`;
const ODD = "t0;foo;bar\n0;36;2\n1;72;4\n";

type Sample = readonly [channel: string, tUs: number, value: number];

const CASES: readonly (readonly [string, string, string, ReadOptions, Sample])[] = [
  // 0x0102 = 258 hundredths of km/h
  [
    "a CAN log with a DBC file and a map of its signals",
    "bus.log",
    CANDUMP,
    { dbc: DBC, protocolOptions: { map: "SPEED=wheel.speed" } },
    ["wheel.speed", 1_436_509_052_249_713, 2.58 / 3.6],
  ],
  [
    "a VBO of another day and sign",
    "lap.vbo",
    VBO,
    { date: "2024-05-06", eastPositive: true },
    // 279' to the east
    ["gnss.lon", Date.UTC(2024, 4, 6, 10, 15) * 1000, 4.65],
  ],
  [
    "a table with a mapping",
    "odd.csv",
    ODD,
    {
      mapping: {
        delimiter: ";",
        decimal: ".",
        headerLine: 1,
        dataLine: 2,
        time: { column: "t0", kind: "s" },
        columns: [{ column: "foo", channel: "gnss.speed", unit: "km/h" }],
      },
    },
    ["gnss.speed", 0, 10],
  ],
];

async function firstOf(data: DataFolder, session: string, channel: string): Promise<Sample> {
  const [series] = await data.samples.query({ sessionId: session, channels: [channel] });
  return [channel, series!.tUs[0]!, series!.values[0]!];
}

describe("a file that says not everything itself", () => {
  it.each(CASES)("%s is derived again from the journal alone", async (_, name, text, reading, sample) => {
    const file = join(dir, name);
    await writeFile(file, text);
    const [channel, tUs, value] = sample;
    const wanted = [channel, tUs, expect.closeTo(value, 9)];
    let session = "";
    let digest = "";
    {
      await using data = await open("a");
      ({ session } = await importFile(data, file, { reading }));
      expect(await firstOf(data, session, channel)).toEqual(wanted);
      digest = await data.samples.digest(session);
    }
    await rm(file);
    let journal = "";
    {
      await using data = await open("a");
      await data.samples.deleteSession(session);
      await deriveSession(data, session);
      expect(await data.samples.digest(session)).toBe(digest);
      journal = (await data.journal.closedSession(session))!.file;
    }
    await copyFile(journal, join(dir, "taken.mcap"));
    await using other = await open("b");
    const taken = await importFile(other, join(dir, "taken.mcap"));
    expect(taken.format).toBe("journal");
    expect(await firstOf(other, taken.session, channel)).toEqual(wanted);
    expect(await other.samples.digest(taken.session)).toBe(digest);
  });

  it("is asked about once; the answer is kept with the session, and for others like it in a file", async () => {
    const mapping = CASES[2]![3].mapping!;
    let asked = 0;
    const desk = openMappingDesk(join(dir, "mappings"), async () => {
      asked++;
      return mapping;
    });
    const [one, two] = [join(dir, "one.csv"), join(dir, "two.csv")];
    await writeFile(one, ODD);
    await writeFile(two, `${ODD}2;108;6\n`);
    await using data = await open("a");
    const first = await importFile(data, one, { reading: { mappings: desk } });
    const again = await importFile(data, two, { reading: { mappings: desk } });
    expect(asked).toBe(1);
    const [name] = await readdir(join(dir, "mappings"));
    expect(name).toMatch(/^t0-foo-bar-[0-9a-f]{8}\.json$/);
    expect(first.notes.join()).toContain(`remembered in ${join(dir, "mappings", name!)}`);
    expect(again.notes.join()).toContain(`as in ${join(dir, "mappings", name!)}`);
    // what was remembered may be gone
    await rm(join(dir, "mappings"), { recursive: true });
    const digest = await data.samples.digest(again.session);
    await deriveSession(data, again.session);
    expect(await data.samples.digest(again.session)).toBe(digest);
    expect(await firstOf(data, again.session, "gnss.speed")).toEqual(["gnss.speed", 0, 10]);
  });

  it("gives its session the gates and laps that it states, also through a journal that is passed on", async () => {
    const drive = join(dir, "drive.json");
    const gate = { kind: "startFinish", name: "Start", ends: [50, 4, 50, 4.001] } as const;
    const recording: Recording = {
      groups: [
        {
          name: "gps",
          tUs: Float64Array.of(1.7e15, 1.7e15 + 1e6),
          columns: [{ field: { name: "gnss.speed", unit: "m/s", doc: "" }, values: Float64Array.of(1, 2) }],
        },
      ],
      absoluteTime: true,
      driver: "Jo",
      gates: [gate],
      laps: [{ number: 3, startUs: 1.7e15, endUs: 1.7e15 + 5e5 }],
      notes: [],
    };
    await writeFile(drive, writeRecording(recording, "pitwall-json"));
    await using data = await open("a");
    const { session } = await importFile(data, drive);
    const wanted = { gates: [gate], laps: recording.laps, driver: "Jo" };
    expect(await recordingOf(data, session)).toMatchObject(wanted);
    await copyFile((await data.journal.closedSession(session))!.file, join(dir, "taken.mcap"));
    const taken = await importFile(data, join(dir, "taken.mcap"));
    expect(taken.session).not.toBe(session);
    expect(await recordingOf(data, taken.session)).toMatchObject(wanted);
  });

  it("is refused without, and leaves nothing behind", async () => {
    const file = join(dir, "bus.log");
    await writeFile(file, CANDUMP);
    await using data = await open("a");
    await expect(importFile(data, file)).rejects.toMatchObject({ code: "needs-mapping" });
    expect(data.catalogue.sessions()).toEqual([]);
    expect(data.journal.openSessions()).toEqual([]);
  });
});

it("an import that is stopped before its file is whole leaves nothing behind; an empty file is said to be one", async () => {
  const file = join(dir, "lap.vbo");
  await writeFile(file, VBO);
  await using data = await open("a");
  const stop = new AbortController();
  const reading = { date: "2026-05-28", signal: stop.signal };
  // the bar is full when the file was looked through: its bytes go to the journal after that
  const progress = (done: number, of: number | undefined) => {
    if (done === of) stop.abort();
  };
  await expect(importFile(data, file, { reading, progress })).rejects.toMatchObject({ name: "AbortError" });
  expect(data.catalogue.sessions()).toEqual([]);
  expect(data.journal.openSessions()).toEqual([]);
  await writeFile(file, "");
  await expect(importFile(data, file)).rejects.toThrow("is empty");
});

describe("an import that was killed", () => {
  const meta = { device: "file", boot: "", name: "lap.vbo" };
  const pieces = async (data: DataFolder, text: string) => {
    const ref = { id: "kart-1", vehicle: "kart" };
    data.catalogue.openSession({ ...ref, startUs: 1.7e15, title: "lap.vbo" });
    const source = data.journal.source(ref, { ...meta, protocol: "file:vbo" });
    const bytes = new TextEncoder().encode(text);
    data.journal.append(source, bytes, 0, bytes.length, 1.7e15, Number.NaN, 0);
    await data.journal.committed();
    return ref;
  };

  it("before its file was whole is let go, and said", async () => {
    {
      await using data = await open("a");
      await pieces(data, VBO.slice(0, 100));
    }
    const told: string[] = [];
    await using data = await openData(join(dir, "a"), (p) => void told.push(`${p.place}: ${p.reason}`));
    await dropCutImports(data);
    expect(told).toEqual(["lap.vbo: its import was cut short: import the file again"]);
    expect([data.catalogue.sessions(), data.journal.openSessions()]).toEqual([[], []]);
  });

  it("before it was derived is derived, and nothing else is touched", async () => {
    {
      await using data = await open("a");
      const { id } = await pieces(data, VBO);
      await data.journal.closeSession(id, { imported: "true", title: "lap.vbo" });
    }
    await using data = await open("a");
    expect(await data.samples.channels("kart-1")).toEqual([]);
    await dropCutImports(data);
    await deriveCutImports(data);
    expect((await data.samples.channels("kart-1")).map((c) => c.channel)).toContain("gnss.speed");
    expect(data.catalogue.session("kart-1")).toMatchObject({ state: "imported", title: "lap.vbo" });
    expect(data.catalogue.laps.untimed()).toEqual([]);
  });
});
