import { CodecError, type ProblemCode } from "@pitwall/core";
import {
  CAN_BYTES,
  FLOW,
  FLOW_STATUSES,
  frameCount,
  MAX_CLASSIC_LENGTH,
  PEER_TIMEOUT_US,
  separationUs,
  writeFrame,
} from "./isotp.ts";

export type IsoTpSenderOptions = {
  /** Puts 8 bytes on the bus; borrowed until the call returns. */
  readonly send: (data: Uint8Array) => void;
  readonly maxLength?: number;
  readonly timeoutUs?: number;
  /** "Wait" answers in a row that are put up with. */
  readonly maxWaits?: number;
  readonly padding?: number;
  readonly onDone?: () => void;
  readonly onProblem: (code: ProblemCode, reason: string) => void;
};

export interface IsoTpSender {
  readonly busy: boolean;
  /** When `tick` has something to do next; Infinity while nothing is under way. */
  readonly dueUs: number;
  /** Starts a message. Throws CodecError while one is under way, and for an empty or too long one. */
  start(message: Uint8Array, nowUs: number): void;
  /** Drops the message under way, if there is one. */
  cancel(): void;
  /** A flow control frame of the peer. */
  onFlowControl(data: Uint8Array, length: number, nowUs: number): void;
  /** Sends what is due, gives up where the peer is silent. */
  tick(nowUs: number): void;
}

type State = "idle" | "waiting" | "sending";

/** The sending side of ISO 15765-2 for one peer; the clock is the caller's. */
export function createIsoTpSender(options: IsoTpSenderOptions): IsoTpSender {
  const { send, onProblem, padding = 0 } = options;
  const maxLength = options.maxLength ?? MAX_CLASSIC_LENGTH;
  const timeoutUs = options.timeoutUs ?? PEER_TIMEOUT_US;
  const maxWaits = options.maxWaits ?? 10;
  const frame = new Uint8Array(CAN_BYTES);
  let message = new Uint8Array(0);
  let state: State = "idle";
  let index = 0;
  let next = 0;
  let leftInBlock = 0;
  let gapUs = 0;
  let waits = 0;
  let dueUs = Number.POSITIVE_INFINITY;

  const stop = () => {
    state = "idle";
    dueUs = Number.POSITIVE_INFINITY;
  };
  const fail = (code: ProblemCode, reason: string) => {
    stop();
    onProblem(code, `${reason}; ${next} of ${message.length} bytes were sent`);
  };
  const sendOne = () => {
    next = writeFrame(message, index++, next, padding, frame);
    send(frame);
  };
  const waitForPeer = (nowUs: number) => {
    state = "waiting";
    dueUs = nowUs + timeoutUs;
  };

  function sendDue(nowUs: number): void {
    while (state === "sending" && nowUs >= dueUs) {
      sendOne();
      if (index === frameCount(message.length)) {
        stop();
        options.onDone?.();
      } else if (leftInBlock > 0 && --leftInBlock === 0) waitForPeer(nowUs);
      else dueUs = nowUs + gapUs;
    }
  }

  return {
    get busy() {
      return state !== "idle";
    },
    get dueUs() {
      return dueUs;
    },
    start(bytes, nowUs) {
      if (state !== "idle") throw new CodecError("out-of-sequence", "iso-tp", 0, "a message is under way");
      if (bytes.length === 0 || bytes.length > maxLength)
        throw new CodecError(
          "bad-length",
          "iso-tp",
          0,
          `${bytes.length} bytes, 1 to ${maxLength} can be sent`,
        );
      message = bytes.slice();
      index = 0;
      next = 0;
      waits = 0;
      sendOne();
      if (next < message.length) waitForPeer(nowUs);
      else options.onDone?.();
    },
    cancel: stop,
    onFlowControl(data, length, nowUs) {
      if (length < 3 || data[0]! >> 4 !== FLOW)
        return onProblem("malformed", `flow control of ${length} bytes`);
      if (state !== "waiting") return onProblem("out-of-sequence", "flow control that nobody waits for");
      const status = FLOW_STATUSES[data[0]! & 15];
      if (status === undefined) return fail("malformed", `flow status ${data[0]! & 15}`);
      if (status === "overflow") return fail("bad-length", "the receiver has no room");
      if (status === "wait") {
        if (++waits > maxWaits) return fail("timeout", `the receiver asked to wait ${waits} times`);
        return waitForPeer(nowUs);
      }
      waits = 0;
      leftInBlock = data[1]!;
      gapUs = separationUs(data[2]!);
      state = "sending";
      dueUs = nowUs;
      sendDue(nowUs);
    },
    tick(nowUs) {
      if (state === "waiting" && nowUs > dueUs) fail("timeout", "no flow control came");
      else sendDue(nowUs);
    },
  };
}
