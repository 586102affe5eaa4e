import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { createEcu, createElmEmulator, type EcuData } from "@pitwall/protocols";
import { UsageError } from "./command.ts";
import type { SimSink } from "./sim-sink.ts";

/** An OBD adapter on a control unit: characters in, characters out. */
export function elmOn(data: EcuData): (typed: Uint8Array) => Uint8Array {
  const answer = createEcu(data);
  const emulator = createElmEmulator({
    ask(request) {
      const bytes = answer(request, true);
      return bytes ? [{ ecu: 0, bytes }] : [];
    },
    volts: () => data.value("obd.moduleVoltage"),
  });
  return (typed) => Buffer.from(emulator(typed), "latin1");
}

/**
 * `elm327://host:port`: a Wi-Fi OBD adapter in the first unit, for apps that connect to one. It answers what it is
 * asked with the values of the moment; faults do not touch it. Throws UsageError where there is no control unit.
 */
export async function openElm(url: URL, ecu: () => EcuData | undefined): Promise<SimSink> {
  const count = { frames: 0, bytes: 0 };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const data = ecu();
    if (!data) return socket.destroy();
    sockets.add(socket);
    const adapter = elmOn(data);
    socket.on("data", (typed) => {
      const said = adapter(typed);
      if (said.length === 0) return;
      count.frames++;
      count.bytes += said.length;
      socket.write(said);
    });
    socket.on("error", () => {}); // whoever asked has gone
    socket.on("close", () => sockets.delete(socket));
    return undefined;
  });
  try {
    server.listen(Number(url.port) || 35_000, url.hostname);
    await once(server, "listening");
  } catch (e) {
    throw new UsageError(`cannot listen on ${url.host}: ${(e as Error).message}`, { cause: e });
  }
  return {
    speaks: "buses",
    put() {},
    async flush() {
      await new Promise<void>((done) => setImmediate(done));
    },
    report: () => ({ to: url.href, ...count }),
    async [Symbol.asyncDispose]() {
      for (const s of sockets) s.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
