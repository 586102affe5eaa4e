import {
  CodecError,
  createFramer,
  createTally,
  type DecodeContext,
  type Decoder,
  type Encoder,
  type FrameRule,
  type Framer,
  fromPlain,
  type OnFrame,
  type OnProblem,
  type PlainMessage,
  type ProblemCode,
  type Protocol,
  type ProtocolOptions,
  Reading,
  requireUnsigned,
  sumBytes,
} from "@pitwall/core";
import { DALY_OPTIONS, isChargePositive } from "./options.ts";
import {
  BALANCE,
  BLUETOOTH_HOST,
  CELLS,
  COMMAND,
  createDalyPackets,
  DATA_BYTES,
  HOST,
  REQUEST,
  TEMPS,
} from "./packets.ts";
import { createReplies, encodeReplies } from "./replies.ts";

const START = 0xa5;
const HEAD = 4;
const FRAME = HEAD + DATA_BYTES + 1;

/** `A5 address command 08`, eight bytes, sum. */
function probe(b: Uint8Array, start: number, end: number): number {
  if (b[start] !== START) return -1;
  if (start + HEAD > end) return 0;
  return b[start + 3] === DATA_BYTES ? FRAME : -1;
}

const check = (b: Uint8Array, _view: DataView, start: number, end: number): ProblemCode | undefined =>
  (sumBytes(b, start, end - 1) & 0xff) === b[end - 1] ? undefined : "bad-checksum";

const RULE: FrameRule = { maxLength: FRAME, probe, check };
export const createDalyFramer = (onFrame: OnFrame, onProblem?: OnProblem): Framer =>
  createFramer(RULE, onFrame, onProblem);

function createDecoder(context: DecodeContext, options?: ProtocolOptions): Decoder {
  const tally = createTally(context);
  const replies = createReplies(isChargePositive(options), tally.reading);
  const request = new Reading(REQUEST);
  const framer = createDalyFramer((bytes, view, start, end) => {
    tally.stats.frames++;
    const address = bytes[start + 1]!;
    const command = bytes[start + 2]!;
    if (address === HOST || address === BLUETOOTH_HOST) {
      request.values[0] = command;
      request.values[1] = address;
      tally.reading(request);
      return;
    }
    try {
      replies.read(command, address, view, start + HEAD);
    } catch (e) {
      if (!(e instanceof CodecError)) throw e;
      const offset = framer.frameOffset + HEAD + e.offset;
      tally.problem({ code: e.code, offset, length: end - start, reason: e.message });
    }
  }, tally.problem);
  return {
    stats: tally.stats,
    push: (bytes) => framer.push(bytes),
    end() {
      framer.end();
      replies.end();
    },
  };
}

function frame(address: number, command: number, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(FRAME);
  out.set([START, requireUnsigned(address, 8, "daly", "address"), command, DATA_BYTES]);
  out.set(data, HEAD);
  out[FRAME - 1] = sumBytes(out, 0, FRAME - 1);
  return out;
}

/** The command of a question, where it is one that only reads. */
export function readingCommand(command: number): number {
  if (Object.values(COMMAND).some((c) => c === command)) return command;
  throw new CodecError("unsupported", REQUEST.name, 0, `command ${command} does more than read`);
}

function createEncoder(options?: ProtocolOptions): Encoder {
  function encodeFrames(message: PlainMessage): Uint8Array[] {
    if (message.message === REQUEST.name) {
      const [command = 0, host = HOST] = fromPlain(message, REQUEST).values;
      return [frame(host || HOST, readingCommand(command), new Uint8Array(DATA_BYTES))];
    }
    const reply = encodeReplies(message, isChargePositive(options));
    if (!reply) throw new CodecError("unsupported", "daly", 0, `no message "${message.message}"`);
    const address = message.values["address"];
    return reply.data.map((d) => frame(typeof address === "number" ? address : 1, reply.command, d));
  }
  return {
    encodeFrames,
    encode(message) {
      const frames = encodeFrames(message);
      const out = new Uint8Array(frames.length * FRAME);
      frames.forEach((f, i) => {
        out.set(f, i * FRAME);
      });
      return out;
    },
  };
}

const PACKETS = createDalyPackets(false);
export const DALY_MESSAGES = [...PACKETS.map((p) => p.spec), CELLS, TEMPS, BALANCE, REQUEST];
export const DALY_LAYOUTS = PACKETS.map((p) => p.layout);

export const daly: Protocol = {
  name: "daly",
  title: "Daly BMS on a serial line or Bluetooth",
  carrier: "stream",
  messages: DALY_MESSAGES,
  layouts: DALY_LAYOUTS,
  options: DALY_OPTIONS,
  createFramer: createDalyFramer,
  createDecoder,
  createEncoder,
};
