import { type MessageSpec, type ProblemCode, Reading, toHex } from "@pitwall/core";
import { dtcName, dtcText } from "./dtc.ts";
import * as specs from "./messages.ts";
import { negativeText } from "./negative.ts";
import { findPid, hex2, isSupportPid, type Pid, readPid, SUPPORT_BYTES } from "./pids.ts";
import { UNITS_AND_SCALINGS } from "./uas.table.ts";
import { checkVin } from "./vin.ts";

export const RESPONSE = 0x40;
export const NEGATIVE_RESPONSE = 0x7f;
const DTC_SERVICES = [0x03, 0x07, 0x0a];
const TEST_BYTES = 9;

export type ResponseContext = {
  readonly onReading: (reading: Reading) => void;
  /** `at` is the place within the response. */
  readonly onProblem: (code: ProblemCode, at: number, reason: string) => void;
};

export type ResponseDecoder = {
  /** A whole response of a control unit, service byte first. */
  response(bytes: Uint8Array, start: number, end: number, ecu: number): void;
  /** A whole request of a tester; `ecu` is NaN where everyone was asked. */
  request(bytes: Uint8Array, start: number, end: number, ecu: number): void;
};

/** Printable ASCII of bytes[start, end), padding left out; undefined where other bytes are among it. */
function asciiOf(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = "";
  for (let i = start; i < end; i++) {
    const b = bytes[i]!;
    if (b === 0) continue;
    if (b < 0x20 || b > 0x7e) return undefined;
    text += String.fromCharCode(b);
  }
  return text.trim();
}

const freezePlace: ReadonlyMap<string, number> = new Map(specs.FREEZE.fields.map((f, i) => [f.name, i]));

/** Turns responses into readings. A reading is filled anew each time and borrowed by who gets it. */
export function createResponseDecoder(context: ResponseContext): ResponseDecoder {
  const readings = new Map<MessageSpec, Reading>();
  const blank = (spec: MessageSpec, ecu: number): Reading => {
    let r = readings.get(spec);
    if (!r) {
      r = new Reading(spec);
      readings.set(spec, r);
    }
    r.clear().values[0] = ecu;
    return r;
  };
  const { onReading, onProblem } = context;

  function unknown(b: Uint8Array, at: number, end: number, service: number, ecu: number): void {
    const r = blank(specs.UNKNOWN, ecu);
    r.values[1] = service;
    r.values[2] = b[at]!;
    r.texts = { data: toHex(b, at + 1, end) };
    onReading(r);
    onProblem("unsupported", at, `service ${hex2(service)} has no table for identifier ${hex2(b[at]!)}`);
  }

  /** The bitmap of the identifier at `at`, its bytes from `dataAt` on; returns where they end. */
  function supported(
    b: Uint8Array,
    at: number,
    dataAt: number,
    end: number,
    service: number,
    ecu: number,
  ): number {
    if (dataAt + SUPPORT_BYTES > end) {
      onProblem("truncated", at, `bitmap ${hex2(b[at]!)} of ${Math.max(end - dataAt, 0)} bytes`);
      return end;
    }
    const r = blank(specs.SUPPORTED, ecu);
    r.values[1] = service;
    r.values[2] = b[at]!;
    const high = (b[dataAt]! << 24) | (b[dataAt + 1]! << 16);
    r.values[3] = (high | (b[dataAt + 2]! << 8) | b[dataAt + 3]!) >>> 0;
    onReading(r);
    return dataAt + SUPPORT_BYTES;
  }

  function freeze(pid: Pid, frame: number, b: Uint8Array, at: number, end: number, ecu: number): void {
    const values = new Float64Array(pid.fields.length);
    readPid(pid, b, at, end, values, 0);
    const r = blank(specs.FREEZE, ecu);
    r.values[1] = frame;
    r.values[2] = pid.pid;
    pid.fields.forEach((f, i) => {
      r.values[freezePlace.get(`freeze.${f.name}`)!] = values[i]!;
    });
    onReading(r);
  }

  /** Services 01 and 02: identifier, with 02 the frame's number, then the data; up to six of them. */
  function live(b: Uint8Array, from: number, end: number, service: number, ecu: number): void {
    const head = service === 2 ? 2 : 1;
    if (from >= end) {
      onProblem("truncated", from, "no identifier");
      return;
    }
    for (let at = from; at < end; ) {
      const id = b[at]!;
      if (isSupportPid(id)) {
        at = supported(b, at, at + head, end, service, ecu);
        continue;
      }
      const pid = findPid(id);
      if (!pid) {
        unknown(b, at, end, service, ecu);
        return;
      }
      const left = end - at - head;
      if (left < (pid.least ?? pid.length)) {
        onProblem("truncated", at, `PID ${hex2(id)} needs ${pid.length} bytes, has ${Math.max(left, 0)}`);
        return;
      }
      const stop = at + head + Math.min(pid.length, left);
      if (service === 2) freeze(pid, b[at + 1]!, b, at + 2, stop, ecu);
      else {
        const r = blank(pid.spec, ecu);
        readPid(pid, b, at + 1, stop, r.values, 1);
        onReading(r);
      }
      at = stop;
    }
  }

  function troubleCodes(b: Uint8Array, from: number, end: number, service: number, ecu: number): void {
    // CAN states a count first; older buses send three codes a message without one, filled up with zeros
    const counted = (end - from) % 2 === 1;
    const first = counted ? from + 1 : from;
    const codes: string[] = [];
    for (let at = first; at + 1 < end; at += 2) {
      const raw = (b[at]! << 8) | b[at + 1]!;
      if (raw !== 0) codes.push(dtcName(raw));
    }
    const r = blank(specs.DTCS, ecu);
    r.values[1] = service;
    r.values[2] = counted ? b[from]! : codes.length;
    r.texts = {
      codes: codes.join(" "),
      meanings: codes.map((c) => dtcText(c) ?? "the maker's own code").join("; "),
    };
    onReading(r);
    if (counted && b[from] !== codes.length)
      onProblem("malformed", from, `${b[from]} codes stated, ${codes.length} are there`);
  }

  function tests(b: Uint8Array, from: number, end: number, ecu: number): void {
    if (from < end && isSupportPid(b[from]!) && end - from === 1 + SUPPORT_BYTES) {
      supported(b, from, from + 1, end, 6, ecu);
      return;
    }
    let at = from;
    for (; at + TEST_BYTES <= end; at += TEST_BYTES) {
      const scaling = b[at + 2]!;
      const { scale, unit, bias = 0 } = UNITS_AND_SCALINGS[scaling] ?? { scale: 1, unit: "raw" };
      const signed = scaling >= 0x80;
      const value = (i: number) => {
        const raw = (b[at + i]! << 8) | b[at + i + 1]!;
        return (signed && raw >= 0x8000 ? raw - 0x1_0000 : raw) * scale + bias;
      };
      const r = blank(specs.TEST, ecu);
      r.values.set([b[at]!, b[at + 1]!, scaling, value(3), value(5), value(7)], 1);
      r.values[7] = value(3) >= value(5) && value(3) <= value(7) ? 1 : 0;
      r.texts = { unit };
      onReading(r);
    }
    if (at !== end || at === from) onProblem("bad-length", at, `${end - at} bytes make no test result`);
  }

  /** Items of fixed size behind the count of service 09. */
  function items(
    b: Uint8Array,
    at: number,
    end: number,
    size: number,
  ): readonly [number, number][] | undefined {
    const n = b[at];
    if (n === undefined || at + 1 + n * size !== end) {
      onProblem("bad-length", at, `${n ?? 0} items of ${size} bytes stated, ${end - at - 1} bytes are there`);
      return undefined;
    }
    return Array.from({ length: n }, (_, i) => [at + 1 + i * size, at + 1 + (i + 1) * size]);
  }

  function texts(
    spec: MessageSpec,
    name: string,
    b: Uint8Array,
    at: number,
    end: number,
    size: number,
    ecu: number,
  ) {
    const places = items(b, at, end, size);
    if (!places) return;
    const found = places.map(([from, to]) => asciiOf(b, from, to));
    if (found.includes(undefined)) return onProblem("malformed", at, "not printable");
    const r = blank(spec, ecu);
    r.texts = { [name]: found.join(",") };
    if (spec === specs.VIN) {
      const check = checkVin(found.join(","));
      if (check === "malformed") return onProblem("malformed", at, `"${found.join(",")}" is no VIN`);
      r.values[1] = check === "ok" ? 1 : 0;
    }
    onReading(r);
  }

  function info(b: Uint8Array, from: number, end: number, ecu: number): void {
    const type = b[from];
    if (type === undefined) {
      onProblem("truncated", from, "no information type");
      return;
    }
    if (isSupportPid(type)) {
      supported(b, from, from + 1, end, 9, ecu);
      return;
    }
    const at = from + 1;
    if (type === 0x02) {
      texts(specs.VIN, "vin", b, at, end, 17, ecu);
      return;
    }
    if (type === 0x04) {
      texts(specs.CALIBRATION, "ids", b, at, end, 16, ecu);
      return;
    }
    if (type === 0x0a) {
      texts(specs.ECU_NAME, "name", b, at, end, 20, ecu);
      return;
    }
    if (type === 0x06) {
      const places = items(b, at, end, 4);
      if (!places) return;
      const r = blank(specs.VERIFICATION, ecu);
      r.texts = { numbers: places.map(([i, k]) => toHex(b, i, k)).join(" ") };
      onReading(r);
      return;
    }
    if (type === 0x08 || type === 0x0b) {
      const places = items(b, at, end, 2);
      if (!places) return;
      const r = blank(specs.PERFORMANCE, ecu);
      r.values[1] = type;
      r.texts = { counts: places.map(([i]) => (b[i]! << 8) | b[i + 1]!).join(" ") };
      onReading(r);
      return;
    }
    unknown(b, from, end, 9, ecu);
  }

  function negative(b: Uint8Array, start: number, end: number, ecu: number): void {
    if (end - start < 3) {
      onProblem("truncated", start, "negative response without its code");
      return;
    }
    const r = blank(specs.NEGATIVE, ecu);
    r.values[1] = b[start + 1]!;
    r.values[2] = b[start + 2]!;
    r.texts = { reason: negativeText(b[start + 2]!) };
    onReading(r);
  }

  return {
    response(b, start, end, ecu) {
      const first = b[start]!;
      if (first === NEGATIVE_RESPONSE) return negative(b, start, end, ecu);
      const service = first - RESPONSE;
      if (service === 1 || service === 2) live(b, start + 1, end, service, ecu);
      else if (DTC_SERVICES.includes(service)) troubleCodes(b, start + 1, end, service, ecu);
      else if (service === 4) onReading(blank(specs.CLEARED, ecu));
      else if (service === 6) tests(b, start + 1, end, ecu);
      else if (service === 9) info(b, start + 1, end, ecu);
      else onProblem("unsupported", start, `response ${hex2(first)} is of no service of OBD-II`);
    },
    request(b, start, end, ecu) {
      const r = blank(specs.REQUEST, ecu);
      r.values[1] = b[start]!;
      r.texts = { data: toHex(b, start + 1, end) };
      onReading(r);
    },
  };
}
