import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { connect, type Socket } from "node:net";
import { type BatchWriter, createBatchWriter } from "@pitwall/protocols";
import type { SimFrame } from "@pitwall/simulator";
import mqtt from "mqtt";
import { UsageError } from "./command.ts";

export type SimPacket = SimFrame & {
  readonly name: string;
  readonly protocol: string;
  readonly boot: number;
};

/** Where a simulated unit's bytes go, and what was sent there. */
export interface SimSink extends AsyncDisposable {
  /** Datagrams and streams take the packets of a Blackbox, batches take whatever is on the unit's buses. */
  readonly speaks: "blackbox" | "buses";
  put(unit: number, packet: SimPacket): void;
  /** Everything put up to this instant of the drive is on its way, or has arrived where that can be told. */
  flush(nowS: number): Promise<void>;
  report(): { readonly to: string; readonly frames: number; readonly bytes: number };
}

/** Throws UsageError for an address that is none. */
export async function openSink(
  target: string,
  units: number,
  seed: number,
  warn: (line: string) => void,
): Promise<SimSink> {
  if (!URL.canParse(target)) return openFile(target);
  const url = new URL(target);
  if (url.protocol === "udp:") return openUdp(url, units);
  if (url.protocol === "tcp:") return openTcp(url, units);
  if (url.protocol === "mqtt:" || url.protocol === "mqtts:") return openBatches(url, units, seed, warn);
  throw new UsageError(`cannot send to ${url.protocol}//; there are udp, tcp, mqtt and files`);
}

const counted = (target: string) => {
  const count = { frames: 0, bytes: 0 };
  return {
    add(bytes: Uint8Array) {
      count.frames++;
      count.bytes += bytes.length;
    },
    report: () => ({ to: target, ...count }),
  };
};

async function openUdp(url: URL, units: number): Promise<SimSink> {
  const { add, report } = counted(url.href);
  const sockets: UdpSocket[] = [];
  for (let i = 0; i < units; i++) {
    const socket = createSocket("udp4");
    socket.bind(0);
    await once(socket, "listening");
    sockets.push(socket);
  }
  let pending = 0;
  return {
    speaks: "blackbox",
    put(unit, packet) {
      if (packet.protocol !== "blackbox") return;
      pending++;
      sockets[unit]!.send(packet.bytes, Number(url.port) || 9000, url.hostname, () => pending--);
      add(packet.bytes);
    },
    async flush() {
      while (pending > 0) await new Promise<void>((done) => setImmediate(done));
    },
    report,
    async [Symbol.asyncDispose]() {
      for (const s of sockets) s.close();
    },
  };
}

async function openTcp(url: URL, units: number): Promise<SimSink> {
  const { add, report } = counted(url.href);
  const sockets: Socket[] = [];
  for (let i = 0; i < units; i++) {
    const socket = connect({ host: url.hostname, port: Number(url.port) || 9000, noDelay: true });
    await once(socket, "connect");
    sockets.push(socket);
  }
  return {
    speaks: "blackbox",
    put(unit, packet) {
      if (packet.protocol !== "blackbox") return;
      sockets[unit]!.write(packet.bytes);
      add(packet.bytes);
    },
    async flush() {
      for (const s of sockets) if (s.writableNeedDrain) await once(s, "drain");
    },
    report,
    async [Symbol.asyncDispose]() {
      for (const s of sockets) {
        s.end();
        if (!s.closed) await once(s, "close");
      }
    },
  };
}

const BATCH_S = 0.2;

/** `mqtt://host:port/vehicle`: each unit's buses in frame batches, numbered, with QoS 1. */
async function openBatches(
  url: URL,
  units: number,
  seed: number,
  warn: (line: string) => void,
): Promise<SimSink> {
  const { add, report } = counted(url.href);
  const base = decodeURIComponent(url.pathname.slice(1)) || "sim";
  const client = await mqtt.connectAsync(`${url.protocol}//${url.host}`);
  client.on("error", (e) => warn(e.message));
  type Unit = {
    readonly vehicle: string;
    sources: { id: number; name: string; protocol: string }[];
    writer: BatchWriter | undefined;
    boot: number;
    sentAtS: number;
  };
  const state: Unit[] = Array.from({ length: units }, (_, i) => ({
    vehicle: units === 1 ? base : `${base}-${i + 1}`,
    sources: [],
    writer: undefined,
    boot: 0,
    sentAtS: 0,
  }));
  let pending: Promise<unknown>[] = [];
  const ship = (u: Unit) => {
    if (!u.writer || u.writer.recordCount === 0) return;
    pending.push(
      client.publishAsync(`pitwall/v1/${u.vehicle}/frames`, Buffer.from(u.writer.finish()), { qos: 1 }),
    );
  };
  return {
    speaks: "buses",
    put(unit, packet) {
      if (packet.name === "blackbox") return;
      const u = state[unit]!;
      let source = u.sources.find((s) => s.name === packet.name);
      if (!source || !u.writer || packet.boot !== u.boot) {
        ship(u);
        if (!source) {
          source = { id: u.sources.length, name: packet.name, protocol: packet.protocol };
          u.sources = [...u.sources, source];
        }
        const sameBoot = packet.boot === u.boot;
        u.writer = createBatchWriter({
          deviceId: `sim-${u.vehicle}`.slice(0, 64),
          bootId: ((seed + unit) * 1000 + packet.boot) >>> 0,
          sources: u.sources,
          firstSeq: sameBoot ? (u.writer?.nextSeq ?? 0) : 0,
        });
        u.boot = packet.boot;
      }
      if (!u.writer.add(source.id, packet.bootUs, packet.bytes)) {
        ship(u);
        u.writer.add(source.id, packet.bootUs, packet.bytes);
      }
      add(packet.bytes);
    },
    async flush(nowS) {
      for (const u of state)
        if (nowS - u.sentAtS >= BATCH_S) {
          u.sentAtS = nowS;
          ship(u);
        }
      if (pending.length < 32 && Number.isFinite(nowS)) return;
      await Promise.all(pending);
      pending = [];
    },
    report,
    async [Symbol.asyncDispose]() {
      await Promise.all(pending);
      await client.endAsync();
    },
  };
}

/** The bytes of all buses, one after the other, as a logger would have written them. */
async function openFile(path: string): Promise<SimSink> {
  const { add, report } = counted(path);
  const out = createWriteStream(path);
  await once(out, "open");
  return {
    speaks: path.endsWith(".blackbox") ? "blackbox" : "buses",
    put(_unit, packet) {
      if ((packet.protocol === "blackbox") !== path.endsWith(".blackbox")) return;
      out.write(packet.bytes);
      add(packet.bytes);
    },
    async flush() {
      if (out.writableNeedDrain) await once(out, "drain");
    },
    report,
    async [Symbol.asyncDispose]() {
      out.end();
      await once(out, "close");
    },
  };
}
