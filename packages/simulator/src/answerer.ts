import type { Decoder, PlainMessage } from "@pitwall/core";
import { findProtocol } from "@pitwall/protocols";

/** How a protocol asks: the request's message and field, and which question some bytes of the device answer. */
type Talk = {
  readonly request: string;
  readonly field: string;
  readonly answers: (bytes: Uint8Array) => number;
  /** What is the same all the time, by question. */
  readonly fixed: Readonly<Record<number, PlainMessage>>;
  /** Goes on speaking of its own accord after a question. */
  readonly goesOn?: true;
};

const fixed = (message: string, values: Record<string, number | string>): PlainMessage => ({
  tUs: null,
  message,
  values,
});

const TALKS: Readonly<Record<string, Talk>> = {
  "vesc-uart": {
    request: "vesc.request",
    field: "command",
    // start byte 2 has one byte of length, 3 has two; then the command
    answers: (b) => b[b[0]!]!,
    fixed: { 0: fixed("vesc.firmware", { major: 6, minor: 5, hardware: "PITWALL-SIM" }) },
  },
  jbd: {
    request: "jbd.request",
    field: "register",
    answers: (b) => b[1]!,
    fixed: { 5: fixed("jbd.hardware", { model: "PITWALL-SIM" }) },
  },
  daly: { request: "daly.request", field: "command", answers: (b) => b[2]!, fixed: {} },
  ant: {
    request: "ant.request",
    field: "function",
    answers: () => 1,
    fixed: { 2: fixed("ant.device", { hardware: "PITWALL-SIM", software: "PITWALL-SIM" }) },
  },
  jk: {
    request: "jk.request",
    field: "command",
    answers: () => 150,
    fixed: {
      151: fixed("jk.device", {
        model: "PITWALL-SIM",
        hardware: "11.0",
        software: "11.0",
        uptime: 0,
        starts: 1,
      }),
    },
    goesOn: true,
  },
};

/** Answers a host as a device of its kind does: with what the device last said on the matter. */
export interface Answerer {
  /** Somebody has asked: a device that only answers has nothing to say of its own accord any more. */
  readonly isAsked: boolean;
  /** Frames of the device, in the order in which it says them. The bytes are kept. */
  hear(bytes: Uint8Array): void;
  /** Any piece of what a host writes; frames in answer. What the device does not know stays unanswered. */
  ask(bytes: Uint8Array): readonly Uint8Array[];
}

/** Undefined for a protocol in which nobody asks. */
export function createAnswerer(name: string): Answerer | undefined {
  const talk = TALKS[name];
  const protocol = findProtocol(name);
  if (!talk || !protocol) return undefined;
  const said = new Map<number, Uint8Array[]>();
  const encoder = protocol.createEncoder!();
  let isAsked = false;
  let lastHeard = Number.NaN;
  let replies: Uint8Array[] = [];
  const decoder: Decoder = protocol.createDecoder({
    onReading(r) {
      if (r.message.name !== talk.request) return;
      isAsked ||= talk.goesOn !== true;
      const question = r.values[r.message.fields.findIndex((f) => f.name === talk.field)]!;
      const constant = talk.fixed[question];
      if (constant) replies.push(encoder.encode(constant));
      else replies.push(...(said.get(question) ?? []));
    },
  });
  return {
    get isAsked() {
      return isAsked;
    },
    hear(bytes) {
      const question = talk.answers(bytes);
      // an answer of several frames comes without another one in between
      if (question === lastHeard && name === "daly") said.get(question)!.push(bytes);
      else said.set(question, [bytes]);
      lastHeard = question;
    },
    ask(bytes) {
      replies = [];
      decoder.push(bytes);
      return replies;
    },
  };
}
