import {
  CAN_FRAME,
  canFrameOf,
  createTally,
  type DecodeContext,
  type Decoder,
  type Encoder,
  encodeUtf8,
  fillCanFrame,
  type Protocol,
  type ProtocolOptions,
  Reading,
} from "@pitwall/core";
import { CANDUMP_FORMS, type CandumpForm, formatCandump } from "./format.ts";
import { createCandumpParser, createLineFramer } from "./parser.ts";

function createDecoder(context: DecodeContext): Decoder {
  const tally = createTally(context);
  const reading = new Reading(CAN_FRAME);
  const parser = createCandumpParser((frame) => {
    tally.stats.frames++;
    tally.reading(fillCanFrame(reading, frame, parser.interface));
  }, tally.problem);
  return { stats: tally.stats, push: (bytes) => parser.push(bytes), end: () => parser.end() };
}

function createEncoder(options: ProtocolOptions = {}): Encoder {
  const form = (options["form"] ?? "log") as CandumpForm;
  return {
    encode(message) {
      const frame = canFrameOf(message);
      const iface = message.values["interface"];
      return encodeUtf8(`${formatCandump(frame, typeof iface === "string" ? iface : undefined, form)}\n`);
    },
  };
}

export const candump: Protocol = {
  name: "candump",
  title: "CAN logs of candump: log files and both console forms",
  carrier: "stream",
  messages: [CAN_FRAME],
  options: { form: { doc: "what is encoded; all forms are decoded", values: CANDUMP_FORMS, default: "log" } },
  createFramer: createLineFramer,
  createDecoder,
  createEncoder,
};
export { CANDUMP_FORMS, type CandumpForm, formatCandump } from "./format.ts";
export { type CandumpParser, createCandumpParser } from "./parser.ts";
