import {
  type CanFrame,
  createCanFrame,
  type MessageSpec,
  type ProblemCode,
  type Reading,
} from "@pitwall/core";
import { EVERYONE, type ObdAddress, type ObdAddressing, readObdId, requestId } from "./addressing.ts";
import { FLOW, FLOW_STATUSES, PEER_TIMEOUT_US } from "./isotp.ts";
import { createIsoTpReceiver, type IsoTpReceiver } from "./isotp-receiver.ts";
import * as specs from "./messages.ts";
import { PENDING } from "./negative.ts";
import { LIVE_PIDS } from "./pids.ts";
import { createPoller, type ObdRequest, type Poller, type PollerOptions } from "./poller.ts";
import { createResponseDecoder } from "./responses.ts";

/** P2 with a margin for the way there and back, and P2* after "the answer is pending" (ISO 15765-4). */
const P2_US = 75_000;
const P2_PENDING_US = 5e6;
const MAX_ECUS = 16;

export type ObdTesterOptions = {
  readonly addressing?: ObdAddressing;
  readonly poll?: PollerOptions;
  /** The frame is borrowed. */
  readonly send: (frame: CanFrame) => void;
  /** The reading is borrowed. */
  readonly onReading: (reading: Reading) => void;
  readonly onProblem?: (code: ProblemCode, reason: string) => void;
  readonly timeoutUs?: number;
};

export interface ObdTester {
  /** What to watch is told here. */
  readonly poller: Poller;
  /** Any frame of the bus; what concerns OBD-II is taken. */
  onFrame(frame: CanFrame, nowUs: number): void;
  /** Asks what is due, gives up what is late. */
  tick(nowUs: number): void;
  /** When `tick` has something to do. */
  readonly dueUs: number;
}

const liveIdentifier: ReadonlyMap<MessageSpec, number> = new Map(LIVE_PIDS.map((p) => [p.spec, p.pid]));
const infoIdentifier: ReadonlyMap<MessageSpec, number> = new Map([
  [specs.VIN, 0x02],
  [specs.CALIBRATION, 0x04],
  [specs.VERIFICATION, 0x06],
  [specs.ECU_NAME, 0x0a],
]);

/** Tells a poller what an answer was good for. */
export function noteAnswer(poller: Poller, reading: Reading): void {
  const { message, values } = reading;
  const live = liveIdentifier.get(message);
  if (live !== undefined) poller.answered(1, live);
  else if (message === specs.SUPPORTED) {
    poller.supports(values[1]!, values[2]!, values[3]!);
    poller.answered(values[1]!, values[2]!);
  } else if (message === specs.DTCS) poller.answered(values[1]!);
  else if (infoIdentifier.has(message)) poller.answered(9, infoIdentifier.get(message));
}

/**
 * The asking side: a poller's requests as CAN frames, flow control for long answers, and the answers as readings.
 * It asks everyone until a control unit has shown its bitmap, then that unit for live values: one answer, no waiting.
 * It never clears codes.
 */
export function createObdTester(options: ObdTesterOptions): ObdTester {
  const { addressing = "11", onProblem = () => {}, onReading, send } = options;
  const timeoutUs = options.timeoutUs ?? P2_US;
  const poller = createPoller(options.poll);
  const receivers = new Map<number, IsoTpReceiver>();
  const address: ObdAddress = { direction: "request", ecu: EVERYONE };
  const out = createCanFrame();
  out.extended = addressing === "29";
  out.length = 8;
  let asked: ObdRequest | undefined;
  let askedEcu = EVERYONE;
  let mainEcu = EVERYONE;
  let deadlineUs = Number.POSITIVE_INFINITY;
  let clockUs = 0;

  const put = (ecu: number, ...bytes: number[]) => {
    out.id = requestId(addressing, ecu);
    out.data.fill(0, 0, 8);
    out.data.set(bytes);
    send(out);
  };

  const finish = () => {
    asked = undefined;
    deadlineUs = Number.POSITIVE_INFINITY;
    poller.finished(clockUs);
  };

  const decoder = createResponseDecoder({
    onReading(reading) {
      const { message, values } = reading;
      if (message === specs.NEGATIVE && values[2] === PENDING) deadlineUs = clockUs + P2_PENDING_US;
      if (message === specs.SUPPORTED && values[1] === 1 && Number.isNaN(mainEcu)) mainEcu = values[0]!;
      noteAnswer(poller, reading);
      onReading(reading);
    },
    onProblem: (code, at, reason) => onProblem(code, `byte ${at}: ${reason}`),
  });

  function receiverOf(ecu: number): IsoTpReceiver | undefined {
    let receiver = receivers.get(ecu);
    if (receiver || receivers.size === MAX_ECUS) return receiver;
    receiver = createIsoTpReceiver({
      onMessage(bytes, start, end) {
        deadlineUs = clockUs + timeoutUs;
        const pending = bytes[start] === 0x7f && bytes[start + 2] === PENDING;
        decoder.response(bytes, start, end, ecu);
        if (asked && askedEcu === ecu && !pending) finish();
      },
      onProblem: (code, reason) => onProblem(code, `control unit ${ecu}: ${reason}`),
      sendFlowControl: (status) => put(ecu, (FLOW << 4) | FLOW_STATUSES.indexOf(status), 0, 0),
    });
    receivers.set(ecu, receiver);
    return receiver;
  }

  function ask(nowUs: number): void {
    asked = poller.next(nowUs);
    if (!asked) return;
    askedEcu = asked.service === 1 ? mainEcu : EVERYONE;
    const bytes = [asked.service, ...asked.identifiers];
    put(askedEcu, bytes.length, ...bytes);
    deadlineUs = nowUs + timeoutUs;
  }

  return {
    poller,
    onFrame(frame, nowUs) {
      clockUs = nowUs;
      if (frame.remote || frame.error || frame.extended !== out.extended) return;
      if (!readObdId(frame.id, frame.extended, address) || address.direction !== "response") return;
      const receiver = receiverOf(address.ecu);
      receiver?.push(frame.data, frame.length, nowUs);
      if (asked && receiver?.busy) deadlineUs = nowUs + PEER_TIMEOUT_US;
    },
    tick(nowUs) {
      clockUs = nowUs;
      for (const r of receivers.values()) r.tick(nowUs);
      if (asked && nowUs >= deadlineUs) finish();
      if (!asked) ask(nowUs);
    },
    get dueUs() {
      return asked ? deadlineUs : poller.dueUs;
    },
  };
}
