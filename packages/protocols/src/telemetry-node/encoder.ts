import {
  CodecError,
  type Encoder,
  fromPlain,
  type PlainMessage,
  type ProtocolOptions,
  requireUnsigned,
  sumBytes,
} from "@pitwall/core";
import { COMMAND_HEADER, HEADER, HELLO } from "./framing.ts";
import { HELLO_MESSAGE } from "./hello.ts";
import { parseOptions } from "./options.ts";
import { createPackets, PACKET_BYTES } from "./packets.ts";

/** Packets as a node (or, for commands, the server) sends them. Floats without a value go as NaN, integers as 0. */
export function createEncoder(options?: ProtocolOptions): Encoder {
  const o = parseOptions(options);
  const packets = createPackets(o);
  const byName = new Map(Object.values(packets).map((p) => [p.name, p]));

  function encode(message: PlainMessage): Uint8Array {
    if (message.message === HELLO_MESSAGE.name) {
      const device = fromPlain(message, HELLO_MESSAGE).values[0]!;
      return new Uint8Array([HELLO, requireUnsigned(device, 4, HELLO_MESSAGE.name, "device")]);
    }
    const packet = byName.get(message.message);
    if (!packet) throw new CodecError("unsupported", "telemetry-node", 0, `no message "${message.message}"`);
    const row = fromPlain(message, packet.spec).values;
    const wires = packet.fields.filter((f) => !f.name.startsWith("_"));
    for (let i = 0; i < row.length; i++)
      if (Number.isNaN(row[i]!) && wires[i]!.wire !== "f32" && wires[i]!.missing === undefined) row[i] = 0;
    const bytes = new Uint8Array(PACKET_BYTES);
    const view = new DataView(bytes.buffer);
    packet.write(view, 0, row);
    if (packet === packets.fix && message.tUs !== null) {
      const raw = o.epochMs ? Math.round(message.tUs / 1000) % 2 ** 32 : Math.round(message.tUs / 1e6);
      if (raw > 0xffff_ffff || raw < 0)
        throw new CodecError("out-of-range", packet.name, 9, `time ${message.tUs} us does not fit 32 bits`);
      view.setUint32(9, raw, true);
    }
    const isCommand = packet === packets.command;
    bytes[0] = o.leadIsDevice && !isCommand ? packet.device : HEADER;
    // a stateless node listens for 0xF0 alone, but only the direction tells such a command from an Alltrax packet
    if (isCommand && (o.stateful || !o.toNode)) bytes[0] = COMMAND_HEADER;
    bytes[14] = o.stateful || o.leadIsDevice ? packet.number : (packet.device << 4) | packet.number;
    const total = o.checksum === "00" ? 0x100 : 0xff;
    bytes[15] = total - (sumBytes(bytes, 0, 15) & 0xff);
    return bytes;
  }
  return { encode };
}
