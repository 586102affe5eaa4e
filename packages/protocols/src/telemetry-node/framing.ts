import {
  createFramer,
  type Framer,
  type OnFrame,
  type OnProblem,
  type ProblemCode,
  type ProtocolOptions,
  sumBytes,
} from "@pitwall/core";
import { type NodeOptions, parseOptions } from "./options.ts";
import { LAST_DEVICE, PACKET_BYTES } from "./packets.ts";

export const HEADER = 0xf0;
export const COMMAND_HEADER = 0x50;
export const HELLO = 0x69;
export const HELLO_REPLY = 0x68;
export const CONFIRM = 0x67;

/** Bytes of the handshake that start here: node alone `69 id`, server alone `68 67`, both on one log `69 68 id 67`. */
function probeHandshake(b: Uint8Array, start: number, end: number): number {
  if (start + 1 === end) return 0;
  const next = b[start + 1]!;
  if (b[start] === HELLO_REPLY) return next === CONFIRM ? 2 : -1;
  if (next === HELLO) return 1; // the node repeats it until it is answered
  if (next <= LAST_DEVICE) return 2;
  if (next !== HELLO_REPLY) return -1;
  if (start + 4 > end) return 0;
  return b[start + 2]! <= LAST_DEVICE && b[start + 3] === CONFIRM ? 4 : -1;
}

export function createNodeFramer(
  onFrame: OnFrame,
  onProblem?: OnProblem,
  options: ProtocolOptions | NodeOptions = {},
): Framer {
  const o = "stateful" in options ? (options as NodeOptions) : parseOptions(options);
  const probe = (b: Uint8Array, start: number, end: number): number => {
    const lead = b[start]!;
    if (lead === HEADER || lead === COMMAND_HEADER) return PACKET_BYTES;
    if (o.leadIsDevice && lead <= LAST_DEVICE) return PACKET_BYTES;
    if (o.stateful && (lead === HELLO || lead === HELLO_REPLY)) return probeHandshake(b, start, end);
    return -1;
  };
  const check = (b: Uint8Array, _view: DataView, start: number, end: number): ProblemCode | undefined => {
    if (end - start < PACKET_BYTES) return undefined;
    const sum = sumBytes(b, start, end) & 0xff;
    const good = (sum === 0xff && o.checksum !== "00") || (sum === 0 && o.checksum !== "ff");
    return good ? undefined : "bad-checksum";
  };
  return createFramer({ maxLength: PACKET_BYTES, probe, check }, onFrame, onProblem);
}
