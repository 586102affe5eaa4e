import { createSocket } from "node:dgram";
import type { ServerInfo, SessionSummary, VehicleState } from "@pitwall/api";
import { describe, expect, it } from "vitest";
import { getJson, startServer, temporaryFolder, until } from "./harness.ts";
import { blackboxPacket } from "./packets.ts";

describe("the replayed drive of the first start", () => {
  it("comes in through the UDP listener, ends when a device speaks, and does not come back", async () => {
    await using folder = await temporaryFolder();
    {
      await using server = await startServer(folder.path, []);
      const vehicles = () => getJson<VehicleState[]>(`${server.http}/api/v1/vehicles`);
      const info = () => getJson<ServerInfo>(`${server.http}/api/v1/server`);
      const replay = await until(async () =>
        (await vehicles()).find((v) => (v.values["vehicle.speed"]?.value ?? 0) > 1),
      );
      expect(replay).toMatchObject({ id: "replay", replay: true, state: "live" });
      const devices = await getJson<{ transport: string; vehicle: string }[]>(
        `${server.http}/api/v1/devices`,
      );
      expect(devices).toMatchObject([{ transport: "udp", vehicle: "replay" }]);
      expect(await info()).toMatchObject({ demo: "running" });

      const device = createSocket("udp4");
      device.send(blackboxPacket({ timestampMs: 1, "vehicle.speed": 5 }), server.udp, "127.0.0.1");
      await until(async () => (await info()).demo === "stopped");
      device.close();
      const sessions = await until(async () => {
        const all = await getJson<SessionSummary[]>(`${server.http}/api/v1/sessions`);
        return all.some((s) => s.vehicle === "replay" && s.state === "closed") ? all : undefined;
      });
      expect(sessions).toHaveLength(2);
    }
    await using again = await startServer(folder.path, []);
    expect(await getJson<ServerInfo>(`${again.http}/api/v1/server`)).toMatchObject({ demo: "off" });
  });
});
