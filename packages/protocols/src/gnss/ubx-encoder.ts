import { CodecError, type Encoder, fromPlain, type PlainMessage } from "@pitwall/core";
import { CivilFields, timeOfWeekMs } from "../ubx-civil.ts";
import { ubxFrame } from "../ubx-frame.ts";
import { writeHighPrecision } from "./ubx-fix.ts";
import { HNR_PVT, NAV_HPPOSLLH, NAV_PVT, PLAIN, type UbxMessage } from "./ubx-layouts.table.ts";
import { encodeList } from "./ubx-list-writer.ts";

const MESSAGES = new Map<string, UbxMessage>(
  [NAV_PVT, HNR_PVT, NAV_HPPOSLLH, ...PLAIN].map((m) => [m.spec.name, m]),
);
const CIVIL = new Map<UbxMessage, CivilFields>([NAV_PVT, HNR_PVT].map((m) => [m, new CivilFields(m.layout)]));
/** Date, time, and both fully resolved. */
const TIME_VALID = 7;
const TIME_KNOWN = 3;
const FIX_OK = 1;
/** Accuracy of a course that is not known. */
const ANY_DIRECTION_RAD = Math.PI;

/**
 * A message from channels alone is completed: time of week and validity from `tUs`, kind of fix and its flag from
 * `gnss.fix`, and a course that is absent as one that may be any. Fields that are absent go as their "not available" value, else as 0.
 */
function complete(m: UbxMessage, row: Float64Array, tUs: number): void {
  const slot = (name: string) => m.spec.fields.findIndex((f) => f.name === name);
  const fill = (name: string, value: number) => {
    const at = slot(name);
    if (at >= 0 && Number.isNaN(row[at]!)) row[at] = value;
  };
  const fix = row[slot("gnss.fix")] ?? Number.NaN;
  if (Number.isFinite(tUs)) fill("iTOW", timeOfWeekMs(tUs));
  const course = slot("gnss.course");
  if (course >= 0 && Number.isNaN(row[course]!)) fill("courseAcc", ANY_DIRECTION_RAD);
  if (slot("gnss.fix") >= 0) {
    fill("valid", Number.isFinite(tUs) ? TIME_VALID : 0);
    if (Number.isFinite(fix)) fill("fixType", fix);
    fill("flags", fix >= 2 ? FIX_OK : 0);
  }
  const fields = m.layout.fields.filter((f) => !f.name.startsWith("_"));
  fields.forEach((f, i) => {
    if (Number.isNaN(row[i]!) && f.missing === undefined) row[i] = 0;
  });
}

function encode(message: PlainMessage): Uint8Array {
  const m = MESSAGES.get(message.message);
  if (m === undefined) {
    const list = encodeList(message);
    if (list === undefined) throw new CodecError("unsupported", "ubx", 0, `no message "${message.message}"`);
    return list;
  }
  const r = fromPlain(message, m.spec);
  complete(m, r.values, r.tUs);
  const payload = new Uint8Array(m.layout.byteLength);
  const view = new DataView(payload.buffer);
  const course = m.layout.spec.fields.findIndex((f) => f.name === "gnss.course");
  if (m === NAV_HPPOSLLH) {
    m.layout.write(view, 0, r.values);
    writeHighPrecision(view, 0, r.values);
  } else {
    if (course >= 0 && r.values[course]! > Math.PI * 2)
      throw new CodecError("out-of-range", m.spec.name, 0, "gnss.course over one turn");
    m.layout.write(view, 0, r.values);
  }
  const civil = CIVIL.get(m);
  const valid = r.values[m.spec.fields.findIndex((f) => f.name === "valid")] ?? 0;
  if (civil && Number.isFinite(r.tUs) && (valid & TIME_KNOWN) === TIME_KNOWN) civil.write(view, 0, r.tUs);
  return ubxFrame(m.cls, m.id, payload);
}

/** One frame a message. */
export const createUbxEncoder = (): Encoder => ({ encode });
