import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { createBlackboxFramer } from "@pitwall/protocols";
import { countProblem } from "../devices.ts";
import { type Door, deviceAt, RepeatFilter, record } from "./door.ts";
import type { Listener } from "./udp.ts";

const MAX_CONNECTIONS = 2048;
const SOURCE = { boot: "", name: "tcp", protocol: "blackbox" } as const;

/** Blackbox packets as a TCP stream. */
export async function listenTcp(door: Door, host: string, port: number): Promise<Listener> {
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    open.add(socket);
    const device = deviceAt(door, "tcp", socket.remoteAddress ?? "unknown", socket.remotePort ?? 0);
    const repeats = new RepeatFilter();
    let arrivalUs = 0;
    const framer = createBlackboxFramer(
      (bytes, view, start, end) => {
        if (repeats.isRepeat(bytes, view, start, end))
          device.problems.set("duplicate", (device.problems.get("duplicate") ?? 0) + 1);
        else record(door, device, SOURCE, bytes.subarray(start, end), arrivalUs);
      },
      (p) => countProblem(device, p, arrivalUs),
    );
    socket.on("data", (chunk) => {
      arrivalUs = door.nowUs();
      device.online = true;
      framer.push(chunk);
    });
    socket.on("error", (e) =>
      countProblem(device, { code: "connection", offset: 0, reason: e.message }, door.nowUs()),
    );
    socket.on("close", () => {
      framer.end();
      device.online = false;
      open.delete(socket);
    });
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.listen({ port, host, exclusive: true });
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of open) socket.destroy();
      await once(server, "close");
    },
  };
}
