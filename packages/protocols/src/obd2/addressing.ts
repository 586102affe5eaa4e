import { CodecError } from "@pitwall/core";

/** ISO 15765-4: 11-bit identifiers for up to eight control units, or 29-bit ones with the unit's address in them. */
export type ObdAddressing = "11" | "29";

/** Address that stands for "whoever it concerns" (functional addressing). */
export const EVERYONE = Number.NaN;

const FUNCTIONAL_11 = 0x7df;
const REQUEST_11 = 0x7e0;
const RESPONSE_11 = 0x7e8;
const FUNCTIONAL_29 = 0x18db_33f1;
const PHYSICAL_29 = 0x18da_0000;
/** Address of the tester. */
const TESTER = 0xf1;

export type ObdDirection = "request" | "response";
export type ObdAddress = {
  direction: ObdDirection;
  /** 0 to 7 with 11 bits, the unit's address with 29; EVERYONE in a functional request. */
  ecu: number;
};

/** Tells what an identifier is for; false where it is none of OBD-II. */
export function readObdId(id: number, extended: boolean, out: ObdAddress): boolean {
  if (!extended) {
    const physical = id >= REQUEST_11 && id < REQUEST_11 + 16;
    if (!physical && id !== FUNCTIONAL_11) return false;
    out.direction = physical && id >= RESPONSE_11 ? "response" : "request";
    out.ecu = physical ? id & 7 : EVERYONE;
    return true;
  }
  if (id === FUNCTIONAL_29) {
    out.direction = "request";
    out.ecu = EVERYONE;
    return true;
  }
  if (id >>> 16 !== PHYSICAL_29 >>> 16) return false;
  const [target, source] = [(id >> 8) & 0xff, id & 0xff];
  if (target === TESTER && source !== TESTER) {
    out.direction = "response";
    out.ecu = source;
    return true;
  }
  if (source !== TESTER) return false;
  out.direction = "request";
  out.ecu = target;
  return true;
}

function checkEcu(ecu: number, most: number): void {
  if (!(Number.isInteger(ecu) && ecu >= 0 && ecu <= most))
    throw new CodecError("out-of-range", "obd2", 0, `control unit ${ecu}, 0 to ${most} exist`);
}

export function requestId(addressing: ObdAddressing, ecu: number): number {
  if (Number.isNaN(ecu)) return addressing === "11" ? FUNCTIONAL_11 : FUNCTIONAL_29;
  checkEcu(ecu, addressing === "11" ? 7 : 255);
  return addressing === "11" ? REQUEST_11 + ecu : PHYSICAL_29 + ecu * 256 + TESTER;
}

export function responseId(addressing: ObdAddressing, ecu: number): number {
  checkEcu(ecu, addressing === "11" ? 7 : 255);
  return addressing === "11" ? RESPONSE_11 + ecu : PHYSICAL_29 + TESTER * 256 + ecu;
}
