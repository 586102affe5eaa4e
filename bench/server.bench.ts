/** The server as its users run it, in a process of its own, beside the least that a program without Pitwall would do. */
import { type ChildProcess, fork } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type DeviceState, decodeLiveBatch } from "@pitwall/api";
import WebSocket from "ws";
import { getJson, startServer, temporaryFolder, until } from "../e2e/harness.ts";
import { blackboxPacket } from "../e2e/packets.ts";

type Figure = {
  name: string;
  unit: string;
  value: number;
  baseline: string;
  baselineValue: number;
  ratio: number;
  note?: string;
};

const PLAIN = fileURLToPath(new URL("./plain-receiver.ts", import.meta.url));
const TICKS_PER_S = 100;

/** CPU seconds of a process so far, all threads. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
}
const memoryOf = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) * 1024;

async function plainReceiver(
  file: string,
  mode: "copy" | "sync" = "copy",
): Promise<{ child: ChildProcess; tcp: number; udp: number; ws: number }> {
  const child = fork(PLAIN, [file, mode]);
  const [ports] = (await once(child, "message")) as [{ tcp: number; udp: number; ws: number }];
  return { child, ...ports };
}

async function sendTcp(port: number, packets: number): Promise<void> {
  const socket = connect({ port, host: "127.0.0.1" });
  await once(socket, "connect");
  for (let at = 0; at < packets; at += 500) {
    const block = Buffer.concat(
      Array.from({ length: 500 }, (_, i) =>
        blackboxPacket({ timestampMs: (at + i) * 20, "vehicle.speed": ((at + i) % 700) / 20 }),
      ),
    );
    if (!socket.write(block)) await once(socket, "drain");
  }
  socket.end();
  await once(socket, "close");
}

async function throughput(report: (f: Figure) => void): Promise<void> {
  const packets = 1_000_000;
  await using folder = await temporaryFolder();
  await using server = await startServer(join(folder.path, "data"));
  const before = cpuOf(server.child.pid!);
  await sendTcp(server.tcp, packets);
  await until(async () =>
    (await getJson<DeviceState[]>(`${server.http}/api/v1/devices`)).some((d) => d.frames >= packets),
  );
  const cpu = cpuOf(server.child.pid!) - before;

  const file = join(folder.path, "plain.bin");
  const plain = await plainReceiver(file);
  const plainBefore = cpuOf(plain.child.pid!);
  await sendTcp(plain.tcp, packets);
  await until(() => statSync(file).size >= packets * 82);
  const plainCpu = cpuOf(plain.child.pid!) - plainBefore;
  plain.child.kill();
  report({
    name: "TCP to journal, columns and live state",
    unit: "frames/CPU s",
    value: packets / cpu,
    baseline: "TCP to a plain file, not decoded",
    baselineValue: packets / Math.max(plainCpu, 0.01),
    ratio: packets / cpu / (packets / Math.max(plainCpu, 0.01)),
  });
}

const percentile = (sorted: readonly number[], p: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))]!;

/** Sends at a steady rate from `vehicles` sockets; the packet's time stamp is when it was sent, in ms since `epoch`. */
async function drive(
  port: number,
  vehicles: number,
  rateHz: number,
  seconds: number,
  epoch: number,
): Promise<void> {
  const sockets = await Promise.all(
    Array.from({ length: vehicles }, async () => {
      const s = createSocket("udp4");
      s.bind(0, "127.0.0.1");
      await once(s, "listening");
      return s;
    }),
  );
  const sent = new Array<number>(vehicles).fill(0);
  const start = performance.now();
  await new Promise<void>((done) => {
    const timer = setInterval(() => {
      const elapsed = performance.now() - start;
      for (let v = 0; v < vehicles; v++)
        while ((sent[v]! + v / vehicles) * (1000 / rateHz) <= elapsed) {
          sent[v]!++;
          const packet = blackboxPacket({
            timestampMs: Math.round((performance.now() - epoch) * 100),
            "vehicle.speed": 20,
          });
          sockets[v]!.send(packet, port, "127.0.0.1");
        }
      if (elapsed < seconds * 1000) return;
      clearInterval(timer);
      done();
    }, 2);
  });
  for (const s of sockets) s.close();
}

async function latencies(
  ws: WebSocket,
  stampsOf: (data: ArrayBuffer) => Iterable<number>,
  epoch: number,
  run: () => Promise<void>,
): Promise<number[]> {
  ws.binaryType = "arraybuffer";
  const delays: number[] = [];
  ws.on("message", (data, isBinary) => {
    if (!isBinary) return;
    const now = performance.now() - epoch;
    for (const stamp of stampsOf(data as ArrayBuffer)) delays.push(now - stamp / 100);
  });
  await run();
  await new Promise((done) => setTimeout(done, 200));
  ws.close();
  // the first second is the compiler's
  return delays.slice(Math.floor(delays.length / 5)).sort((a, b) => a - b);
}

async function latency(report: (f: Figure) => void): Promise<void> {
  await using folder = await temporaryFolder();
  await using server = await startServer(join(folder.path, "data"));
  const epoch = performance.now();
  const live = new WebSocket(`${server.http.replace("http", "ws")}/api/v1/live`);
  await once(live, "open");
  live.send(JSON.stringify({ type: "subscribe", vehicles: "*", channels: ["timestampMs", "vehicle.speed"] }));
  const ours = await latencies(
    live,
    (d) => decodeLiveBatch(d).columns[0] ?? [],
    epoch,
    () => drive(server.udp, 20, 50, 8, epoch),
  );

  const plain = await plainReceiver(join(folder.path, "plain.bin"), "sync");
  const ws = new WebSocket(`ws://127.0.0.1:${plain.ws}`);
  await once(ws, "open");
  const theirs = await latencies(
    ws,
    (d) => [new DataView(d).getUint32(3, true)],
    epoch,
    () => drive(plain.udp, 20, 50, 8, epoch),
  );
  plain.child.kill();
  for (const [name, p] of [
    ["p50", 0.5],
    ["p99", 0.99],
  ] as const)
    report({
      name: `socket to WebSocket client, 20 vehicles at 50 Hz, ${name}`,
      unit: "ms",
      value: percentile(ours, p),
      baseline: "UDP to WebSocket after a synced write, not decoded",
      baselineValue: percentile(theirs, p),
      ratio: percentile(ours, p) / percentile(theirs, p),
      note: `${ours.length} of ${20 * 50 * 8 * 0.8} packets`,
    });
}

async function load(report: (f: Figure) => void): Promise<void> {
  const seconds = 10;
  await using folder = await temporaryFolder();
  await using server = await startServer(join(folder.path, "data"));
  const before = cpuOf(server.child.pid!);
  await drive(server.udp, 100, 25, seconds, performance.now());
  const cpu = (cpuOf(server.child.pid!) - before) / seconds;
  const memory = memoryOf(server.child.pid!);
  const plain = await plainReceiver(join(folder.path, "plain.bin"));
  const plainBefore = cpuOf(plain.child.pid!);
  await drive(plain.udp, 100, 25, seconds, performance.now());
  const plainCpu = (cpuOf(plain.child.pid!) - plainBefore) / seconds;
  const plainMemory = memoryOf(plain.child.pid!);
  plain.child.kill();
  const baseline = "UDP to a plain file, not decoded";
  report({
    name: "100 vehicles at 25 Hz",
    unit: "CPU s/s",
    value: cpu,
    baseline,
    baselineValue: plainCpu,
    ratio: cpu / Math.max(plainCpu, 0.001),
  });
  report({
    name: "100 vehicles at 25 Hz, memory",
    unit: "MB",
    value: memory / 1e6,
    baseline,
    baselineValue: plainMemory / 1e6,
    ratio: memory / plainMemory,
  });
}

export async function run(report: (f: Figure) => void): Promise<void> {
  await throughput(report);
  await latency(report);
  await load(report);
}
