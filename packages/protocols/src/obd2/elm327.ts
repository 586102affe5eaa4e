import {
  CodecError,
  createFramer,
  createTally,
  type DecodeContext,
  type Decoder,
  type Encoder,
  encodeUtf8,
  type FrameRule,
  fromPlain,
  type MessageSpec,
  type PlainMessage,
  type ProblemCode,
  type Protocol,
  Reading,
  toHex,
} from "@pitwall/core";
import { type ObdAddress, readObdId, responseId } from "./addressing.ts";
import { ELM_STATUS, parseElmLine } from "./elm327-lines.ts";
import { segment } from "./isotp.ts";
import { createIsoTpReceiver, type IsoTpReceiver } from "./isotp-receiver.ts";
import { createLegacy } from "./legacy.ts";
import { OBD_MESSAGES } from "./messages.ts";
import { obdPayload } from "./payloads.ts";
import { createResponseDecoder } from "./responses.ts";

const COMMAND: MessageSpec = {
  name: "elm327.command",
  doc: "A command to the adapter.",
  fields: [],
  texts: ["command"],
};
const STATUS: MessageSpec = {
  name: "elm327.status",
  doc: "What the adapter says in words.",
  fields: [
    {
      name: "status",
      unit: "code",
      doc: "",
      resolution: 1,
      labels: Object.fromEntries(ELM_STATUS.map(([, meaning], i) => [i, meaning])),
    },
  ],
  texts: ["text"],
};

const MAX_LINE = 256;
const MAX_ECUS = 16;
/** Longest answer that is put together from numbered lines. */
const MAX_ANSWER = 4095;
const UNKNOWN_ECU = Number.NaN;

const isEnd = (b: number): boolean => b === 0x0d || b === 0x0a || b === 0x3e || b === 0;

/** A line with its end: CR, LF, the prompt `>`, or the zero that some adapters slip in. */
const RULE: FrameRule = {
  maxLength: MAX_LINE,
  probe(b, start, end) {
    for (let i = start; i < end; i++) {
      if (isEnd(b[i]!)) return i + 1 - start;
      if (b[i]! < 0x20 || b[i]! > 0x7e) return -1;
    }
    return 0;
  },
};

function createDecoder(context: DecodeContext): Decoder {
  const tally = createTally(context);
  const command = new Reading(COMMAND);
  const status = new Reading(STATUS);
  const receivers = new Map<number, IsoTpReceiver>();
  const address: ObdAddress = { direction: "request", ecu: UNKNOWN_ECU };
  let lineBytes = 0;
  const answer = new Uint8Array(MAX_ANSWER);
  let answerLength = 0;
  let answerFilled = 0;
  let nextPart = 0;

  const refuse = (code: ProblemCode, reason: string) =>
    tally.problem({ code, offset: framer.frameOffset, length: lineBytes, reason });
  const decoder = createResponseDecoder({
    onReading: tally.reading,
    onProblem: (code, at, reason) => refuse(code, `byte ${at}: ${reason}`),
  });
  const legacy = createLegacy(decoder, refuse);

  function receiverOf(key: number): IsoTpReceiver | undefined {
    let receiver = receivers.get(key);
    if (receiver || receivers.size === MAX_ECUS) return receiver;
    const { direction, ecu } = address;
    receiver = createIsoTpReceiver({
      onMessage: (b, from, to) => decoder[direction](b, from, to, ecu),
      onProblem: refuse,
    });
    receivers.set(key, receiver);
    return receiver;
  }

  function part(index: number, bytes: Uint8Array): void {
    if (answerLength === 0) {
      refuse("out-of-sequence", "a numbered line without a length before it");
      return;
    }
    if (index !== (nextPart & 15)) {
      answerLength = 0;
      refuse("out-of-sequence", `line ${index} where line ${nextPart & 15} was due`);
      return;
    }
    nextPart++;
    const take = Math.min(bytes.length, answerLength - answerFilled);
    answer.set(bytes.subarray(0, take), answerFilled);
    answerFilled += take;
    if (answerFilled < answerLength) return;
    answerLength = 0;
    decoder.response(answer, 0, answerFilled, UNKNOWN_ECU);
  }

  function dropAnswer(why: string): void {
    if (answerLength > 0) refuse("truncated", `${why}: ${answerFilled} of ${answerLength} bytes were there`);
    answerLength = 0;
  }

  function onLine(text: string): void {
    const line = parseElmLine(text);
    switch (line.kind) {
      case "prompt":
        return;
      case "bad":
        refuse(line.code, line.reason);
        return;
      case "command":
        command.texts = { command: line.text };
        tally.reading(command);
        return;
      case "status":
        status.values[0] = line.status;
        status.texts = { text: line.text };
        tally.reading(status);
        return;
      case "length":
        dropAnswer("a new answer begins");
        answerLength = line.length;
        answerFilled = 0;
        nextPart = 0;
        return;
      case "part":
        part(line.index, line.bytes);
        return;
      case "can": {
        const { frame } = line;
        if (!readObdId(frame.id, frame.extended, address)) {
          refuse("unsupported", `identifier ${frame.id.toString(16)} is none of OBD-II`);
          return;
        }
        const key = frame.id + (frame.extended ? 2 ** 29 : 0);
        receiverOf(key)?.push(frame.data, frame.length, Number.NaN);
        return;
      }
      case "bytes":
        if (line.bytes[0]! < 0x40) decoder.request(line.bytes, 0, line.bytes.length, UNKNOWN_ECU);
        else legacy(line.bytes);
    }
  }

  const framer = createFramer(
    RULE,
    (b, _view, start, end) => {
      lineBytes = end - start;
      tally.stats.frames++;
      let text = "";
      for (let i = start; i < end - 1; i++) text += String.fromCharCode(b[i]!);
      onLine(text);
      if (b[end - 1] === 0x3e) dropAnswer("the prompt came");
      lineBytes = 0;
    },
    tally.problem,
  );

  return {
    stats: tally.stats,
    push: (bytes) => framer.push(bytes),
    end() {
      framer.end();
      dropAnswer("the text ends");
      for (const r of receivers.values()) r.end();
    },
  };
}

const PROMPT = "\r>";

/** The text that an adapter with headers on sends for a message, or that a tester sends for a request. */
function textOf(message: PlainMessage): string {
  if (message.message === COMMAND.name) return `${fromPlain(message, COMMAND).texts?.["command"] ?? ""}\r`;
  if (message.message === STATUS.name) {
    const { texts, values } = fromPlain(message, STATUS);
    return `${texts?.["text"] ?? ELM_STATUS[values[0]!]?.[0] ?? "?"}\r${PROMPT}`;
  }
  const { direction, ecu, bytes } = obdPayload(message);
  if (direction === "request") return `${toHex(bytes).toUpperCase()}\r`;
  if (Number.isNaN(ecu)) throw new CodecError("out-of-range", message.message, 0, "needs its control unit");
  const wide = ecu > 7;
  const id = responseId(wide ? "29" : "11", ecu)
    .toString(16)
    .padStart(wide ? 8 : 3, "0");
  const spaced = (hex: string) => hex.replace(/(..)(?=.)/g, "$1 ");
  const head = wide ? spaced(id) : id;
  return `${segment(bytes)
    .map((frame) => `${head} ${spaced(toHex(frame))}\r`.toUpperCase())
    .join("")}${PROMPT}`;
}

export const elm327: Protocol = {
  name: "elm327",
  title: "Text of ELM327 adapters and their clones: commands, requests, answers",
  carrier: "stream",
  messages: [...OBD_MESSAGES, COMMAND, STATUS],
  createFramer: (onFrame, onProblem) => createFramer(RULE, onFrame, onProblem),
  createDecoder,
  createEncoder: (): Encoder => ({ encode: (message) => encodeUtf8(textOf(message)) }),
};
