import { type CanFrame, createCanFrame, readCanRecord } from "./can.ts";
import { CodecError, type Problem, type ProblemCode } from "./errors.ts";
import type { Framer, OnFrame, OnProblem } from "./framer.ts";
import type { Layout } from "./layout.ts";
import type { MessageSpec, PlainMessage, Reading } from "./message.ts";

/**
 * What one `push` is given.
 * `stream`: any piece of a byte stream. `packet`: exactly one datagram or notification. `can`: exactly one CAN record.
 */
export type Carrier = "stream" | "packet" | "can";

export type DecodeStats = {
  frames: number;
  messages: number;
  bad: number;
  skippedBytes: number;
  readonly reasons: Partial<Record<ProblemCode, number>>;
};

export type DecodeContext = {
  /** The Reading is borrowed. */
  readonly onReading: (reading: Reading) => void;
  readonly onProblem?: OnProblem;
};

export interface Decoder {
  readonly stats: Readonly<DecodeStats>;
  /** Never throws for what the bytes hold. `tUs` is when they were captured; messages without a time of their own do not take it. */
  push(bytes: Uint8Array, tUs?: number): void;
  /** Ends the stream: joined messages that wait for more come out, an incomplete frame is counted. */
  end(): void;
}

export interface Encoder {
  /** One message as bytes (for `can`: CAN records). Throws CodecError for a value that does not fit. */
  encode(message: PlainMessage): Uint8Array;
  /** For messages that take several packets or CAN frames, one entry each; `encode` then throws "unsupported". */
  encodeFrames?(message: PlainMessage): Uint8Array[];
}

export type OptionSpec = {
  readonly doc: string;
  readonly values?: readonly string[];
  readonly default: string | number | boolean;
};
export type ProtocolOptions = Readonly<Record<string, string | number | boolean>>;

/** A wire protocol: one folder, one of these, one line in the registry. */
export type Protocol = {
  readonly name: string;
  readonly title: string;
  readonly carrier: Carrier;
  readonly messages: readonly MessageSpec[];
  /** Where each byte of the fixed packets lies, for documentation; a layout has the name of its message. */
  readonly layouts?: readonly Layout[];
  readonly options?: Readonly<Record<string, OptionSpec>>;
  /** Splits a stream (or, for `packet`, a file of packets laid end to end) into frames. */
  readonly createFramer?: (onFrame: OnFrame, onProblem?: OnProblem, options?: ProtocolOptions) => Framer;
  readonly createDecoder: (context: DecodeContext, options?: ProtocolOptions) => Decoder;
  readonly createEncoder?: (options?: ProtocolOptions) => Encoder;
};

/** Counts what a decoder reports; every decoder of this code base starts from it. */
export function createTally(context: DecodeContext): {
  readonly stats: DecodeStats;
  readonly reading: (r: Reading) => void;
  readonly problem: OnProblem;
} {
  const stats: DecodeStats = { frames: 0, messages: 0, bad: 0, skippedBytes: 0, reasons: {} };
  return {
    stats,
    reading(r) {
      stats.messages++;
      context.onReading(r);
    },
    problem(p: Problem) {
      stats.reasons[p.code] = (stats.reasons[p.code] ?? 0) + 1;
      if (p.code === "skipped") stats.skippedBytes += p.length;
      else stats.bad++;
      context.onProblem?.(p);
    },
  };
}

/**
 * A decoder of the `can` carrier from a handler of single frames and a view of their data, both reused.
 * A CodecError of the handler becomes a problem.
 */
export function createCanDecoder(
  context: DecodeContext,
  build: (emit: (r: Reading) => void, problem: OnProblem) => (frame: CanFrame, view: DataView) => void,
): Decoder {
  const { stats, reading, problem } = createTally(context);
  const onFrame = build(reading, problem);
  const frame = createCanFrame();
  const view = new DataView(frame.data.buffer);
  let offset = 0;
  return {
    stats,
    push(bytes, tUs = Number.NaN) {
      try {
        readCanRecord(bytes, 0, bytes.length, frame);
        frame.tUs = tUs;
        stats.frames++;
        onFrame(frame, view);
      } catch (e) {
        if (!(e instanceof CodecError)) throw e;
        problem({ code: e.code, offset: offset + e.offset, length: bytes.length, reason: e.message });
      }
      offset += bytes.length;
    },
    end() {},
  };
}
