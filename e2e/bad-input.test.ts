import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import type { DeviceState } from "@pitwall/api";
import mqtt from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { getJson, type ServerProcess, startServer, temporaryFolder, until } from "./harness.ts";
import { blackboxPacket } from "./packets.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: ServerProcess;
beforeAll(async () => {
  folder = await temporaryFolder();
  server = await startServer(folder.path);
});
afterAll(async () => {
  expect(server.child.exitCode, server.err()).toBeNull();
  await server.stop();
  await folder[Symbol.asyncDispose]();
});

const devices = () => getJson<DeviceState[]>(`${server.http}/api/v1/devices`);
const deviceOnceIt = (id: string, is: (d: DeviceState) => boolean) =>
  until(async () => (await devices()).find((d) => d.id === id && is(d)));

/** Resident memory of the server, bytes. */
async function memory(): Promise<number> {
  const status = await readFile(`/proc/${server.child.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) * 1024;
}

async function tcp(write: (socket: ReturnType<typeof connect>) => Promise<void>): Promise<string> {
  const socket = connect({ port: server.tcp, host: "127.0.0.1" });
  await once(socket, "connect");
  const id = `tcp:127.0.0.1:${socket.localPort}`;
  await write(socket);
  return id;
}

const send = async (socket: ReturnType<typeof connect>, bytes: Uint8Array) => {
  if (!socket.write(bytes)) await once(socket, "drain");
};

/** Deterministic noise without a byte that could start a packet. */
function noise(length: number, seed: number): Uint8Array {
  const out = new Uint8Array(length);
  let s = seed >>> 0;
  for (let i = 0; i < length; i++) {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0;
    out[i] = 0x80 | (s >>> 25);
  }
  return out;
}

describe("bad input", () => {
  it("counts noise by device and reason, and finds the packets between", async () => {
    const id = await tcp(async (s) => {
      await send(s, noise(1000, 1));
      await send(s, blackboxPacket({ timestampMs: 1 }));
      await send(s, noise(500, 2));
      const cut = blackboxPacket({ timestampMs: 2 }).subarray(0, 40);
      await send(s, cut);
      await send(s, blackboxPacket({ timestampMs: 3 }));
      const wrong = blackboxPacket({ timestampMs: 4 });
      wrong[30]! ^= 1;
      await send(s, wrong);
      await send(s, blackboxPacket({ timestampMs: 5 }));
      s.end();
    });
    const d = await deviceOnceIt(id, (x) => !x.online && x.frames === 3);
    expect(d.problems["skipped"]).toBeGreaterThanOrEqual(2);
    expect(d.problems["bad-checksum"]).toBeGreaterThanOrEqual(1);
    expect(d.lastProblem).toMatchObject({ reason: expect.any(String), offset: expect.any(Number) });
  });

  it("keeps values that are not finite out of the samples, and counts them", async () => {
    const id = await tcp(async (s) => {
      await send(s, blackboxPacket({ timestampMs: 10, "vehicle.aLat": Number.NaN, "vehicle.speed": 5 }));
      await send(
        s,
        blackboxPacket({ timestampMs: 30, "vehicle.x": Number.POSITIVE_INFINITY, "vehicle.speed": 6 }),
      );
    });
    const d = await deviceOnceIt(id, (x) => x.frames === 2 && (x.problems["out-of-range"] ?? 0) === 2);
    expect(d.lastProblem!.reason).toContain("vehicle.x");
  });

  it("reports time that runs backwards and goes on", async () => {
    const id = await tcp(async (s) => {
      await send(s, blackboxPacket({ timestampMs: 900_000 }));
      await send(s, blackboxPacket({ timestampMs: 20 }));
      await send(s, blackboxPacket({ timestampMs: 40 }));
    });
    await deviceOnceIt(id, (x) => x.frames === 3 && x.problems["out-of-sequence"] === 1);
  });

  it("names a wrong version of a datagram", async () => {
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    const id = `udp:127.0.0.1:${socket.address().port}`;
    const packet = blackboxPacket({ timestampMs: 1 });
    packet[0] = 9;
    socket.send(packet, server.udp, "127.0.0.1");
    const d = await deviceOnceIt(
      id,
      (x) => (x.problems["skipped"] ?? 0) + (x.problems["bad-checksum"] ?? 0) > 0,
    );
    socket.close();
    expect(d.frames).toBe(0);
    expect(d.lastProblem!.hex).toBeDefined();
  });

  it("swallows 64 MB without a frame in bounded memory", async () => {
    const before = await memory();
    const block = noise(1 << 20, 3);
    let most = 0;
    const id = await tcp(async (s) => {
      for (let i = 0; i < 64; i++) {
        await send(s, block);
        if (i % 8 === 0) most = Math.max(most, await memory());
      }
      s.end();
    });
    await deviceOnceIt(id, (x) => !x.online && (x.problems["skipped"] ?? 0) >= 1024);
    expect(most - before).toBeLessThan(150e6);
  });

  it("closes an MQTT client that announces 10 MB before taking them into memory", async () => {
    const before = await memory();
    const client = mqtt.connect(`mqtt://127.0.0.1:${server.mqtt}`, {
      clientId: "greedy",
      reconnectPeriod: 0,
    });
    client.on("error", () => {});
    await new Promise<void>((done) => client.once("connect", () => done()));
    const closed = new Promise<void>((done) => client.once("close", () => done()));
    client.publish("pitwall/v1/kart/frames", Buffer.alloc(10 << 20), { qos: 0 }, () => {});
    await closed;
    client.end(true);
    await deviceOnceIt("mqtt:greedy", (x) => x.problems["bad-length"] === 1);
    expect((await memory()) - before).toBeLessThan(100e6);
  });

  it("counts what cannot be read over MQTT, and acknowledges it: it would not get better", async () => {
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${server.mqtt}`, { clientId: "garbled" });
    await client.publishAsync("pitwall/v1/kart-9/frames", Buffer.from([1, 2, 3]), { qos: 1 });
    await client.publishAsync("kart-9/telemetry", "{not json", { qos: 1 });
    await client.publishAsync("pitwall/v1/kart-9/state", "[]", { qos: 1 });
    await client.publishAsync("pitwall/v1/../frames", Buffer.alloc(4), { qos: 1 });
    await client.endAsync();
    await deviceOnceIt("mqtt:garbled", (x) => Object.values(x.problems).reduce((a, b) => a + b, 0) >= 2);
    await deviceOnceIt("mqtt:kart-9/json", (x) => (x.problems["malformed"] ?? 0) >= 1);
  });
});
