import { type CanFrame, CodecError } from "@pitwall/core";
import { FD_LENGTHS, STAMP_MODULUS_MS } from "./line.ts";

const hex = (x: number, digits: number) => x.toString(16).toUpperCase().padStart(digits, "0");

/** A frame's line without its end: the same for an adapter that received it and a computer that wants it sent. */
export function formatSlcan(frame: CanFrame, withTime = false): string {
  const code = FD_LENGTHS.indexOf(frame.length);
  if (code < 0 || (!frame.fd && frame.length > 8))
    throw new CodecError(
      "out-of-range",
      "slcan",
      0,
      `no length ${frame.length} in CAN${frame.fd ? " FD" : ""}`,
    );
  if (frame.error) throw new CodecError("unsupported", "slcan", 0, "error frames are not sent over SLCAN");
  const letter = frame.fd ? "d" : frame.remote ? "r" : "t";
  const id = frame.extended ? letter.toUpperCase() + hex(frame.id, 8) : letter + hex(frame.id, 3);
  let data = "";
  if (!frame.remote) for (let i = 0; i < frame.length; i++) data += hex(frame.data[i]!, 2);
  const ms = Math.floor(frame.tUs / 1000) % STAMP_MODULUS_MS;
  return `${id}${hex(code, 1)}${data}${withTime && Number.isFinite(ms) ? hex(ms, 4) : ""}`;
}

/** Bit rates by their command, bit/s. */
export const SLCAN_BIT_RATES = [
  10_000, 20_000, 50_000, 100_000, 125_000, 250_000, 500_000, 800_000, 1_000_000,
];

/** What opens an adapter: close, bit rate, times, open or listen only. Each command is to be answered before the next. */
export function slcanOpening(bitRate: number, listenOnly = true, withTime = false): string[] {
  const code = SLCAN_BIT_RATES.indexOf(bitRate);
  if (code < 0)
    throw new CodecError(
      "out-of-range",
      "slcan",
      0,
      `${bitRate} bit/s is none of ${SLCAN_BIT_RATES.join(", ")}`,
    );
  return ["C", `S${code}`, ...(withTime ? ["Z1"] : []), listenOnly ? "L" : "O"];
}
