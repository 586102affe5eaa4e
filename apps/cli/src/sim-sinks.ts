import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { createCanFrame, readCanRecord } from "@pitwall/core";
import { findProtocol, formatCandump } from "@pitwall/protocols";
import { UsageError } from "./command.ts";
import { openBatches, openJson } from "./sim-broker.ts";
import { openElm } from "./sim-elm.ts";
import { links } from "./sim-links.ts";
import { openTcp, openUdp } from "./sim-net.ts";
import { openPty } from "./sim-pty.ts";
import {
  carrierOf,
  inStream,
  refuseWithoutEnds,
  type SimPacket,
  type SimSink,
  type SinkOptions,
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
  if (/^[\w.-]+:\d+$/.test(target))
    throw new UsageError(
      `"${target}" does not say how to send: udp://${target}, tcp://${target} or mqtt://${target}`,
    );
  if (!URL.canParse(target))
    return target.endsWith(".candump") ? openCandump(target, options) : openFile(target, options);
  const url = new URL(target);
  if (!/pty:$/.test(url.protocol) && url.hostname === "")
    throw new UsageError(`"${target}" names no host; an address is like udp://127.0.0.1:9000`);
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
  if (only !== undefined) refuseWithoutEnds(only, path.slice(0, path.length - ending.length));
  return openStream(path, options, only === undefined ? "buses" : speechOf(only), (packet) =>
    (only ?? packet.protocol) === packet.protocol && carrierOf(packet.protocol) !== "can"
      ? inStream(packet)
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
