import mqtt, { type Packet } from "mqtt";
import type { MqttLink } from "./broker.ts";
import type { Door } from "./door.ts";
import type { MessageHandler } from "./mqtt-messages.ts";
import type { JsonRoute } from "./topics.ts";

/** Works with a broker that runs elsewhere. A QoS 1 message is acknowledged to it when the journal has it. */
export async function joinBroker(
  door: Door,
  handle: MessageHandler,
  routes: readonly JsonRoute[],
  url: string,
  onTrouble: (reason: string | null) => void,
): Promise<MqttLink> {
  const client = mqtt.connect(url, {
    clientId: `pitwall-server-${process.pid}`,
    clean: false,
    reconnectPeriod: 1000,
    manualConnect: true,
  });
  const shown = url.replace(/\/\/[^@]*@/, "//");
  client.handleMessage = (packet: Packet, done: (error?: Error) => void) => {
    if (packet.cmd !== "publish") return done();
    const payload = typeof packet.payload === "string" ? Buffer.from(packet.payload) : packet.payload;
    try {
      const outcome = handle(packet.topic, payload, { id: `via-${shown}`, address: shown });
      if (outcome !== "recorded" || packet.qos === 0) return done();
    } catch (e) {
      return done(e as Error);
    }
    door.recorder.committed().then(
      () => done(),
      (e) => done(e),
    );
  };
  client.on("connect", () => {
    onTrouble(null);
    const filters = ["pitwall/v1/+/frames", "pitwall/v1/+/state", ...routes.map((r) => r.filter)];
    client.subscribe(Object.fromEntries(filters.map((f) => [f, { qos: 1 as const }])));
  });
  client.on("error", (e) => onTrouble(`MQTT broker ${shown}: ${e.message}`));
  client.on("offline", () => onTrouble(`MQTT broker ${shown} cannot be reached`));
  client.connect();
  return {
    port: Number(new URL(url).port || 1883),
    publish: (topic, payload, options) =>
      void client.publish(topic, payload, { qos: 0, retain: options?.retain ?? false }),
    async [Symbol.asyncDispose]() {
      await client.endAsync(true);
    },
  };
}
