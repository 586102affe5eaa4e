import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import type {
  DemoChoices,
  DeviceState,
  Samples,
  ServerInfo,
  SessionDetail,
  SessionSummary,
  VehicleState,
} from "@pitwall/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { getJson, pitwall, type ServerProcess, startServer, temporaryFolder, until } from "./harness.ts";
import { ovalCsv } from "./oval.ts";

type Counts = Record<string, number>;
type Sent = Counts & { readonly missing: unknown[]; readonly batches: Counts };
type Report = { readonly sent: readonly Sent[]; readonly gate: number[]; readonly lapTimesS: number[] };

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: ServerProcess;
let track: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  track = join(folder.path, "oval.csv");
  await writeFile(track, ovalCsv());
  server = await startServer(join(folder.path, "data"));
});
afterAll(async () => {
  await server.stop();
  await folder[Symbol.asyncDispose]();
});

async function simulate(...args: string[]): Promise<Report> {
  const ran = await pitwall(["simulate", "--track", track, "--speed", "10", ...args]);
  // faster than time, and packets without one: it says what that means
  const timeless = args.some((a) => /^(udp|json\+mqtt):/.test(a));
  expect(ran.err).toMatch(timeless ? /^packets .+ no time of day: .+\n$/ : /^$/);
  expect(ran.code).toBe(0);
  return JSON.parse(ran.out) as Report;
}
const deviceOnceIt = (is: (d: DeviceState) => boolean) =>
  until(async () => (await getJson<DeviceState[]>(`${server.http}/api/v1/devices`)).find(is));
const sessionOf = (vehicle: string) =>
  until(async () =>
    (await getJson<SessionSummary[]>(`${server.http}/api/v1/sessions`)).find((s) => s.vehicle === vehicle),
  );
const FAULTS = "loss=0.01,dup=0.01,reorder=0.01";

describe("a simulated drive on a bad link", () => {
  let report: Report;
  beforeAll(async () => {
    const to = ["--to", `udp://127.0.0.1:${server.udp}`, "--to", `mqtt://127.0.0.1:${server.mqtt}/kart-sim`];
    report = await simulate(
      "--vehicle",
      "kart",
      "--laps",
      "3",
      "--faults",
      FAULTS,
      "--start",
      "2026-05-28T13:34:00Z",
      ...to,
    );
  }, 60_000);

  it("is counted to the datagram", async () => {
    const [sent] = report.sent;
    const { delivered, duplicated, lost, offered } = sent!;
    expect(delivered).toBe(offered! - lost! + duplicated!);
    expect(Math.min(lost!, duplicated!, sent!["reordered"]!)).toBeGreaterThan(5);
    const device = await deviceOnceIt(
      (d) => d.transport === "udp" && d.frames + (d.problems["duplicate"] ?? 0) === delivered,
    );
    expect(device.frames).toBe(offered! - lost!);
    expect(device.problems).toEqual({ duplicate: duplicated });
  });

  it("is counted to the frame of every batch, with each range that is missing", async () => {
    const { batches, doubledFrames, lost, missing, offered } = report.sent[1]!;
    expect(Math.min(lost!, batches["duplicated"]!, batches["reordered"]!)).toBeGreaterThan(2);
    const device = await deviceOnceIt((d) => d.id === "mqtt:sim-kart-sim" && d.frames === offered! - lost!);
    expect(device.problems).toEqual({ duplicate: doubledFrames });
    // the list shows the newest hundred
    expect(missing.length).toBeGreaterThan(100);
    expect(device.missing).toEqual(missing.slice(-100));
  });

  it("is stored once, frame by frame", async () => {
    const { lost, offered } = report.sent[1]!;
    const { id } = await sessionOf("kart-sim");
    const groups = new Map<string, { channel: string; count: number }>();
    await until(async () => {
      const { channels } = await getJson<SessionDetail>(`${server.http}/api/v1/sessions/${id}`);
      for (const c of channels)
        if (/wt901|ubx|vesc/.test(c.group) && c.count > (groups.get(c.group)?.count ?? 0))
          groups.set(c.group, c);
      return [...groups.values()].reduce((n, c) => n + c.count, 0) >= offered! - lost!;
    });
    expect([...groups.values()].reduce((n, c) => n + c.count, 0)).toBe(offered! - lost!);
    for (const channel of ["imu.ax", "motor.erpm", "gnss.lat"]) {
      const { series } = await getJson<Samples>(
        `${server.http}/api/v1/sessions/${id}/samples?channels=${channel}&points=200000`,
      );
      const { tUs } = series.find((s) => /wt901|ubx|vesc/.test(s.group))!;
      expect(tUs.length, channel).toBeGreaterThan(1000);
      expect(new Set(tUs).size, channel).toBe(tUs.length);
    }
  });

  it("that was exported and read again has the laps of the truth", async () => {
    const { id } = await sessionOf("kart-sim");
    await server.stop();
    // two crossings of a receiver whose error wanders 0.6 m in 90 s with 0.12 m of noise, at 10 m/s or more
    const lapS = report.lapTimesS[0]!;
    const sigmaS = Math.sqrt(2 * 0.6 ** 2 * (1 - Math.exp(-lapS / 90)) + 2 * 0.12 ** 2) / 10;
    for (const format of ["vbo", "racechrono-csv"]) {
      const file = join(folder.path, `drive.${format === "vbo" ? "vbo" : "csv"}`);
      const data = join(folder.path, "data");
      const wrote = await pitwall(["export", id, "--data", data, "--format", format, "-o", file]);
      expect(wrote.code, wrote.err).toBe(0);
      expect((await readFile(file)).length).toBeGreaterThan(10_000);
      const read = await pitwall(["laps", file, "--gate", report.gate.join(","), "--json"]);
      expect(read.code, read.err).toBe(0);
      type Lap = { readonly kind: string; readonly timeS: number };
      const timed = (JSON.parse(read.out) as { laps: Lap[] }).laps.filter((l) => l.kind === "lap");
      expect(timed, format).toHaveLength(report.lapTimesS.length);
      timed.forEach((lap, i) => {
        expect(Math.abs(lap.timeS - report.lapTimesS[i]!), format).toBeLessThan(3 * sigmaS);
      });
    }
    server = await startServer(join(folder.path, "data"));
  }, 60_000);
});

describe("a simulated fleet", () => {
  it("with two units of one id is recorded as two", async () => {
    const to = `mqtt://127.0.0.1:${server.mqtt}/twin`;
    const { sent } = await simulate(
      "--vehicle",
      "boat",
      "--laps",
      "1",
      "--units",
      "2",
      "--faults",
      "twins",
      "--speed",
      "max",
      "--to",
      to,
    );
    const first = await deviceOnceIt((d) => d.id === "mqtt:sim-twin-1" && d.vehicle === "twin-1");
    const second = await deviceOnceIt((d) => d.id === "mqtt:sim-twin-1@twin-2" && d.vehicle === "twin-2");
    expect(first.frames + second.frames).toBe(sent[0]!["offered"]);
  }, 60_000);

  it("speaks the JSON of a simple kart", async () => {
    const { sent } = await simulate(
      "--laps",
      "1",
      "--speed",
      "max",
      "--to",
      `json+mqtt://127.0.0.1:${server.mqtt}/kart-9`,
    );
    const device = await deviceOnceIt(
      (d) => d.id === "mqtt:kart-9/json" && d.frames === sent[0]!["delivered"],
    );
    expect(device.problems).toEqual({});
  }, 60_000);
});

describe("a simulated car", () => {
  it("answers an OBD-II app through a Wi-Fi adapter", async () => {
    const free = createServer().listen(0, "127.0.0.1");
    await once(free, "listening");
    const { port } = free.address() as AddressInfo;
    free.close();
    await once(free, "close");
    const run = simulate("--vehicle", "car", "--laps", "1", "--to", `elm327://127.0.0.1:${port}`);
    const socket = await until(async () => {
      const s = connect(port, "127.0.0.1");
      return await once(s, "connect").then(
        () => s,
        () => undefined,
      );
    });
    let said = "";
    socket.setEncoding("latin1").on("data", (t: string) => {
      said += t;
    });
    const ask = async (typed: string) => {
      said = "";
      socket.write(`${typed}\r`);
      await until(() => said.endsWith(">"));
      return said;
    };
    expect(await ask("ATE0")).toContain("OK");
    expect(await ask("010D")).toMatch(/^41 0D [0-9A-F]{2}\r/);
    expect(await ask("03")).toContain("43 01 03 01");
    expect(await ask("0902")).toContain("014\r0: 49 02 01");
    socket.destroy();
    expect((await run).sent[0]).toMatchObject({ frames: 4 });
  }, 60_000);

  it("is refused where it has no such connector", async () => {
    const args = ["simulate", "--vehicle", "boat", "--track", track, "--to", "elm327://127.0.0.1:1"];
    expect(await pitwall(args)).toMatchObject({ code: 2 });
  });
});

describe("a simulated demo", () => {
  it("drives the chosen vehicle on the chosen track until it is stopped", async () => {
    const post = (path: string, body?: unknown) =>
      fetch(`${server.http}/api/v1/demo/${path}`, {
        method: "POST",
        ...(body === undefined
          ? {}
          : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
      });
    const choices = await getJson<DemoChoices>(`${server.http}/api/v1/demo/choices`);
    expect(choices.vehicles).toContain("car");
    const track = choices.tracks.find((t) => t.includes("Hockenheim"))!;
    expect((await post("start", { vehicle: "car", track: "nowhere" })).status).toBe(400);
    expect((await post("start", { vehicle: "car", track, laps: 0 })).status).toBe(400);
    const started = await post("start", { vehicle: "car", track, laps: 1 });
    expect(await started.json()).toMatchObject({
      demo: "running",
      demoDrive: { vehicle: "car", track, laps: 1 },
    });
    const replay = await until(async () =>
      (await getJson<VehicleState[]>(`${server.http}/api/v1/vehicles`)).find(
        (v) => v.replay && v.simulated && (v.values["vehicle.speed"]?.value ?? 0) > 3,
      ),
    );
    expect(replay.id).toMatch(/^car-Hockenheim/);
    // the car is where the track is
    expect(replay.values["gnss.lat"]!.value).toBeCloseTo(49.33, 1);
    expect(replay.values["gnss.lon"]!.value).toBeCloseTo(8.57, 1);
    // a device that speaks meanwhile is a vehicle beside it
    const beside = await simulate(
      ...["--laps", "1", "--speed", "max", "--to", `json+mqtt://127.0.0.1:${server.mqtt}/kart-10`],
    );
    const { delivered } = beside.sent[0]!;
    await deviceOnceIt((d) => d.id === "mqtt:kart-10/json" && d.frames === delivered);
    expect(await getJson<ServerInfo>(`${server.http}/api/v1/server`)).toMatchObject({ demo: "running" });
    const stopped = (await (await post("stop")).json()) as ServerInfo;
    expect(stopped.demo).toBe("stopped");
    expect(stopped.demoDrive).toBeUndefined();
  }, 60_000);

  it("is not to be had where the configuration says so", async () => {
    const config = join(folder.path, "quiet.json");
    await writeFile(config, JSON.stringify({ simulate: false }));
    await using quiet = await startServer(join(folder.path, "quiet"), ["--no-demo", "--config", config]);
    expect(await getJson<ServerInfo>(`${quiet.http}/api/v1/server`)).toMatchObject({ simulate: false });
    const { tracks } = await getJson<DemoChoices>(`${quiet.http}/api/v1/demo/choices`);
    const asked = await fetch(`${quiet.http}/api/v1/demo/start`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ vehicle: "kart", track: tracks[0] }),
    });
    expect(asked.status).toBe(403);
    expect(await asked.json()).toMatchObject({ error: { code: "forbidden" } });
  }, 60_000);
});

describe("a centre line with a bank", () => {
  const ring = (bank: string) =>
    [
      "# x_m,y_m,w_tr_right_m,w_tr_left_m,bank_deg",
      ...Array.from({ length: 180 }, (_, i) => {
        const a = (i * Math.PI) / 90;
        return `${(40 * Math.cos(a)).toFixed(3)},${(40 * Math.sin(a)).toFixed(3)},5,5,${bank}`;
      }),
    ].join("\n");
  const bestOf = async (text: string, vehicle = "kart-combustion") => {
    const file = join(folder.path, "ring.csv");
    await writeFile(file, text);
    const truth = ["--truth", join(folder.path, "ring-truth.csv")];
    const ran = await pitwall(["simulate", "--vehicle", vehicle, "--track", file, "--laps", "2", ...truth]);
    return ran.code === 0 ? Math.min(...(JSON.parse(ran.out) as Report).lapTimesS) : ran.err;
  };

  it("is lapped faster where its right edge is the higher one in a bend to the left, slower the other way", async () => {
    const [helped, flat, hindered] = [
      await bestOf(ring("-8")),
      await bestOf(ring("0")),
      await bestOf(ring("8")),
    ];
    expect(helped).toBeLessThan(flat as number);
    expect(hindered).toBeGreaterThan(flat as number);
  }, 60_000);

  it("is refused where a number is none, or where the vehicle would slide off", async () => {
    expect(await bestOf(ring("steep"))).toMatch(/point 1 is not x_m,y_m,.*bank_deg in numbers/);
    expect(await bestOf(ring("-40"), "road")).toMatch(/slides off it at rest/);
  }, 60_000);
});
