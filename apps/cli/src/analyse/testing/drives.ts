import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Recording } from "@pitwall/core";
import { writeRecording } from "@pitwall/formats";
import { afterAll, beforeAll, expect } from "vitest";
import { clubCircuit } from "../../../../../packages/laps/src/testing/circuits.ts";
import {
  type Drive,
  type DriveOptions,
  drive,
  lineOf,
} from "../../../../../packages/laps/src/testing/drive.ts";
import { column, driveRecording } from "../../../../../packages/laps/src/testing/drive-recording.ts";
import type { Io } from "../../command.ts";
import { analyse } from "../../commands/analyse.ts";

const RECEIVER = { whiteM: 0.05, slowM: 0.1, slowTauS: 120, velocityMps: 0.03 };
export const circuit = clubCircuit();
export const drives = (o: Partial<DriveOptions>): Drive =>
  drive({ circuit, laps: 4, seed: 3, rateHz: 10, pace: 0.03, runInM: 200, ...RECEIVER, ...o });
export const own = drives({});
export const friend = drives({ seed: 9, laps: 2 });
/** On neither pedal between 500 and 560 m of each lap. */
const pedals = {
  name: "pedals",
  tUs: own.tUs,
  columns: [
    column(
      "driver.throttle",
      "1",
      own.sM.map((s) => (off(s) ? 0 : 0.9)),
    ),
    column(
      "driver.brake",
      "1",
      own.sM.map(() => 0),
    ),
  ],
};
function off(s: number): boolean {
  const m = ((s % circuit.lengthM) + circuit.lengthM) % circuit.lengthM;
  return m > 500 && m < 560;
}
/** 50 V and 20 A all the time: 1 kW. */
const battery = {
  name: "bms",
  tUs: own.tUs,
  columns: [
    column("battery.current", "A", new Float64Array(own.length).fill(20)),
    column("battery.voltage", "V", new Float64Array(own.length).fill(50)),
  ],
};
export const truth = (d: Drive): number[] =>
  d.passings.slice(1).map((p, i) => (p.tUs - d.passings[i]!.tUs) / 1e6);

/** The line that `passings` are counted on. */
export const GATE = ["--gate", lineOf(circuit, 0, 12).ends.join(",")];

let folder: string;
export const at = (name: string): string => join(folder, name);
async function save(name: string, recording: Recording): Promise<void> {
  const pieces: (string | Uint8Array)[] = [];
  for await (const piece of writeRecording(recording, "pitwall-json")) pieces.push(piece);
  await writeFile(at(name), Buffer.concat(pieces.map((p) => Buffer.from(p))));
}
/** The drives as files, in a folder of the test file's own. */
export function withDrives(): void {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pitwall-analyse-"));
    await save("own.json", driveRecording(own, [battery]));
    await save("pedals.json", driveRecording(own, [pedals]));
    await save("friend.json", driveRecording(friend));
    await save("away.json", driveRecording(drives({ latDeg: 30, laps: 2 })));
    await save("short.json", driveRecording(drives({ laps: 0, runOutM: 300 })));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
}

/** Runs a verb as the command line would, with what it said. */
export async function run(argv: readonly string[], columns?: number) {
  let out = "";
  const err: string[] = [];
  const io: Io = {
    out: async (chunk) => {
      out += chunk;
    },
    err: (line) => void err.push(line),
    stdin: async function* () {},
    interactive: false,
    ...(columns === undefined ? {} : { columns }),
    signal: new AbortController().signal,
  };
  const code = await analyse.run(argv, io);
  return { code, out, err: err.join("\n") };
}
export const json = async (...argv: string[]) => JSON.parse((await run([...argv, ...GATE, "--json"])).out);
export const failure = (...argv: string[]): Promise<string> =>
  run(argv).then(
    () => "",
    (e: Error) => `${e.name}: ${e.message}`,
  );

/** A picture that was written: every element closed, no number that is none, nothing from elsewhere. */
export async function picture(name: string): Promise<string> {
  const svg = await readFile(at(name), "utf8");
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 760 \d/);
  expect(svg).not.toMatch(/NaN|undefined|Infinity|href|<script/);
  const open: string[] = [];
  for (const [, close, tag, self] of svg.matchAll(/<(\/?)([a-z]+)[^<>]*?(\/?)>/g)) {
    if (close) expect(open.pop()).toBe(tag);
    else if (!self) open.push(tag!);
  }
  expect(open).toEqual([]);
  return svg;
}
