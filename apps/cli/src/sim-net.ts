import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { CommandError } from "./command.ts";
import { links } from "./sim-links.ts";
import type { SimPacket, SimSink, SinkOptions } from "./sim-sink.ts";

const PORT = 9000;
const AGAIN_MS = 500;

const hostOf = (url: URL): string => url.hostname.replace(/[[\]]/g, "");
const reasonOf = (e: unknown): string => (e instanceof Error ? e.message : String(e));

/** `udp://host:port`: a datagram each. Throws CommandError where there is no such host. */
export async function openUdp(url: URL, options: SinkOptions): Promise<SimSink> {
  const host = await lookup(hostOf(url)).catch((e: unknown) => {
    throw new CommandError(`${url.href}: ${reasonOf(e)}`, { cause: e });
  });
  const port = Number(url.port) || PORT;
  const sockets: UdpSocket[] = [];
  for (let i = 0; i < options.units; i++) {
    const socket = createSocket(host.family === 6 ? "udp6" : "udp4");
    socket.bind(0);
    await once(socket, "listening");
    sockets.push(socket);
  }
  let pending = 0;
  let isTold = false;
  const way = links(url.href, options, (unit, packet) => {
    pending++;
    sockets[unit]!.send(packet.bytes, port, host.address, (e) => {
      pending--;
      if (!e) return;
      way.failed(unit, packet);
      if (!isTold) options.warn(`${url.href}: ${e.message}`);
      isTold = true;
    });
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

/** A device's connection: while it is gone nothing is kept, and it comes back by itself. */
type Line = { socket: Socket | undefined; timer: NodeJS.Timeout | undefined };

/** `tcp://host:port`: a connection a unit. Throws CommandError where nobody answers at the beginning. */
export async function openTcp(url: URL, options: SinkOptions): Promise<SimSink> {
  const to = { host: hostOf(url), port: Number(url.port) || PORT, noDelay: true };
  let isOver = false;
  let gone = 0;

  const lines = Array.from({ length: options.units }, (): Line => ({ socket: undefined, timer: undefined }));
  function hold(line: Line, socket: Socket): void {
    line.socket = socket;
    socket.on("error", () => {}); // "close" follows
    socket.on("close", () => {
      line.socket = undefined;
      if (isOver) return;
      if (gone++ === 0) options.warn(`${url.href}: the connection is gone; trying again`);
      again(line);
    });
    socket.resume(); // what the server says is of no interest, but its end is
  }
  function again(line: Line): void {
    line.timer = setTimeout(() => {
      const socket = connect(to);
      socket.once("connect", () => {
        socket.removeAllListeners("error");
        hold(line, socket);
        if (--gone === 0) options.warn(`${url.href}: connected again`);
      });
      socket.once("error", () => {
        if (!isOver) again(line);
      });
    }, AGAIN_MS).unref();
  }

  for (const line of lines) {
    const socket = connect(to);
    await once(socket, "connect").catch((e: unknown) => {
      for (const l of lines) l.socket?.destroy();
      throw new CommandError(`${url.href}: ${reasonOf(e)}`, { cause: e });
    });
    hold(line, socket);
  }
  const way = links(url.href, options, (unit, packet: SimPacket) => {
    const { socket } = lines[unit]!;
    if (!socket?.writable) return false;
    socket.write(packet.bytes);
    return true;
  });
  return {
    speaks: "blackbox",
    put: way.put,
    async flush(nowS) {
      way.advance(nowS);
      for (const { socket } of lines)
        if (socket?.writableNeedDrain) await Promise.race([once(socket, "drain"), once(socket, "close")]);
    },
    report: way.report,
    async [Symbol.asyncDispose]() {
      isOver = true;
      for (const line of lines) {
        clearTimeout(line.timer);
        const { socket } = line;
        if (!socket) continue;
        const closed = once(socket, "close");
        socket.end();
        await closed;
      }
    },
  };
}
