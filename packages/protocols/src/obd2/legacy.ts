import { type ProblemCode, sumBytes } from "@pitwall/core";
import type { ResponseDecoder } from "./responses.ts";

/** CRC-8 of SAE J1850: polynomial 0x1D, start and final xor 0xFF. */
function crcJ1850(b: Uint8Array, end: number): number {
  let crc = 0xff;
  for (let i = 0; i < end; i++) {
    crc ^= b[i]!;
    for (let k = 0; k < 8; k++) crc = crc & 0x80 ? ((crc << 1) ^ 0x1d) & 0xff : crc << 1;
  }
  return crc ^ 0xff;
}

const HEADER = 3;
const VIN_LINES = 5;
const VIN_BYTES = 17;

/**
 * Answers of the buses before CAN (SAE J1850, ISO 9141-2, ISO 14230), as an adapter prints them: with or without the
 * three header bytes and the checksum. Their messages hold seven bytes, so a VIN comes in five numbered pieces.
 */
export function createLegacy(
  decoder: ResponseDecoder,
  refuse: (code: ProblemCode, reason: string) => void,
): (bytes: Uint8Array) => void {
  const vin = new Uint8Array(3 + 4 * VIN_LINES);
  let pieces = 0;

  function piece(b: Uint8Array, ecu: number): void {
    const number = b[2]!;
    if (number !== pieces + 1) {
      pieces = 0;
      if (number !== 1) {
        refuse("out-of-sequence", `piece ${number} of a VIN`);
        return;
      }
    }
    vin.set(b.subarray(3), 3 + 4 * pieces);
    if (++pieces < VIN_LINES) return;
    pieces = 0;
    // filled up in front: 20 bytes carry 17 characters
    vin.copyWithin(3, vin.length - VIN_BYTES);
    vin.set([0x49, 0x02, 1]);
    decoder.response(vin, 0, 3 + VIN_BYTES, ecu);
  }

  return (line) => {
    let b = line;
    let ecu = Number.NaN;
    const end = b.length - 1;
    const sumFits = b[end] === (sumBytes(b, 0, end) & 0xff);
    const crcFits = end > 0 && b[end] === crcJ1850(b, end);
    // J1850 PWM starts with 41, VPW and ISO 9141-2 with 48; 41 6B may as well be the answer for PID 6B
    const pwm = b[0] === 0x41 && b[1] === 0x6b && crcFits;
    const old = b[0] === 0x48 && b[1] === 0x6b;
    const kwp = (b[0]! & 0xc0) === 0x80 && b[1] === 0xf1;
    if (pwm || old || kwp) {
      if (end <= HEADER) return refuse("truncated", `${b.length} bytes with a header`);
      if (!sumFits && !(crcFits && !kwp)) return refuse("bad-checksum", "checksum of the line");
      ecu = b[2]!;
      b = b.subarray(HEADER, end);
    }
    if (b.length === 7 && b[0] === 0x49 && b[1] === 0x02) piece(b, ecu);
    else decoder.response(b, 0, b.length, ecu);
  };
}
