import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { StoreError } from "@pitwall/store";
import { Aedes, type Client } from "aedes";
import type { Access } from "../access.ts";
import { countProblem } from "../devices.ts";
import type { Door } from "./door.ts";
import type { MessageHandler } from "./mqtt-messages.ts";
import { PacketGuard } from "./packet-guard.ts";
import type { Listener } from "./udp.ts";

/** Publishes on the broker in use, embedded or not. */
export type Publish = (topic: string, payload: string, options?: { readonly retain?: boolean }) => void;
export interface MqttLink extends Listener {
  readonly publish: Publish;
}

const MAX_CONNECTIONS = 2048;
/** A client that goes away is no bad input. */
const HANG_UPS = new Set(["ABORT_ERR", "AbortError", "ERR_STREAM_PREMATURE_CLOSE", "ECONNRESET", "EPIPE"]);

/** The broker that Pitwall brings along. A QoS 1 publish is acknowledged when the journal has it. */
export async function startBroker(
  door: Door,
  handle: MessageHandler,
  access: Access,
  host: string,
  port: number,
): Promise<MqttLink> {
  const addresses = new WeakMap<object, string>();
  const addressOf = (client: Client | null): string => (client && addresses.get(client)) ?? "unknown";
  const broker = await Aedes.createBroker({
    queueLimit: 256,
    authorizePublish(client, packet, done) {
      if (client === null) return done();
      const address = addressOf(client);
      if (!access.allows({ via: "mqtt", address }, "device:publish", packet.topic))
        return done(new Error("not allowed"));
      const payload = typeof packet.payload === "string" ? Buffer.from(packet.payload) : packet.payload;
      try {
        const outcome = handle(packet.topic, payload as Uint8Array, { id: client.id, address });
        if (outcome !== "recorded" || packet.qos === 0) return done();
      } catch (e) {
        return done(
          e instanceof StoreError ? e : new Error(`not taken: ${(e as Error).message}`, { cause: e }),
        );
      }
      door.recorder.committed().then(
        () => done(),
        (e) => done(e),
      );
    },
    authorizeSubscribe(client, subscription, done) {
      const allowed = access.allows(
        { via: "mqtt", address: addressOf(client) },
        "device:subscribe",
        subscription.topic,
      );
      done(null, allowed ? subscription : null);
    },
  });
  const told = new WeakSet<object>();
  /** The guard and the broker both hear of a broken packet; it counts once. */
  const refusals = (client: Client | null, error: Error) => {
    if (HANG_UPS.has((error as NodeJS.ErrnoException).code ?? error.name)) return;
    if (client && told.has(client)) return;
    if (client) told.add(client);
    const id = client?.id ?? "unknown";
    const known = [...door.devices.all()].find((d) => d.id === `mqtt:${id}`);
    const device = known ?? door.devices.get(`mqtt:${id}`, "unknown", "mqtt", addressOf(client));
    device.online = false;
    device.lastSeenUs = door.nowUs();
    countProblem(
      device,
      { code: error instanceof RangeError ? "bad-length" : "malformed", offset: 0, reason: error.message },
      door.nowUs(),
    );
  };
  broker.on("clientError", refusals);
  broker.on("connectionError", refusals);

  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    socket.on("error", () => socket.destroy());
    const guard = new PacketGuard(door.config.mqtt.maxPacketBytes);
    const stream = Duplex.from({ readable: socket.pipe(guard), writable: socket });
    const client = broker.handle(stream);
    addresses.set(client, `${socket.remoteAddress}:${socket.remotePort}`);
    guard.on("error", (e) => {
      refusals(client, e);
      socket.destroy();
      stream.destroy();
    });
    socket.on("close", () => stream.destroy());
    stream.on("error", () => socket.destroy());
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.listen({ port, host, exclusive: true });
  try {
    await once(server, "listening");
  } catch (e) {
    broker.close();
    throw e;
  }
  return {
    port: (server.address() as AddressInfo).port,
    publish(topic, payload, options) {
      broker.publish(
        { cmd: "publish", topic, payload, qos: 0, retain: options?.retain ?? false, dup: false },
        () => {},
      );
    },
    async [Symbol.asyncDispose]() {
      server.close();
      await new Promise<void>((done) => broker.close(() => done()));
      for (const socket of open) socket.destroy();
    },
  };
}
