import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import { type BatchWriter, createBatchWriter } from "@pitwall/protocols";
import mqtt from "mqtt";
import { UsageError } from "./command.ts";

/** Where bytes go. UDP and TCP take what a device would put on the wire; MQTT takes frame batches. */
export interface Senders extends AsyncDisposable {
  send(bytes: Uint8Array, protocol: string, source: string, atUs: number): Promise<void>;
  /** Everything has left this process, and where the way acknowledges, has arrived. */
  flush(): Promise<void>;
}

const BATCH_US = 200_000;

/** Throws UsageError for an address that is none. */
export async function openSenders(
  targets: readonly string[],
  warn: (line: string) => void,
): Promise<Senders> {
  await using building = new AsyncDisposableStack();
  const senders: Senders[] = [];
  for (const target of targets) {
    if (!URL.canParse(target)) throw new UsageError(`"${target}" is no address like udp://127.0.0.1:9000`);
    const url = new URL(target);
    const port = Number(url.port);
    const open =
      url.protocol === "udp:"
        ? openUdp(url.hostname, port || 9000)
        : url.protocol === "tcp:"
          ? openTcp(url.hostname, port || 9000)
          : url.protocol === "mqtt:" || url.protocol === "mqtts:"
            ? openMqtt(url, warn)
            : undefined;
    if (!open) throw new UsageError(`cannot send to ${url.protocol}//; there are udp, tcp and mqtt`);
    senders.push(building.use(await open));
  }
  const owned = building.move();
  return {
    async send(bytes, protocol, source, atUs) {
      for (const s of senders) await s.send(bytes, protocol, source, atUs);
    },
    async flush() {
      for (const s of senders) await s.flush();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function openUdp(host: string, port: number): Promise<Senders> {
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  return {
    send: (bytes) =>
      new Promise((done, fail) =>
        socket.send(bytes, port, host.replace(/[[\]]/g, ""), (e) => (e ? fail(e) : done())),
      ),
    async flush() {},
    async [Symbol.asyncDispose]() {
      socket.close();
    },
  };
}

async function openTcp(host: string, port: number): Promise<Senders> {
  const socket = connect({ host, port, noDelay: true });
  await once(socket, "connect");
  let broken: Error | undefined;
  socket.on("error", (e) => {
    broken = e;
  });
  return {
    async send(bytes) {
      if (broken) throw broken;
      if (!socket.write(bytes)) await once(socket, "drain");
    },
    async flush() {},
    async [Symbol.asyncDispose]() {
      socket.end();
      if (!socket.closed) await once(socket, "close");
    },
  };
}

/** `mqtt://host:port/vehicle`: frame batches with QoS 1 on the vehicle's topic. */
async function openMqtt(url: URL, warn: (line: string) => void): Promise<Senders> {
  const vehicle = decodeURIComponent(url.pathname.slice(1)) || "replay";
  const client = await mqtt.connectAsync(`${url.protocol}//${url.host}`, {
    ...(url.username
      ? { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) }
      : {}),
  });
  client.on("error", (e) => warn(e.message));
  const sources: { readonly id: number; readonly name: string; readonly protocol: string }[] = [];
  const deviceId = `replay-${vehicle}`.slice(0, 64);
  const bootId = Math.floor(Math.random() * 2 ** 32);
  let writer: BatchWriter | undefined;
  let startedAtUs = Number.NaN;
  let pending: Promise<unknown>[] = [];

  const ship = async () => {
    if (!writer || writer.recordCount === 0) return;
    const bytes = Buffer.from(writer.finish());
    pending.push(client.publishAsync(`pitwall/v1/${vehicle}/frames`, bytes, { qos: 1 }));
    if (pending.length < 16) return;
    await Promise.all(pending);
    pending = [];
  };
  return {
    async send(bytes, protocol, source, atUs) {
      let known = sources.find((n) => n.name === source && n.protocol === protocol);
      if (!known || !writer) {
        await ship();
        if (!known) {
          known = { id: sources.length, name: source, protocol };
          sources.push(known);
        }
        writer = createBatchWriter({
          deviceId,
          bootId,
          sources: [...sources],
          firstSeq: writer?.nextSeq ?? 0,
        });
      }
      if (atUs - startedAtUs > BATCH_US) await ship();
      if (writer.recordCount === 0) startedAtUs = atUs;
      if (writer.add(known.id, Math.round(atUs), bytes)) return;
      await ship();
      startedAtUs = atUs;
      writer.add(known.id, Math.round(atUs), bytes);
    },
    async flush() {
      await ship();
      await Promise.all(pending);
      pending = [];
    },
    async [Symbol.asyncDispose]() {
      await client.endAsync();
    },
  };
}
