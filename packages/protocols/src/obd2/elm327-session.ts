import type { ProblemCode, Reading } from "@pitwall/core";
import { elm327 } from "./elm327.ts";
import { hex2 } from "./pids.ts";
import { createPoller, type Poller, type PollerOptions } from "./poller.ts";
import { noteAnswer } from "./tester.ts";

/** Reset, echo off, line feeds off, headers on, blanks on, protocol found by the adapter. */
const SET_UP = ["ATZ", "ATE0", "ATL0", "ATH1", "ATS1", "ATSP0"];
/** A reset or the first request on a new bus takes seconds. */
const TIMEOUT_US = 10e6;
const PROMPT = 0x3e;

export type ElmSessionOptions = {
  readonly poll?: PollerOptions;
  readonly write: (text: string) => void;
  /** The reading is borrowed. */
  readonly onReading: (reading: Reading) => void;
  readonly onProblem?: (code: ProblemCode, reason: string) => void;
};

export interface ElmSession {
  readonly poller: Poller;
  /** Bytes of the adapter. */
  onBytes(bytes: Uint8Array, nowUs: number): void;
  /** Sends what is due; starts over where the adapter has become silent. */
  tick(nowUs: number): void;
  readonly dueUs: number;
}

/** Drives an ELM327: sets it up, then asks what the poller wants, one request a prompt. */
export function createElmSession(options: ElmSessionOptions): ElmSession {
  const { onProblem = () => {}, write } = options;
  const poller = createPoller(options.poll);
  let step = 0; // of the set-up
  let waiting = false;
  let asked = false;
  let deadlineUs = Number.POSITIVE_INFINITY;
  const decoder = elm327.createDecoder({
    onReading(reading) {
      noteAnswer(poller, reading);
      options.onReading(reading);
    },
    onProblem: (p) => onProblem(p.code, p.reason),
  });

  const send = (text: string, nowUs: number) => {
    waiting = true;
    deadlineUs = nowUs + TIMEOUT_US;
    write(`${text}\r`);
  };
  const answered = (nowUs: number) => {
    waiting = false;
    deadlineUs = Number.POSITIVE_INFINITY;
    if (asked) poller.finished(nowUs);
    asked = false;
  };
  const proceed = (nowUs: number) => {
    if (waiting) return;
    if (step < SET_UP.length) return send(SET_UP[step++]!, nowUs);
    const request = poller.next(nowUs);
    if (!request) return;
    asked = true;
    send([request.service, ...request.identifiers].map(hex2).join("").toUpperCase(), nowUs);
  };

  return {
    poller,
    onBytes(bytes, nowUs) {
      decoder.push(bytes);
      if (!bytes.includes(PROMPT)) return;
      answered(nowUs);
      proceed(nowUs);
    },
    tick(nowUs) {
      if (waiting && nowUs >= deadlineUs) {
        onProblem("timeout", "the adapter is silent");
        answered(nowUs);
        step = 0;
      }
      proceed(nowUs);
    },
    get dueUs() {
      return waiting ? deadlineUs : step < SET_UP.length ? Number.NEGATIVE_INFINITY : poller.dueUs;
    },
  };
}
