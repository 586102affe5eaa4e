import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import type { DeviceState, Samples, SessionSummary, VehicleState } from "@pitwall/api";
import { createBatchWriter } from "@pitwall/protocols";
import mqtt from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { getJson, needs, type ServerProcess, startServer, temporaryFolder, until } from "./harness.ts";
import { blackboxPacket } from "./packets.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: ServerProcess;
beforeAll(async () => {
  folder = await temporaryFolder();
  server = await startServer(folder.path);
});
afterAll(async () => {
  await server.stop();
  await folder[Symbol.asyncDispose]();
});

const vehicles = () => getJson<VehicleState[]>(`${server.http}/api/v1/vehicles`);
const devices = () => getJson<DeviceState[]>(`${server.http}/api/v1/devices`);
const vehicle = async (id: string) => (await vehicles()).find((v) => v.id === id);

async function sendUdp(...datagrams: Uint8Array[]): Promise<string> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const id = `udp:127.0.0.1:${socket.address().port}`;
  for (const d of datagrams)
    await new Promise<void>((done) => socket.send(d, server.udp, "127.0.0.1", () => done()));
  socket.close();
  return id;
}
const deviceOnceIt = (id: string, is: (d: DeviceState) => boolean) =>
  until(async () => (await devices()).find((d) => d.id === id && is(d)));

describe("bytes in through sockets", () => {
  it("says on one line where it listens, and that only this machine can connect", async () => {
    expect(server.readyLine).toMatch(
      /^pitwall ready http=http:\/\/127\.0\.0\.1:\d+\/ mqtt=mqtt:\/\/127\.0\.0\.1:\d+ udp=127\.0\.0\.1:\d+ tcp=127\.0\.0\.1:\d+$/,
    );
    expect(await getJson(`${server.http}/api/v1/server`)).toMatchObject({
      host: "127.0.0.1",
      loopbackOnly: true,
      demo: "off",
    });
  });

  it("takes Blackbox packets over UDP, and doubles once", async () => {
    const packet = blackboxPacket({ timestampMs: 1000, "vehicle.speed": 12.5 });
    const id = await sendUdp(packet, packet, blackboxPacket({ timestampMs: 1033, "vehicle.speed": 13 }));
    const d = await deviceOnceIt(id, (x) => x.frames === 2 && (x.problems["duplicate"] ?? 0) === 1);
    const v = await until(async () => {
      const x = await vehicle(d.vehicle);
      return Math.abs((x?.values["vehicle.speed"]?.value ?? 0) - 13) < 1e-5 ? x : undefined;
    });
    expect(v).toMatchObject({ state: "live", replay: false });
  });

  it("takes Blackbox packets over TCP, cut anywhere", async () => {
    const stream = Buffer.concat(
      Array.from({ length: 50 }, (_, i) => blackboxPacket({ timestampMs: i * 20, "vehicle.speed": i })),
    );
    const socket = connect({ port: server.tcp, host: "127.0.0.1" });
    await once(socket, "connect");
    const id = `tcp:127.0.0.1:${socket.localPort}`;
    for (let at = 0; at < stream.length; at += 37) socket.write(stream.subarray(at, at + 37));
    const d = await deviceOnceIt(id, (x) => x.frames === 50);
    socket.destroy();
    expect(d.problems).toEqual({});
    const { session } = (await vehicle(d.vehicle))!;
    // frames count when they are recorded; their samples are there after the commit
    const got = await until(async () => {
      const samples = await getJson<Samples>(
        `${server.http}/api/v1/sessions/${session}/samples?channels=vehicle.speed`,
      );
      return samples.series[0]?.values.length === 50 ? samples.series[0].values : undefined;
    });
    got.forEach((v, i) => {
      expect(v!).toBeCloseTo(i, 4);
    });
  });

  it("acknowledges a frame batch when the journal has it, and takes a repeated one once", async () => {
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${server.mqtt}`, { clientId: "kart-7-unit" });
    const writer = createBatchWriter({
      deviceId: "kart-7-unit",
      bootId: 99,
      sources: [{ id: 1, name: "bb", protocol: "blackbox" }],
      firstSeq: 10,
    });
    for (let i = 0; i < 5; i++)
      writer.add(
        1,
        1_000_000 + i * 20_000,
        blackboxPacket({ timestampMs: 1000 + i * 20, "vehicle.speed": 20 + i }),
      );
    const batch = Buffer.from(writer.finish());
    await client.publishAsync("pitwall/v1/kart-7/frames", batch, { qos: 1 });
    await client.publishAsync("pitwall/v1/kart-7/frames", batch, { qos: 1 });
    const later = createBatchWriter({
      deviceId: "kart-7-unit",
      bootId: 99,
      sources: [{ id: 1, name: "bb", protocol: "blackbox" }],
      firstSeq: 20,
    });
    later.add(1, 1_200_000, blackboxPacket({ timestampMs: 1200, "vehicle.speed": 30 }));
    await client.publishAsync("pitwall/v1/kart-7/frames", Buffer.from(later.finish()), { qos: 1 });
    await client.endAsync();
    const d = await deviceOnceIt("mqtt:kart-7-unit", (x) => x.frames === 6);
    expect(d.problems["duplicate"]).toBe(5);
    expect(d.missing).toEqual([{ boot: "00000063", first: 15, last: 19 }]);
    expect((await vehicle("kart-7"))!.missingFrames).toBe(5);
  });

  it("hears a device's state and its last will", async () => {
    const client = mqtt.connect(`mqtt://127.0.0.1:${server.mqtt}`, {
      clientId: "will-unit",
      reconnectPeriod: 0,
      will: {
        topic: "pitwall/v1/kart-8/state",
        payload: Buffer.from('{"online":false}'),
        qos: 1,
        retain: true,
      },
    });
    await new Promise<void>((done) => client.once("connect", () => done()));
    await client.publishAsync("pitwall/v1/kart-8/state", '{"online":true,"firmware":"1.2.3","buffered":7}', {
      qos: 1,
      retain: true,
    });
    await deviceOnceIt("mqtt:will-unit", (d) => d.online && d.said?.["firmware"] === "1.2.3");
    client.stream.destroy();
    await deviceOnceIt("mqtt:will-unit", (d) => !d.online);
  });

  const pub = needs("/usr/bin/mosquitto_pub", "mosquitto-clients");
  it.skipIf(pub.skip)(`takes the JSON of a simple kart from mosquitto_pub${pub.title}`, async () => {
    const said =
      '{"rpm":4200,"motor_temp":61.5,"voltage":51.2,"current":38,"lat":31.0781,"lng":121.1164,"speed":36}';
    const child = spawn("mosquitto_pub", [
      "-h",
      "127.0.0.1",
      "-p",
      String(server.mqtt),
      "-q",
      "1",
      "-t",
      "kart-3/telemetry",
      "-m",
      said,
    ]);
    const [code] = (await once(child, "close")) as [number];
    expect(code).toBe(0);
    const v = await until(async () => {
      const x = await vehicle("kart-3");
      return x?.values["motor.temp"] ? x : undefined;
    });
    expect(v.values["motor.rpm"]!.value).toBe(4200);
    expect(v.values["motor.temp"]!.value).toBe(61.5);
    expect(v.values["battery.voltage"]!.value).toBe(51.2);
    expect(v.values["gnss.lat"]!.value).toBe(31.0781);
    expect(v.values["gnss.speed"]!.value).toBeCloseTo(10, 6);
  });

  it("republishes cleaned channels", async () => {
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${server.mqtt}`);
    await client.subscribeAsync("pitwall/v1/+/clean");
    const heard = new Promise<[string, Buffer]>((done) =>
      client.once("message", (topic, payload) => done([topic, payload])),
    );
    await client.publishAsync("kart-4/telemetry", '{"rpm":1000,"speed":18}', { qos: 1 });
    const [topic, payload] = await heard;
    await client.endAsync();
    expect(topic).toBe("pitwall/v1/kart-4/clean");
    expect(JSON.parse(payload.toString())).toMatchObject({ values: { "motor.rpm": 1000 } });
  });

  it("lists its sessions", async () => {
    const list = await getJson<SessionSummary[]>(`${server.http}/api/v1/sessions`);
    expect(list.map((s) => s.vehicle)).toContain("kart-7");
    expect(list.every((s) => s.state === "open")).toBe(true);
    expect(await getJson(`${server.http}/api/v1/sessions/nothing`)).toMatchObject({
      error: { code: "not-found" },
    });
  });
});
