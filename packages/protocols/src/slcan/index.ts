import {
  CAN_FRAME,
  CodecError,
  canFrameOf,
  createTally,
  type DecodeContext,
  type Decoder,
  type Encoder,
  encodeUtf8,
  fillCanFrame,
  fromPlain,
  hexDigit,
  type MessageSpec,
  type Protocol,
  type ProtocolOptions,
  Reading,
} from "@pitwall/core";
import { formatSlcan } from "./format.ts";
import { createSlcanFramer, createSlcanParser } from "./parser.ts";

const OPTIONS = {
  time: { doc: "whether encoded frames carry the adapter's time", default: false },
} as const;
const ANSWERS = { 0: "done", 1: "refused", 2: "frame taken" } as const;
const ANSWER_TEXTS = ["\r", "\x07", "z\r"];

const REPLY: MessageSpec = {
  name: "slcan.reply",
  doc: "The adapter's answer: a bare carriage return, the bell, or z or Z.",
  fields: [{ name: "answer", unit: "code", resolution: 1, doc: "", labels: ANSWERS }],
};
const STATUS: MessageSpec = {
  name: "slcan.status",
  doc: "Answer to F.",
  fields: [
    {
      name: "flags",
      unit: "bits",
      resolution: 1,
      doc: "",
      bits: {
        0: "receive queue full",
        1: "send queue full",
        2: "error warning",
        3: "data overrun",
        5: "error passive",
        6: "arbitration lost",
        7: "bus error",
      },
    },
  ],
};
const TEXT = (name: string, doc: string): MessageSpec => ({ name, doc, fields: [], texts: ["text"] });
const VERSION = TEXT(
  "slcan.version",
  "What the adapter says of itself: V, v (version) or N (serial number).",
);
const COMMAND = TEXT(
  "slcan.command",
  "What the computer asks: bit rate (S0 to S8), open (O), listen (L), close (C), times (Z0, Z1), status (F), version (V).",
);

function createDecoder(context: DecodeContext): Decoder {
  const tally = createTally(context);
  const frameReading = new Reading(CAN_FRAME);
  const reply = new Reading(REPLY);
  const status = new Reading(STATUS);
  const version = new Reading(VERSION);
  const commandReading = new Reading(COMMAND);
  const text = (r: Reading, b: Uint8Array, start: number, end: number) => {
    let words = "";
    for (let i = start; i < end; i++) words += String.fromCharCode(b[i]!);
    r.texts = { text: words };
    tally.reading(r);
  };
  const parser = createSlcanParser({
    onFrame(frame) {
      tally.stats.frames++;
      tally.reading(fillCanFrame(frameReading, frame));
    },
    onLine(kind, b, start, end) {
      tally.stats.frames++;
      if (kind === "status") {
        status.values[0] = hexDigit(b[start + 1]!) * 16 + hexDigit(b[start + 2]!);
        tally.reading(status);
      } else if (kind === "version") text(version, b, start, end);
      else if (kind === "command") text(commandReading, b, start, end);
      else {
        reply.values[0] = kind === "ok" ? 0 : kind === "error" ? 1 : 2;
        tally.reading(reply);
      }
    },
    onProblem: tally.problem,
  });
  return { stats: tally.stats, push: (bytes) => parser.push(bytes), end: () => parser.end() };
}

function createEncoder(options: ProtocolOptions = {}): Encoder {
  const withTime = options["time"] === true;
  return {
    encode(message) {
      if (message.message === CAN_FRAME.name) {
        const frame = canFrameOf(message);
        return encodeUtf8(`${formatSlcan(frame, withTime || message.bootUs !== undefined)}\r`);
      }
      if (message.message === REPLY.name) {
        const answer = ANSWER_TEXTS[fromPlain(message, REPLY).values[0]!];
        if (answer === undefined) throw new CodecError("out-of-range", REPLY.name, 0, "no such answer");
        return encodeUtf8(answer);
      }
      if (message.message === STATUS.name) {
        const flags = fromPlain(message, STATUS).values[0]! & 0xff;
        return encodeUtf8(`F${flags.toString(16).toUpperCase().padStart(2, "0")}\r`);
      }
      for (const spec of [VERSION, COMMAND])
        if (message.message === spec.name)
          return encodeUtf8(`${fromPlain(message, spec).texts?.["text"] ?? ""}\r`);
      throw new CodecError("unsupported", "slcan", 0, `no message "${message.message}"`);
    },
  };
}

export const slcan: Protocol = {
  name: "slcan",
  title: "SLCAN (LAWICEL) adapters, both directions",
  carrier: "stream",
  messages: [CAN_FRAME, REPLY, STATUS, VERSION, COMMAND],
  options: OPTIONS,
  createFramer: createSlcanFramer,
  createDecoder,
  createEncoder,
};
export { formatSlcan, SLCAN_BIT_RATES, slcanOpening } from "./format.ts";
export { createSlcanParser, type SlcanHandlers } from "./parser.ts";
