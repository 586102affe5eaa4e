import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { parseFaults } from "@pitwall/simulator";
import { expect, it } from "vitest";
import type { SimPacket, SinkOptions } from "./sim-sink.ts";
import { openSink } from "./sim-sinks.ts";

const packet = (protocol: string, atUs: number, bytes = Uint8Array.of(1, 2, 3)): SimPacket => ({
  atUs,
  bootUs: atUs,
  utcUs: atUs,
  source: 0,
  boot: 0,
  name: "x",
  protocol,
  bytes,
});

function options(over: Partial<SinkOptions> = {}) {
  const said: string[] = [];
  const all: SinkOptions = {
    units: 1,
    seed: 1,
    faults: parseFaults(""),
    warn: (line) => void said.push(line),
    signal: new AbortController().signal,
    ecu: () => undefined,
    ...over,
  };
  return { said, all };
}

/** A server whose connections can be cut, with what came in. */
async function listener(port: number, onData: (socket: Socket, bytes: Buffer) => void = () => {}) {
  const sockets = new Set<Socket>();
  let received = 0;
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("data", (bytes) => {
      received += bytes.length;
      onData(socket, bytes);
    });
    socket.on("error", () => {});
  }).listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    received: () => received,
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const s of sockets) s.destroy();
      await closed;
    },
  };
}

const until = async (is: () => boolean): Promise<void> => {
  while (!is()) await new Promise((done) => setTimeout(done, 5));
};

it("a TCP server that goes away and comes back: what was said meanwhile is counted as not sent", async () => {
  const first = await listener(0);
  const { said, all } = options();
  const sink = await openSink(`tcp://127.0.0.1:${first.port}`, all);
  sink.put(0, packet("blackbox", 0));
  await sink.flush(0);
  await until(() => first.received() === 3);
  await first.close();
  await until(() => said.length === 1);
  for (let i = 1; i <= 5; i++) sink.put(0, packet("blackbox", i));
  await sink.flush(1);
  const second = await listener(first.port);
  await until(() => said.length === 2);
  sink.put(0, packet("blackbox", 9));
  await sink.flush(2);
  await until(() => second.received() === 3);
  await sink[Symbol.asyncDispose]();
  await second.close();
  expect(said[0]).toMatch(/^tcp:.+ the connection is gone; trying again/);
  expect(said[1]).toMatch(/^tcp:.+ connected again/);
  expect(sink.report()).toMatchObject({ offered: 7, delivered: 2, unsent: 5, frames: 2, bytes: 6 });
});

it("a broker that confirms nothing does not hold up who has stopped the drive, and the report says so", async () => {
  const CONNACK = Buffer.from([0x20, 2, 0, 0]);
  const mute = await listener(0, (socket, bytes) => void (bytes[0] === 0x10 && socket.write(CONNACK)));
  const stop = new AbortController();
  const { all } = options({ signal: stop.signal });
  const sink = await openSink(`json+mqtt://somebody:secret@127.0.0.1:${mute.port}/k`, all);
  sink.put(0, packet("json", 0, Buffer.from("{}")));
  const settled = sink.flush(Number.POSITIVE_INFINITY);
  stop.abort();
  await settled;
  const report = sink.report();
  await sink[Symbol.asyncDispose]();
  await mute.close();
  expect(report).toMatchObject({ offered: 1, delivered: 1, unacknowledged: 1 });
  expect(report.to).not.toContain("secret");
});

it.each([
  ["127.0.0.1:9000", /does not say how to send: udp:/],
  ["udp:/127.0.0.1", /names no host/],
  ["udp://no.such.host.invalid:9", /no\.such\.host\.invalid/],
  ["drive.vesc-can", /CAN bus: name the log drive\.candump/],
  ["drive.racechrono-diy", /send it over mqtt/],
  ["racechrono-diy+pty:/tmp/tty", /send it over mqtt/],
  ["ubx+pty:", /names no terminal/],
])("a target that cannot work is refused: %s", async (target, reason) => {
  await expect(openSink(target, options().all)).rejects.toThrow(reason);
});
