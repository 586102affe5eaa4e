import type { Encoder, Protocol } from "@pitwall/core";
import { createDecoder } from "./decoder.ts";
import { createEncoder } from "./encoder.ts";
import { createNodeFramer } from "./framing.ts";
import { HELLO_MESSAGE } from "./hello.ts";
import { NODE_OPTIONS, parseOptions } from "./options.ts";
import { createPackets } from "./packets.ts";

const PACKETS = Object.values(createPackets(parseOptions()));

export const telemetryNode: Protocol = {
  name: "telemetry-node",
  title: "Telemetry-Node 16-byte serial packets, stateless and stateful, with commands to the nodes",
  carrier: "stream",
  messages: [...PACKETS.map((p) => p.spec), HELLO_MESSAGE],
  layouts: PACKETS,
  options: NODE_OPTIONS,
  createFramer: createNodeFramer,
  createDecoder,
  createEncoder: (options): Encoder => createEncoder(options),
};
export { COMMAND_TIMEOUT_US, CommandTimeout } from "./command-timeout.ts";
export { Decimator } from "./decimator.ts";
export { type LinkState, ServerLink } from "./link.ts";
