import {
  type CanFrame,
  CodecError,
  createCanDecoder,
  createCanFrame,
  type DecodeContext,
  type Decoder,
  type Encoder,
  type PlainMessage,
  type ProblemCode,
  type Protocol,
  type ProtocolOptions,
  type Reading,
  writeCanRecord,
} from "@pitwall/core";
import { type ObdAddress, type ObdAddressing, readObdId, requestId, responseId } from "./addressing.ts";
import { segment } from "./isotp.ts";
import { createIsoTpReceiver, type IsoTpReceiver } from "./isotp-receiver.ts";
import { OBD_MESSAGES } from "./messages.ts";
import { obdPayload } from "./payloads.ts";
import { createResponseDecoder } from "./responses.ts";

/** Conversations that are put together at once; a car has far fewer control units. */
const MAX_CONVERSATIONS = 64;

type Refuse = (code: ProblemCode, reason: string) => void;

/** Listens to testers and control units alike, takes no part: one receiver for each sender. */
function createListener(
  emit: (r: Reading) => void,
  refuse: Refuse,
): { frame: (frame: CanFrame) => void; end: () => void } {
  const receivers = new Map<number, IsoTpReceiver>();
  const address: ObdAddress = { direction: "request", ecu: Number.NaN };
  const decoder = createResponseDecoder({
    onReading: emit,
    onProblem: (code, at, reason) => refuse(code, `byte ${at}: ${reason}`),
  });

  function receiverOf(frame: CanFrame): IsoTpReceiver | undefined {
    const key = frame.id + (frame.extended ? 2 ** 29 : 0);
    const known = receivers.get(key);
    if (known) return known;
    if (!readObdId(frame.id, frame.extended, address) || receivers.size === MAX_CONVERSATIONS)
      return undefined;
    const { direction, ecu } = address;
    const receiver = createIsoTpReceiver({
      onMessage: (b, start, end) => decoder[direction](b, start, end, ecu),
      onProblem: (code, reason) => refuse(code, `${direction} of ${frame.id.toString(16)}: ${reason}`),
    });
    receivers.set(key, receiver);
    return receiver;
  }

  return {
    frame(frame) {
      if (!frame.remote && !frame.error) receiverOf(frame)?.push(frame.data, frame.length, frame.tUs);
    },
    end() {
      for (const r of receivers.values()) r.end();
    },
  };
}

function createDecoder(context: DecodeContext): Decoder {
  let offset = 0;
  let end = () => {};
  const decoder = createCanDecoder(context, (emit, report) => {
    const listener = createListener(emit, (code, reason) => report({ code, offset, length: 0, reason }));
    end = listener.end;
    return listener.frame;
  });
  return {
    stats: decoder.stats,
    push(bytes, tUs) {
      decoder.push(bytes, tUs);
      offset += bytes.length;
    },
    end,
  };
}

export type ObdFramesOptions = {
  /** Without it control units 0 to 7 and requests to everyone go with 11 bits, the others with 29. */
  readonly addressing?: ObdAddressing | undefined;
  /** Byte that fills frames up to eight. */
  readonly padding?: number;
};

/** CAN records (see core) of one message, several where it is longer than a frame: as they cross the bus. */
export function obdFrames(message: PlainMessage, options: ObdFramesOptions = {}): Uint8Array[] {
  const { direction, ecu, bytes } = obdPayload(message);
  const addressing = options.addressing ?? (ecu > 7 ? "29" : "11");
  const frame = createCanFrame();
  frame.extended = addressing === "29";
  frame.id = direction === "request" ? requestId(addressing, ecu) : responseId(addressing, ecu);
  frame.length = 8;
  return segment(bytes, options.padding).map((data) => {
    frame.data.set(data);
    const record = new Uint8Array(13);
    writeCanRecord(frame, record);
    return record;
  });
}

function createEncoder(options?: ProtocolOptions): Encoder {
  const chosen = options?.["addressing"];
  const addressing = chosen === "11" || chosen === "29" ? chosen : undefined;
  return {
    encode(message) {
      const records = obdFrames(message, { addressing });
      if (records.length > 1)
        throw new CodecError("unsupported", message.message, 0, `takes ${records.length} CAN frames`);
      return records[0]!;
    },
    encodeFrames: (message) => obdFrames(message, { addressing }),
  };
}

export const obd2: Protocol = {
  name: "obd2",
  title: "OBD-II over CAN (ISO 15765-4, SAE J1979): services 01 to 04, 06, 07, 09 and 0A",
  carrier: "can",
  messages: OBD_MESSAGES,
  options: {
    addressing: {
      doc: "identifiers to encode with; decoding reads both",
      values: ["auto", "11", "29"],
      default: "auto",
    },
  },
  createDecoder,
  createEncoder,
};
