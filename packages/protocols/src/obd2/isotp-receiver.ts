import type { ProblemCode } from "@pitwall/core";
import {
  CONSECUTIVE,
  FIRST,
  FLOW,
  type FlowStatus,
  MAX_CLASSIC_LENGTH,
  PEER_TIMEOUT_US,
  SINGLE,
} from "./isotp.ts";

export type IsoTpReceiverOptions = {
  /** Longest message that is taken, and the most memory that a peer can claim; a longer one is answered with "overflow". */
  readonly maxLength?: number;
  readonly timeoutUs?: number;
  /** Consecutive frames between two flow controls, 0 for all of them. */
  readonly blockSize?: number;
  /** Left out by a listener that takes no part in the conversation. */
  readonly sendFlowControl?: (status: FlowStatus) => void;
  /** The message is bytes[start, end), borrowed until the call returns. */
  readonly onMessage: (bytes: Uint8Array, start: number, end: number) => void;
  readonly onProblem: (code: ProblemCode, reason: string) => void;
};

export interface IsoTpReceiver {
  /** A message is being put together. */
  readonly busy: boolean;
  /** One CAN frame of the peer; `nowUs` may be NaN where the time is not known, then nothing times out. */
  push(data: Uint8Array, length: number, nowUs: number): void;
  /** Gives up a message whose next frame is late. */
  tick(nowUs: number): void;
  /** Nothing more comes. */
  end(): void;
}

/** The receiving side of ISO 15765-2 for one peer. Whatever comes, memory stays under `maxLength`. */
export function createIsoTpReceiver(options: IsoTpReceiverOptions): IsoTpReceiver {
  const { onMessage, onProblem, sendFlowControl, blockSize = 0 } = options;
  const maxLength = options.maxLength ?? MAX_CLASSIC_LENGTH;
  const timeoutUs = options.timeoutUs ?? PEER_TIMEOUT_US;
  let buffer = new Uint8Array(0);
  let expected = 0; // bytes of the message under way, 0 when there is none
  let filled = 0;
  let sequence = 0;
  let frameBytes = 8; // of the first frame: all but the last consecutive frame are as long
  let inBlock = 0;
  let lastUs = Number.NaN;

  const drop = (code: ProblemCode, reason: string) => {
    const had = `${filled} of ${expected} bytes were there`;
    expected = 0;
    onProblem(code, `${reason}; ${had}`);
  };

  function single(data: Uint8Array, length: number): void {
    // CAN FD: a zero in the nibble says that the length is the next byte
    const wide = length > 8;
    const size = wide ? data[1]! : data[0]! & 15;
    const start = wide ? 2 : 1;
    if ((wide && data[0] !== 0) || size === 0 || start + size > length)
      onProblem("bad-length", `single frame of ${length} bytes says ${size}`);
    else onMessage(data, start, start + size);
  }

  function first(data: Uint8Array, length: number, nowUs: number): void {
    if (length < 8) {
      onProblem("truncated", `first frame of ${length} bytes`);
      return;
    }
    let size = ((data[0]! & 15) << 8) | data[1]!;
    let at = 2;
    if (size === 0) {
      size = ((data[2]! << 24) | (data[3]! << 16) | (data[4]! << 8) | data[5]!) >>> 0;
      at = 6;
      if (size <= MAX_CLASSIC_LENGTH) {
        onProblem("bad-length", `${size} bytes stated in the long form`);
        return;
      }
    }
    if (size > maxLength) {
      onProblem("bad-length", `message of ${size} bytes, at most ${maxLength}`);
      sendFlowControl?.("overflow");
      return;
    }
    if (size <= length - at) {
      onProblem("bad-length", `first frame of a message of ${size} bytes`);
      return;
    }
    if (buffer.length < size) buffer = new Uint8Array(size);
    buffer.set(data.subarray(at, length));
    filled = length - at;
    expected = size;
    frameBytes = length;
    sequence = 1;
    inBlock = 0;
    lastUs = nowUs;
    sendFlowControl?.("continue");
  }

  function consecutive(data: Uint8Array, length: number, nowUs: number): void {
    if (expected === 0) {
      onProblem("out-of-sequence", "consecutive frame of no message");
      return;
    }
    const got = data[0]! & 15;
    if (got !== sequence) {
      drop("out-of-sequence", `consecutive frame ${got}, expected ${sequence}`);
      return;
    }
    const take = Math.min(expected - filled, frameBytes - 1);
    if (length - 1 < take) {
      drop("truncated", `consecutive frame of ${length} bytes`);
      return;
    }
    for (let i = 1; i <= take; i++) buffer[filled++] = data[i]!;
    sequence = (sequence + 1) & 15;
    lastUs = nowUs;
    if (filled === expected) {
      expected = 0;
      onMessage(buffer, 0, filled);
    } else if (++inBlock === blockSize) {
      inBlock = 0;
      sendFlowControl?.("continue");
    }
  }

  const tick = (nowUs: number) => {
    if (expected > 0 && nowUs - lastUs > timeoutUs)
      drop("timeout", "the next consecutive frame did not come");
  };

  return {
    get busy() {
      return expected > 0;
    },
    push(data, length, nowUs) {
      tick(nowUs);
      if (length === 0) return onProblem("truncated", "frame without data");
      const kind = data[0]! >> 4;
      if (kind === SINGLE || kind === FIRST) {
        if (expected > 0) drop("out-of-sequence", "a new message began");
        if (kind === SINGLE) single(data, length);
        else first(data, length, nowUs);
      } else if (kind === CONSECUTIVE) consecutive(data, length, nowUs);
      else if (kind !== FLOW) onProblem("malformed", `frame kind ${kind}`);
    },
    tick,
    end() {
      if (expected > 0) drop("truncated", "the recording ends inside a message");
    },
  };
}
