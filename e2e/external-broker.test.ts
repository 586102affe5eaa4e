import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import type { VehicleState } from "@pitwall/api";
import mqtt from "mqtt";
import { describe, expect, it } from "vitest";
import { getJson, needs, startServer, temporaryFolder, until } from "./harness.ts";

const tool = needs("/usr/sbin/mosquitto", "mosquitto");

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

describe.skipIf(tool.skip)(`a broker that runs elsewhere${tool.title}`, () => {
  it("works through Mosquitto as through its own", async () => {
    await using folder = await temporaryFolder();
    const port = await freePort();
    const conf = join(folder.path, "mosquitto.conf");
    await writeFile(conf, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\n`);
    const broker = spawn("/usr/sbin/mosquitto", ["-c", conf], { stdio: "ignore" });
    try {
      const device = await until(async () =>
        mqtt
          .connectAsync(`mqtt://127.0.0.1:${port}`, { connectTimeout: 500, reconnectPeriod: 0 })
          .catch(() => undefined),
      );
      const config = join(folder.path, "pitwall.json");
      await writeFile(config, JSON.stringify({ mqtt: { broker: `mqtt://127.0.0.1:${port}` } }));
      await using server = await startServer(join(folder.path, "data"), ["--no-demo", "--config", config]);
      expect(server.readyLine).toContain(`mqtt=mqtt://127.0.0.1:${port}`);
      const clean = new Promise<string>((done) =>
        device.on("message", (_topic, payload) => done(payload.toString())),
      );
      await device.subscribeAsync("pitwall/v1/+/clean");
      const vehicle = await until(async () => {
        await device.publishAsync("kart-5/telemetry", '{"rpm":2500}', { qos: 1 });
        const all = await getJson<VehicleState[]>(`${server.http}/api/v1/vehicles`);
        return all.find((v) => v.id === "kart-5" && v.values["motor.rpm"]);
      });
      expect(vehicle.values["motor.rpm"]!.value).toBe(2500);
      expect(JSON.parse(await clean)).toMatchObject({ values: { "motor.rpm": 2500 } });
      await device.endAsync();
    } finally {
      broker.kill();
      await once(broker, "close");
    }
  });
});
