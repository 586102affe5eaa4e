import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { connect, type Socket } from "node:net";
import { createCanFrame, readCanRecord } from "@pitwall/core";
import { findProtocol, formatCandump } from "@pitwall/protocols";
import { FaultyLink, type LinkCounts, within } from "@pitwall/simulator";
import mqtt from "mqtt";
import { UsageError } from "./command.ts";
import { BatchingUnit } from "./sim-batches.ts";
import { openElm } from "./sim-elm.ts";
import { openPty } from "./sim-pty.ts";
import {
  carrierOf,
  type SimPacket,
  type SimSink,
  type SinkOptions,
  type SinkReport,
  type Speech,
  speechOf,
} from "./sim-sink.ts";

/** The protocol that a target asks for by name: `jbd+pty:/tmp/bms`, `drive.nmea`. */
export function protocolOf(target: string): string | undefined {
  const name =
    /^([\w-]+)\+pty:/.exec(target)?.[1] ??
    (URL.canParse(target) ? "" : target.slice(target.lastIndexOf(".") + 1));
  return findProtocol(name)?.name;
}

/** Throws UsageError for an address that is none. */
export async function openSink(target: string, options: SinkOptions): Promise<SimSink> {
  if (!URL.canParse(target))
    return target.endsWith(".candump") ? openCandump(target, options) : openFile(target, options);
  const url = new URL(target);
  if (url.protocol === "udp:") return openUdp(url, options);
  if (url.protocol === "tcp:") return openTcp(url, options);
  if (url.protocol === "mqtt:" || url.protocol === "mqtts:") return openBatches(url, options);
  if (url.protocol === "json+mqtt:" || url.protocol === "json+mqtts:") return openJson(url, options);
  if (url.protocol === "elm327:") return openElm(url, options.ecu);
  if (/(^|\+)pty:$/.test(url.protocol)) return openPty(url, options);
  throw new UsageError(
    `cannot send to ${url.protocol}; there are udp, tcp, mqtt, json+mqtt, elm327, slcan+pty, PROTOCOL+pty and files`,
  );
}

/** One link a unit, which keeps nothing: what is said while it is down is gone. */
function links(
  to: string,
  { faults, seed, units }: SinkOptions,
  deliver: (unit: number, packet: SimPacket) => void,
) {
  const count = { frames: 0, bytes: 0 };
  const all = Array.from(
    { length: units },
    (_, i) =>
      new FaultyLink<SimPacket>(
        faults,
        seed + i,
        to,
        (packet, bytes) => ({ ...packet, bytes }),
        (packet) => {
          count.frames++;
          count.bytes += packet.bytes.length;
          deliver(i, packet);
        },
      ),
  );
  return {
    put(unit: number, packet: SimPacket): void {
      const link = all[unit]!;
      if (!within(faults.offline, packet.atUs / 1e6)) link.send(packet, packet.atUs);
      else {
        link.counts.offered++;
        link.counts.unsent++;
      }
    },
    advance(nowS: number): void {
      for (const link of all) {
        if (Number.isFinite(nowS)) link.advance(Math.round(nowS * 1e6));
        else link.end();
      }
    },
    report: (): SinkReport => ({ to, ...count, ...sum(all.map((l) => l.counts)) }),
  };
}

const sum = (all: readonly LinkCounts[]): LinkCounts => {
  const total = { ...all[0]! };
  for (const c of all.slice(1))
    for (const key of Object.keys(c) as (keyof LinkCounts)[]) total[key] += c[key];
  return total;
};

async function openUdp(url: URL, options: SinkOptions): Promise<SimSink> {
  const sockets: UdpSocket[] = [];
  for (let i = 0; i < options.units; i++) {
    const socket = createSocket("udp4");
    socket.bind(0);
    await once(socket, "listening");
    sockets.push(socket);
  }
  let pending = 0;
  const way = links(url.href, options, (unit, packet) => {
    pending++;
    sockets[unit]!.send(packet.bytes, Number(url.port) || 9000, url.hostname, () => pending--);
  });
  return {
    speaks: "blackbox",
    put: way.put,
    async flush(nowS) {
      way.advance(nowS);
      while (pending > 0) await new Promise<void>((done) => setImmediate(done));
    },
    report: way.report,
    async [Symbol.asyncDispose]() {
      for (const s of sockets) s.close();
    },
  };
}

async function openTcp(url: URL, options: SinkOptions): Promise<SimSink> {
  const sockets: Socket[] = [];
  for (let i = 0; i < options.units; i++) {
    const socket = connect({ host: url.hostname, port: Number(url.port) || 9000, noDelay: true });
    await once(socket, "connect");
    sockets.push(socket);
  }
  const way = links(url.href, options, (unit, packet) => void sockets[unit]!.write(packet.bytes));
  return {
    speaks: "blackbox",
    put: way.put,
    async flush(nowS) {
      way.advance(nowS);
      for (const s of sockets) if (s.writableNeedDrain) await once(s, "drain");
    },
    report: way.report,
    async [Symbol.asyncDispose]() {
      for (const s of sockets) {
        s.end();
        if (!s.closed) await once(s, "close");
      }
    },
  };
}

/** Vehicle names of a fleet, of `mqtt://host/NAME`. */
const vehiclesOf = (url: URL, units: number): string[] => {
  const base = decodeURIComponent(url.pathname.slice(1)) || "sim";
  return Array.from({ length: units }, (_, i) => (units === 1 ? base : `${base}-${i + 1}`));
};

async function openBroker(address: string, warn: (line: string) => void) {
  const client = await mqtt.connectAsync(address);
  client.on("error", (e) => warn(e.message));
  let pending: Promise<unknown>[] = [];
  let bytesSent = 0;
  return {
    get bytes() {
      return bytesSent;
    },
    publish(topic: string, bytes: Uint8Array): void {
      bytesSent += bytes.length;
      pending.push(client.publishAsync(topic, Buffer.from(bytes), { qos: 1 }));
    },
    /** Few messages may be under way; at the end none. */
    async settle(all: boolean): Promise<void> {
      if (pending.length < 32 && !all) return;
      await Promise.all(pending);
      pending = [];
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(pending);
      await client.endAsync();
    },
  };
}

/** `mqtt://host:port/vehicle`: each unit's buses in frame batches, numbered, with QoS 1. */
async function openBatches(url: URL, options: SinkOptions): Promise<SimSink> {
  const { faults, seed, units } = options;
  const broker = await openBroker(`${url.protocol}//${url.host}`, options.warn);
  const names = vehiclesOf(url, units);
  const all = names.map((vehicle, i) => {
    const namesake = faults.twins ? names[i - (i % 2)]! : vehicle;
    return new BatchingUnit(faults, seed + i, `sim-${namesake}`.slice(0, 64), (seed + i) * 1000, (bytes) =>
      broker.publish(`pitwall/v1/${vehicle}/frames`, bytes),
    );
  });
  return {
    speaks: "buses",
    put: (unit, packet) => all[unit]!.put(packet),
    async flush(nowS) {
      for (const u of all) u.flush(nowS);
      await broker.settle(!Number.isFinite(nowS));
    },
    report() {
      const total = { frames: 0, lost: 0, doubledFrames: 0, damagedFrames: 0 };
      for (const u of all)
        for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += u.counts[key];
      const { frames: offered, lost, ...rest } = total;
      const batches = sum(all.map((u) => u.link.counts));
      const missing = all.flatMap((u) => u.missing);
      const frames = offered - lost + rest.doubledFrames;
      return { to: url.href, frames, bytes: broker.bytes, offered, lost, ...rest, batches, missing };
    },
    [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
  };
}

/** `json+mqtt://host:port/vehicle`: what a simple kart publishes on `<vehicle>/telemetry`. */
async function openJson(url: URL, options: SinkOptions): Promise<SimSink> {
  const broker = await openBroker(`${url.protocol.replace("json+", "")}//${url.host}`, options.warn);
  const names = vehiclesOf(url, options.units);
  const way = links(url.href, options, (unit, packet) =>
    broker.publish(`${names[unit]!}/telemetry`, packet.bytes),
  );
  return {
    speaks: "json",
    put: way.put,
    async flush(nowS) {
      way.advance(nowS);
      await broker.settle(!Number.isFinite(nowS));
    },
    report: way.report,
    [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
  };
}

async function openStream(
  path: string,
  options: SinkOptions,
  speaks: Speech,
  bytesOf: (packet: SimPacket) => Uint8Array | string | undefined,
): Promise<SimSink> {
  const out = createWriteStream(path);
  await once(out, "open");
  const way = links(path, options, (_unit, packet) => {
    out.write(bytesOf(packet)!);
  });
  return {
    speaks,
    put(unit, packet) {
      if (bytesOf(packet) !== undefined) way.put(unit, packet);
    },
    async flush(nowS) {
      way.advance(nowS);
      if (out.writableNeedDrain) await once(out, "drain");
    },
    report: way.report,
    async [Symbol.asyncDispose]() {
      out.end();
      await once(out, "close");
    },
  };
}

/**
 * The bytes of the units' serial lines, one after the other. An ending that is a protocol's name takes that one alone:
 * `drive.nmea`, `drive.blackbox`. CAN frames have no ends of their own and go to a `.candump` file.
 */
function openFile(path: string, options: SinkOptions): Promise<SimSink> {
  const ending = path.slice(path.lastIndexOf(".") + 1);
  const only = findProtocol(ending) ? ending : undefined;
  return openStream(path, options, only === undefined ? "buses" : speechOf(only), (packet) =>
    (only ?? packet.protocol) === packet.protocol && carrierOf(packet.protocol) !== "can"
      ? packet.bytes
      : undefined,
  );
}

/** What `candump -l` would have logged on the units' CAN buses. */
function openCandump(path: string, options: SinkOptions): Promise<SimSink> {
  const frame = createCanFrame();
  return openStream(path, options, "buses", (packet) => {
    if (carrierOf(packet.protocol) !== "can") return undefined;
    try {
      readCanRecord(packet.bytes, 0, packet.bytes.length, frame);
    } catch {
      return ""; // cut short on the way: a controller would not have passed it on
    }
    frame.tUs = packet.utcUs;
    return `${formatCandump(frame, packet.name.split("-")[0])}\n`;
  });
}
