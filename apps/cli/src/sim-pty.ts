import { createAnswerer, FaultyLink, within } from "@pitwall/simulator";
import { UsageError } from "./command.ts";
import { adapterOnBus } from "./sim-adapter.ts";
import { elmOn } from "./sim-elm.ts";
import {
  carrierOf,
  type HostDevice,
  inStream,
  refuseWithoutEnds,
  type SimPacket,
  type SimSink,
  type SinkOptions,
  speechOf,
} from "./sim-sink.ts";
import { openTerminal, type Said, type Terminal } from "./sim-terminal.ts";

/**
 * `PROTOCOL+pty:PATH`: a device of the first unit on a pseudo terminal. `slcan` is a CAN adapter on the vehicle's bus,
 * `elm327` an OBD adapter, anything else a serial line with that protocol. Throws UsageError, CommandError.
 */
export async function openPty(url: URL, options: SinkOptions): Promise<SimSink> {
  if (options.units > 1)
    throw new UsageError(`${url.href}: a terminal is for one unit, not ${options.units}`);
  const path = decodeURIComponent(url.pathname);
  if (path === "" || path.endsWith("/"))
    throw new UsageError(`${url.href} names no terminal; it is like ubx+pty:/tmp/ttyGPS`);
  const kind = url.protocol.slice(0, -1).replace(/\+?pty$/, "");
  const count = { frames: 0, bytes: 0, unread: 0, overrun: 0, answers: 0, unheard: 0 };
  let terminal: Terminal | undefined;
  const say = (bytes: Uint8Array): Said => terminal?.say(bytes) ?? "unread";
  const answer: (bytes: Uint8Array) => void = (bytes) => {
    if (bytes.length > 0 && say(bytes) === "sent") count.answers++;
  };
  const device: HostDevice = deviceOf(kind, options, answer);
  const way = new FaultyLink<SimPacket>(
    options.faults,
    options.seed,
    url.href,
    (packet, bytes) => ({ ...packet, bytes }),
    (packet) => {
      const bytes = device.fromVehicle(packet);
      if (!bytes) {
        count.unheard++;
        return;
      }
      const said = say(bytes);
      if (said === "unread") count.unread++;
      else if (said === "overrun") count.overrun++;
      else {
        count.frames++;
        count.bytes += bytes.length;
      }
    },
  );
  terminal = await openTerminal(path, device.fromHost);
  const open = terminal;
  return {
    speaks: speechOf(kind),
    put(_unit, packet) {
      if (!device.takes(packet)) return;
      if (!within(options.faults.offline, packet.atUs / 1e6)) way.send(packet, packet.atUs);
      else {
        way.counts.offered++;
        way.counts.unsent++;
      }
    },
    async flush(nowS) {
      if (Number.isFinite(nowS)) way.advance(Math.round(nowS * 1e6));
      else way.end();
      await open.drain();
    },
    report: () => ({ to: url.href, ...way.counts, ...count }),
    [Symbol.asyncDispose]: () => open[Symbol.asyncDispose](),
  };
}

function deviceOf(kind: string, options: SinkOptions, answer: (bytes: Uint8Array) => void): HostDevice {
  if (kind === "slcan") return adapterOnBus(options.ecu, answer);
  if (kind === "elm327") {
    let adapter: ((typed: Uint8Array) => Uint8Array) | undefined;
    return {
      fromHost(bytes) {
        const data = options.ecu();
        adapter ??= data && elmOn(data);
        if (adapter) answer(adapter(bytes));
      },
      fromVehicle: () => undefined,
      takes: () => false,
    };
  }
  return lineOf(kind, answer);
}

/** One protocol's bytes. Asked by a host, a device that answers questions stops talking of its own accord. */
function lineOf(kind: string, answer: (bytes: Uint8Array) => void): HostDevice {
  if (carrierOf(kind) === undefined || kind === "candump")
    throw new UsageError(
      `no device speaks "${kind}" on a line; ubx+pty:PATH is a receiver, slcan+pty:PATH a CAN adapter`,
    );
  if (carrierOf(kind) === "can")
    throw new UsageError(`${kind} is spoken on a CAN bus, which is reached with slcan+pty:`);
  refuseWithoutEnds(kind);
  const answerer = createAnswerer(kind);
  return {
    fromHost: (bytes) => {
      for (const reply of answerer?.ask(bytes) ?? []) answer(reply);
    },
    fromVehicle: (packet) => (answerer?.isAsked ? undefined : inStream(packet)),
    takes(packet) {
      if (packet.protocol !== kind) return false;
      answerer?.hear(packet.bytes);
      return true;
    },
  };
}
