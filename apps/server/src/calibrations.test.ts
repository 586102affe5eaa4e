import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CARRIED_SOURCE } from "@pitwall/pipeline";
import {
  createTruth,
  GNSS_10HZ,
  IMU_WT901,
  prepareTrack,
  SimUnit,
  sourcesOf,
  Trajectory,
  VEHICLES,
} from "@pitwall/simulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DataFolder, openData } from "./data-folder.ts";
import { deriveSession } from "./derive.ts";
import { DeviceRegistry } from "./devices.ts";
import { importFile } from "./import.ts";
import { timeSession } from "./laps/session-laps.ts";
import { Recorder } from "./recorder.ts";
import { liveStages } from "./stages.ts";

const T0 = 1_700_000_000_000_000;
const HOUR_US = 3600e6;
/** Three lobes of a kart track: left and right, fast and slow. */
const course = prepareTrack({
  name: "trefoil",
  reference: { lat: 48, lon: 11, height: 0 },
  halfWidthM: 4,
  points: Array.from({ length: 240 }, (_, i) => {
    const a = (i * Math.PI) / 120;
    const r = 150 + 45 * Math.cos(3 * a);
    return { x: r * Math.cos(a), y: r * Math.sin(a), z: 0 };
  }),
});
const SOURCES = sourcesOf("kart", GNSS_10HZ, []).filter((s) => ["ubx", "wt901"].includes(s.protocol));
/** The receiver and the same crooked sensor on every drive. */
const drives = [1, 2].map((seed) => {
  const trajectory = new Trajectory(course, VEHICLES.kart, { seed, laps: 4, driverNoise: 1 });
  return { trajectory, seed };
});
const SENSORS = {
  seed: 5,
  name: "unit",
  gnss: GNSS_10HZ,
  imu: { ...IMU_WT901, rollRad: -0.14, pitchRad: 0.14 },
};

let dir: string;
let data: DataFolder;
let now: number;
let recorder: Recorder;
let devices: DeviceRegistry;

async function open(): Promise<void> {
  data = await openData(dir, () => {});
  devices = new DeviceRegistry();
  recorder = new Recorder({
    ...data,
    devices,
    sessions: { silenceS: 60, standstillS: 300, movingMps: 1.5 },
    nowUs: () => now,
    deliver: () => {},
    stages: (vehicle, startUs, hooks) => liveStages(data, vehicle, startUs, hooks),
    onClosed: async (id) => void (await timeSession(data, id)),
    onSession: () => {},
    onLap: () => {},
    onTrouble: () => {},
  });
}
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "pitwall-calibrations-"));
  await open();
});
afterAll(async () => {
  await recorder.stop();
  await data[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

async function settled(): Promise<void> {
  await recorder.committed();
  await recorder.idle();
}

type Outing = {
  readonly device: string;
  readonly vehicle: string;
  readonly drive: 0 | 1;
  /** Seconds of the drive. */
  readonly fromS: number;
  readonly toS: number;
  readonly startUs: number;
};

/** What a unit says from one time of a drive to another; gives the session it went into, still open. */
async function drive({ device: id, vehicle, drive: which, fromS, toS, startUs }: Outing): Promise<string> {
  const unit = new SimUnit(drives[which]!.trajectory, SOURCES, { ...SENSORS, startUs });
  const device = devices.get(id, vehicle, "mqtt", "test");
  const sources = SOURCES.map((s) => ({ boot: `${startUs}`, name: s.name, protocol: s.protocol }));
  let seq = 0;
  let waiting = 0;
  while (unit.nextS < toS) {
    unit.step((frame) => {
      const number = seq++;
      if (frame.atUs < fromS * 1e6) return;
      now = startUs + frame.atUs;
      recorder.frame(device, sources[frame.source]!, frame.bytes, now, frame.bootUs, number);
      waiting++;
    });
    if (waiting > 2000) {
      waiting = 0;
      await settled();
      recorder.tick();
    }
  }
  await settled();
  return recorder.vehicle(vehicle).session!.ref.id;
}

async function forwardForces(sessionId: string) {
  const [column] = await data.samples.query({ sessionId, channels: ["vehicle.aLong"] });
  return { tUs: [...column!.tUs], values: [...column!.values] };
}

/**
 * Forward force of a session against the truth, RMS of the means of each second, m/s^2: what a wrong calibration adds
 * lasts, what the low-pass of the shown force takes off does not.
 */
async function forceError(session: string, { drive: which, startUs }: Outing): Promise<number> {
  const truth = createTruth();
  const { tUs, values } = await forwardForces(session);
  const seconds = new Map<number, { sum: number; n: number }>();
  tUs.forEach((t, row) => {
    const tS = (t - startUs) / 1e6;
    const second = seconds.get(Math.floor(tS)) ?? { sum: 0, n: 0 };
    seconds.set(Math.floor(tS), second);
    if (!Number.isFinite(values[row]!)) return;
    second.sum += values[row]! - drives[which]!.trajectory.at(tS, truth).aLongMps2;
    second.n++;
  });
  const means = [...seconds.values()].filter((s) => s.n > 100).map((s) => s.sum / s.n);
  expect(means.length).toBeGreaterThan(18);
  return Math.sqrt(means.reduce((sum, m) => sum + m * m, 0) / means.length);
}

/** How many records of what was carried over stand in a session's journal, and before how many frames of a device. */
async function carriedRecords(session: string): Promise<{ records: number; framesBefore: number }> {
  const row = data.catalogue.session(session)!;
  let records = 0;
  let framesBefore = 0;
  let frames = 0;
  for await (const { source } of data.journal.readSession(session)) {
    if (source.protocol === CARRIED_SOURCE.protocol) {
      records++;
      framesBefore = frames;
    } else frames++;
  }
  if (row.state !== "open") expect(row.frames).toBe(frames);
  return { records, framesBefore };
}

/** Twenty seconds of a drive, joined in the middle: nothing stands still to be measured. */
const joined = (hours: number): Outing => ({
  device: "unit",
  vehicle: "kart",
  drive: 1,
  fromS: 25,
  toS: 45,
  startUs: T0 + hours * HOUR_US,
});

describe("calibration from one session to the next", { timeout: 60_000 }, () => {
  let first: string;
  let uncalibrated: number[];

  it("a short drive is not kept, a long one is, before it ends and over a restart", async () => {
    const outing: Outing = { device: "unit", vehicle: "kart", drive: 0, fromS: 0, toS: 40, startUs: T0 };
    await drive(outing);
    expect(recorder.vehicle("kart").session?.learning?.from).toBeUndefined();
    await recorder.endSession(recorder.vehicle("kart"));
    expect(data.catalogue.calibrations.of("kart")).toEqual([]);

    first = await drive({ ...outing, toS: 78, startUs: T0 + HOUR_US });
    expect(data.catalogue.calibrations.of("kart")).toHaveLength(0);
    now += 50e6;
    recorder.tick();
    expect(data.catalogue.calibrations.of("kart")).toHaveLength(1);
    await recorder.endSession(recorder.vehicle("kart"));
    expect(await carriedRecords(first)).toEqual({ records: 0, framesBefore: 0 });

    await recorder.stop();
    await data[Symbol.asyncDispose]();
    await open();
    expect(data.catalogue.calibrations.of("kart")).toHaveLength(1);
  });

  it("the next session has the forces right from its first seconds", async () => {
    const outing = joined(2);
    const carried = await drive(outing);
    expect(recorder.vehicle("kart").session?.learning?.from).toBe(first);
    expect(await carriedRecords(carried)).toEqual({ records: 1, framesBefore: 0 });
    const without = await drive({ ...outing, device: "other", vehicle: "other" });
    await recorder.endSession(recorder.vehicle("kart"));
    await recorder.endSession(recorder.vehicle("other"));
    const error = await forceError(carried, outing);
    expect(error).toBeLessThan(0.08);
    expect(error).toBeLessThan(0.4 * (await forceError(without, outing)));
    uncalibrated = (await forwardForces(without)).values;

    const columns = await data.samples.digest(carried);
    await deriveSession(data, carried);
    expect(await data.samples.digest(carried)).toBe(columns);
  });

  it("another sensor on the same vehicle does not inherit it", async () => {
    const session = await drive({ ...joined(3), device: "phone" });
    expect(recorder.vehicle("kart").session?.learning?.from).toBeUndefined();
    await recorder.endSession(recorder.vehicle("kart"));
    expect((await forwardForces(session)).values).toEqual(uncalibrated);
  });

  it("a session that a crash left open goes on with what it began with, and its file says so elsewhere", async () => {
    const outing = joined(4);
    const session = await drive({ ...outing, toS: 35 });
    await data[Symbol.asyncDispose]();
    await open();
    for (const s of data.journal.openSessions()) await recorder.resume(s);
    expect(recorder.vehicle("kart").session?.learning?.from).toBe(first);
    expect(await drive({ ...outing, fromS: 35 })).toBe(session);
    await recorder.endSession(recorder.vehicle("kart"));
    expect(await carriedRecords(session)).toEqual({ records: 1, framesBefore: 0 });
    expect(await forceError(session, outing)).toBeLessThan(0.08);

    const { file } = (await data.journal.closedSession(session))!;
    const imported = await importFile(data, file, { vehicle: "elsewhere" });
    expect(await forwardForces(imported.session)).toEqual(await forwardForces(session));
  });
});
