import { CodecError, fromHex, fromPlain, type PlainMessage } from "@pitwall/core";
import type { ObdDirection } from "./addressing.ts";
import { dtcRaw } from "./dtc.ts";
import * as specs from "./messages.ts";
import { hex2, LIVE_PIDS, SUPPORT_BYTES, writePid } from "./pids.ts";
import { NEGATIVE_RESPONSE, RESPONSE } from "./responses.ts";
import { UNITS_AND_SCALINGS } from "./uas.table.ts";

export type ObdPayload = {
  readonly direction: ObdDirection;
  /** NaN in a request to everyone. */
  readonly ecu: number;
  readonly bytes: Uint8Array;
};

const liveByName = new Map(LIVE_PIDS.map((p) => [p.spec.name, p]));
const specByName = new Map(specs.OBD_MESSAGES.map((m) => [m.name, m]));
const pidByNumber = new Map(LIVE_PIDS.map((p) => [p.pid, p]));

const refuse = (message: string, reason: string): CodecError =>
  new CodecError("out-of-range", message, 0, reason);

function textOf(text: string, size: number, message: string): number[] {
  const bytes = [...text].map((c) => c.charCodeAt(0));
  if (bytes.length > size || bytes.some((b) => b > 0x7e || b < 0x20))
    throw refuse(message, `"${text}" does not fit ${size} characters of ASCII`);
  return [...bytes, ...new Array<number>(size - bytes.length).fill(0)];
}

const u16 = (raw: number): number[] => [(raw >> 8) & 0xff, raw & 0xff];
const split = (text: string | undefined, by: string): string[] => (text ? text.split(by) : []);

/** The bytes of a message as they cross the bus inside ISO-TP. Throws CodecError for what does not fit. */
export function obdPayload(message: PlainMessage): ObdPayload {
  const spec = specByName.get(message.message);
  if (!spec) throw new CodecError("unsupported", "obd2", 0, `no message "${message.message}"`);
  const { values: v, texts = {} } = fromPlain(message, spec);
  const byteAt = (i: number): number => {
    const x = v[i]!;
    if (!(Number.isInteger(x) && x >= 0 && x <= 255)) throw refuse(spec.name, `${spec.fields[i]!.name}=${x}`);
    return x;
  };
  if (spec === specs.REQUEST)
    return {
      direction: "request",
      ecu: v[0]!,
      bytes: Uint8Array.from([byteAt(1), ...fromHex(texts["data"] ?? "")]),
    };

  const body = (): readonly number[] => {
    const live = liveByName.get(spec.name);
    if (live) return [RESPONSE + 1, live.pid, ...writePid(live, v, 1)];
    switch (spec) {
      case specs.NEGATIVE:
        return [NEGATIVE_RESPONSE, byteAt(1), byteAt(2)];
      case specs.SUPPORTED: {
        const mask = v[3]!;
        const frame = v[1] === 2 ? [0] : [];
        const bits = Array.from({ length: SUPPORT_BYTES }, (_, i) => (mask >>> (24 - 8 * i)) & 0xff);
        return [RESPONSE + byteAt(1), byteAt(2), ...frame, ...bits];
      }
      case specs.UNKNOWN:
        return [RESPONSE + byteAt(1), byteAt(2), ...fromHex(texts["data"] ?? "")];
      case specs.FREEZE: {
        const pid = pidByNumber.get(byteAt(2));
        if (!pid) throw refuse(spec.name, `no table for PID ${hex2(v[2]!)}`);
        const row = pid.fields.map((f) => v[spec.fields.findIndex((s) => s.name === `freeze.${f.name}`)]!);
        return [RESPONSE + 2, pid.pid, byteAt(1), ...writePid(pid, row, 0)];
      }
      case specs.DTCS: {
        const codes = split(texts["codes"], " ").map(dtcRaw);
        return [RESPONSE + byteAt(1), codes.length, ...codes.flatMap(u16)];
      }
      case specs.CLEARED:
        return [RESPONSE + 4];
      case specs.TEST: {
        const { scale, bias = 0 } = UNITS_AND_SCALINGS[byteAt(3)] ?? { scale: 1 };
        const [lo, hi] = v[3]! >= 0x80 ? [-0x8000, 0x7fff] : [0, 0xffff];
        const raw = [4, 5, 6].map((i) => {
          const n = Math.round((v[i]! - bias) / scale);
          if (!(n >= lo && n <= hi)) throw refuse(spec.name, `${spec.fields[i]!.name}=${v[i]}`);
          return n;
        });
        return [RESPONSE + 6, byteAt(1), byteAt(2), byteAt(3), ...raw.flatMap(u16)];
      }
      case specs.VIN:
        return [RESPONSE + 9, 0x02, 1, ...textOf(texts["vin"] ?? "", 17, spec.name)];
      case specs.CALIBRATION: {
        const ids = split(texts["ids"], ",");
        return [RESPONSE + 9, 0x04, ids.length, ...ids.flatMap((t) => textOf(t, 16, spec.name))];
      }
      case specs.VERIFICATION: {
        const numbers = split(texts["numbers"], " ").map(fromHex);
        if (numbers.some((n) => n.length !== 4)) throw refuse(spec.name, "needs numbers of 4 bytes");
        return [RESPONSE + 9, 0x06, numbers.length, ...numbers.flatMap((n) => [...n])];
      }
      case specs.ECU_NAME:
        return [RESPONSE + 9, 0x0a, 1, ...textOf(texts["name"] ?? "", 20, spec.name)];
      default: {
        const counts = split(texts["counts"], " ").map(Number);
        if (counts.some((n) => !(n >= 0 && n <= 0xffff))) throw refuse(spec.name, "needs counts of 16 bits");
        return [RESPONSE + 9, byteAt(1), counts.length, ...counts.flatMap(u16)];
      }
    }
  };
  return { direction: "response", ecu: v[0]!, bytes: Uint8Array.from(body()) };
}
