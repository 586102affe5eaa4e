import { type CanFrame, createCanFrame, type ProblemCode } from "@pitwall/core";
import { type ObdAddress, type ObdAddressing, readObdId, requestId, responseId } from "./addressing.ts";
import { createEcu, type EcuData } from "./ecu.ts";
import { FLOW, FLOW_STATUSES } from "./isotp.ts";
import { createIsoTpReceiver } from "./isotp-receiver.ts";
import { createIsoTpSender } from "./isotp-sender.ts";

export type EcuResponderOptions = EcuData & {
  readonly addressing?: ObdAddressing;
  /** 0 to 7 with 11-bit identifiers, the unit's address with 29. */
  readonly ecu?: number;
  /** The frame is borrowed. */
  readonly send: (frame: CanFrame) => void;
  readonly onProblem?: (code: ProblemCode, reason: string) => void;
};

export interface EcuResponder {
  /** Any frame of the bus; those for others are ignored. */
  onFrame(frame: CanFrame, nowUs: number): void;
  /** Sends what is due. */
  tick(nowUs: number): void;
  /** When `tick` has something to do; Infinity while it has not. */
  readonly dueUs: number;
}

/** Longest request that makes sense, and the most memory one can claim. */
const MAX_REQUEST = 64;

/** A control unit on the bus: answers OBD-II requests as ISO 15765-4 wants it. */
export function createEcuResponder(options: EcuResponderOptions): EcuResponder {
  const { addressing = "11", ecu = 0, onProblem = () => {}, send } = options;
  const answer = createEcu(options);
  const out = createCanFrame();
  out.extended = addressing === "29";
  out.id = responseId(addressing, ecu);
  out.length = 8;
  const own = requestId(addressing, ecu);
  const address: ObdAddress = { direction: "request", ecu: Number.NaN };
  let toEveryone = false;
  let clockUs = Number.NaN;

  const put = (data: Uint8Array) => {
    out.data.set(data);
    send(out);
  };
  const sender = createIsoTpSender({ send: put, onProblem });
  const receiver = createIsoTpReceiver({
    maxLength: MAX_REQUEST,
    onMessage(bytes, start, end) {
      const response = answer(bytes.subarray(start, end), toEveryone);
      if (!response) return;
      // a tester that asks again has given up on what was under way
      sender.cancel();
      sender.start(response, clockUs);
    },
    onProblem,
    sendFlowControl: (status) =>
      put(Uint8Array.of((FLOW << 4) | FLOW_STATUSES.indexOf(status), 0, 0, 0, 0, 0, 0, 0)),
  });

  return {
    onFrame(frame, nowUs) {
      if (frame.remote || frame.error || !readObdId(frame.id, frame.extended, address)) return;
      if (address.direction !== "request" || frame.extended !== out.extended) return;
      toEveryone = Number.isNaN(address.ecu);
      if (!toEveryone && frame.id !== own) return;
      clockUs = nowUs;
      if (!toEveryone && frame.data[0]! >> 4 === FLOW) sender.onFlowControl(frame.data, frame.length, nowUs);
      else receiver.push(frame.data, frame.length, nowUs);
    },
    tick(nowUs) {
      receiver.tick(nowUs);
      sender.tick(nowUs);
    },
    get dueUs() {
      return sender.dueUs;
    },
  };
}
