import {
  CodecError,
  canRecord,
  createCanDecoder,
  type DecodeContext,
  type Decoder,
  type Encoder,
  fromPlain,
  type PlainMessage,
  type Protocol,
  type ProtocolOptions,
  Reading,
  requireUnsigned,
} from "@pitwall/core";
import { DALY_OPTIONS, isChargePositive } from "./options.ts";
import { DATA_BYTES, HOST, REQUEST } from "./packets.ts";
import { createReplies, encodeReplies } from "./replies.ts";
import { DALY_LAYOUTS, DALY_MESSAGES, readingCommand } from "./uart.ts";

/** Identifiers: priority 0x18, command, receiver, sender. The computer is 0x40. */
const PRIORITY = 0x18;
const idOf = (command: number, receiver: number, sender: number): number =>
  PRIORITY * 2 ** 24 + command * 2 ** 16 + receiver * 2 ** 8 + sender;

function createDecoder(context: DecodeContext, options?: ProtocolOptions): Decoder {
  let end = () => {};
  const decoder = createCanDecoder(context, (emit) => {
    const replies = createReplies(isChargePositive(options), emit);
    const request = new Reading(REQUEST);
    end = replies.end;
    return (frame, view) => {
      if (!frame.extended || frame.remote || frame.error || frame.id >>> 24 !== PRIORITY) return;
      const command = (frame.id >>> 16) & 0xff;
      const receiver = (frame.id >>> 8) & 0xff;
      const sender = frame.id & 0xff;
      if (sender === HOST) {
        if (!((command as number) in REQUEST.fields[0]!.labels!)) return;
        request.values[0] = command;
        request.values[1] = sender;
        request.values[2] = receiver;
        emit(request);
      } else if (receiver === HOST) {
        if (frame.length < DATA_BYTES)
          throw new CodecError(
            "bad-length",
            "daly-can",
            5,
            `${frame.length} bytes of data, needs ${DATA_BYTES}`,
          );
        replies.read(command, sender, view, 0);
      }
    };
  });
  return { ...decoder, end: () => end() };
}

function createEncoder(options?: ProtocolOptions): Encoder {
  function encodeFrames(message: PlainMessage): Uint8Array[] {
    const given = message.values["address"];
    const address = requireUnsigned(typeof given === "number" ? given : 1, 8, "daly-can", "address");
    if (message.message === REQUEST.name) {
      const command = readingCommand(fromPlain(message, REQUEST).values[0]!);
      return [canRecord(idOf(command, address, HOST), true, new Uint8Array(DATA_BYTES))];
    }
    const reply = encodeReplies(message, isChargePositive(options));
    if (!reply) throw new CodecError("unsupported", "daly-can", 0, `no message "${message.message}"`);
    return reply.data.map((d) => canRecord(idOf(reply.command, HOST, address), true, d));
  }
  return {
    encodeFrames,
    encode(message) {
      const frames = encodeFrames(message);
      if (frames.length === 1) return frames[0]!;
      throw new CodecError(
        "unsupported",
        message.message,
        0,
        `takes ${frames.length} frames: use encodeFrames`,
      );
    },
  };
}

export const dalyCan: Protocol = {
  name: "daly-can",
  title: "Daly BMS on CAN",
  carrier: "can",
  messages: DALY_MESSAGES,
  layouts: DALY_LAYOUTS,
  options: DALY_OPTIONS,
  createDecoder,
  createEncoder,
};
