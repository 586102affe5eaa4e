import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BLACKBOX_PACKETS, encodeBlackbox } from "@pitwall/protocols";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type DataFolder, openData } from "./data-folder.ts";
import { deriveSession } from "./derive.ts";
import { type Device, DeviceRegistry } from "./devices.ts";
import { timeSession } from "./laps/session-laps.ts";
import { type Delivery, Recorder } from "./recorder.ts";
import { liveStages } from "./stages.ts";

const T0 = 1_700_000_000_000_000;
const PACKET = BLACKBOX_PACKETS[4]!;
const FIELDS = PACKET.spec.fields.map((f) => f.name);
const frame = (ms: number, speedMps: number): Uint8Array => {
  const row = new Float64Array(FIELDS.length);
  row[FIELDS.indexOf("timestampMs")] = ms;
  row[FIELDS.indexOf("vehicle.speed")] = speedMps;
  return encodeBlackbox(PACKET, row);
};
const SOURCE = { boot: "1", name: "bb", protocol: "blackbox" };

let dir: string;
let data: DataFolder;
let now: number;
let delivered: Delivery[];
let recorder: Recorder;
let device: Device;

async function open(): Promise<void> {
  data = await openData(dir, () => {});
  delivered = [];
  const devices = new DeviceRegistry();
  device = devices.get("unit", "kart", "mqtt", "test");
  recorder = new Recorder({
    ...data,
    devices,
    sessions: { silenceS: 60, standstillS: 300, movingMps: 1.5 },
    nowUs: () => now,
    deliver: (d) => void delivered.push(d),
    stages: (vehicle, startUs, hooks) => liveStages(data, vehicle, startUs, hooks),
    onClosed: async (id) => void (await timeSession(data, id)),
    onSession: () => {},
    onLap: () => {},
    onTrouble: () => {},
  });
}
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "pitwall-recorder-"));
  now = T0;
  await open();
});
afterEach(async () => {
  await recorder.stop();
  await data[Symbol.asyncDispose]();
  await rm(dir, { recursive: true, force: true });
});

/** Frames from `fromS` to `toS`, ten a second, with the clock running. */
async function drive(fromS: number, toS: number, speedMps: number): Promise<void> {
  for (let i = Math.round(fromS * 10); i < toS * 10; i++) {
    now = T0 + i * 100_000;
    recorder.frame(device, SOURCE, frame(i * 100, speedMps), now, Number.NaN, i);
    if (i % 10 === 9) {
      await settled();
      recorder.tick();
    }
  }
  await settled();
}
/** Everything recorded is durable and delivered. */
async function settled(): Promise<void> {
  await recorder.committed();
  await recorder.idle();
}
const list = () =>
  data.catalogue
    .sessions()
    .map((s) => ({ id: s.id, state: s.state, title: s.title }))
    .reverse();

describe("sessions", () => {
  it("begin with the first frame and end after silence", async () => {
    await drive(0, 5, 20);
    expect(list()).toMatchObject([{ state: "open" }]);
    now += 59e6;
    recorder.tick();
    expect(recorder.vehicle("kart").session).toBeDefined();
    now += 2e6;
    recorder.tick();
    expect(recorder.vehicle("kart").session).toBeUndefined();
    await recorder.idle();
    expect(list()).toMatchObject([{ state: "closed" }]);
    await drive(120, 121, 20);
    expect(list()).toMatchObject([{ state: "closed" }, { state: "open" }]);
  });

  it("end after standing still; what comes then is recorded apart, and moving begins the next", {
    timeout: 60_000,
  }, async () => {
    await drive(0, 20, 20);
    await drive(20, 330, 0);
    expect(list()).toMatchObject([
      { state: "closed", title: null },
      { state: "open", title: "parked" },
    ]);
    await drive(330, 340, 15);
    expect(list()).toMatchObject([
      { state: "closed", title: null },
      { state: "closed", title: "parked" },
      { state: "open", title: null },
    ]);
    await recorder.stop();
    let frames = 0;
    for (const s of data.catalogue.sessions()) frames += s.frames;
    expect(frames).toBe(3400);
  });
});

describe("what was sent twice", () => {
  it("is recorded once, in the session and after a restart", async () => {
    await drive(0, 2, 20);
    await drive(0, 2, 20);
    expect(device.problems.get("duplicate")).toBe(20);
    await recorder.stop();
    await data[Symbol.asyncDispose]();
    await open();
    await drive(0, 3, 20);
    expect(device.problems.get("duplicate")).toBe(20);
    expect(device.frames).toBe(10);
  });
});

describe("columns", () => {
  it("made again from the journal are those that were recorded live", async () => {
    await drive(0, 8, 12.345);
    const { id } = list()[0]!;
    await recorder.stop();
    const live = await data.samples.digest(id);
    const again = await deriveSession(data, id);
    expect(again.frames).toBe(80);
    expect(await data.samples.digest(id)).toBe(live);
  });

  it("a session that was left open goes on with all that the journal has", async () => {
    await drive(0, 3, 10);
    const { id } = list()[0]!;
    // the process ends here without a word
    await data[Symbol.asyncDispose]();
    await open();
    for (const s of data.journal.openSessions()) await recorder.resume(s);
    await drive(3, 5, 10);
    expect(list()).toMatchObject([{ id, state: "open" }]);
    const [speed] = await data.samples.query({ sessionId: id, channels: ["vehicle.speed"] });
    expect(speed!.values).toHaveLength(50);
    expect(new Set(speed!.tUs).size).toBe(50);
  });
});
