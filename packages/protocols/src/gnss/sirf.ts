import {
  CodecError,
  type Encoder,
  epochUs,
  type FieldSpec,
  type FrameRule,
  fromPlain,
  type LayoutField,
  layout,
  type MessageSpec,
  type PlainMessage,
  type ProblemCode,
  Reading,
  sumBytes,
} from "@pitwall/core";

// SiRF binary protocol reference (1040-0041): what USB receivers of the SiRF generations send beside NMEA.

const START_1 = 0xa0;
const START_2 = 0xa2;
const END_1 = 0xb0;
const END_2 = 0xb3;
const HEAD = 4;
const TAIL = 4;
/** The length field has 15 bits; the longest message is under 1 KiB. */
const MAX_PAYLOAD = 1023;
const DEG = Math.PI / 180;
const GEODETIC_ID = 41;

const f = (
  name: string,
  wire: LayoutField["wire"],
  unit: LayoutField["unit"],
  doc = "",
  more: Partial<LayoutField> = {},
): LayoutField => ({ name, wire, unit, doc, ...more });
const cm = (name: string, wire: "i32" | "u32" | "u16" | "i16", unit: "m" | "m/s", doc = ""): LayoutField =>
  f(name, wire, unit, doc, { per: 100 });

export const GEODETIC = layout(
  "sirf.geodetic",
  "Message 41: the whole solution of one epoch.",
  [
    f("_id", "u8", "1"),
    f("navValid", "u16", "bits", "0 = all well"),
    f(
      "navType",
      "u16",
      "bits",
      "bits 0 to 2: none, 1, 2, 3, 4 satellites, 2D, 3D least squares, dead reckoning",
    ),
    f("week", "u16", "1", "GPS week, extended by the receiver"),
    f("tow", "u32", "ms", "GPS time of week"),
    f("_year", "u16", "1", "UTC; all zero while it is not known"),
    f("_month", "u8", "1"),
    f("_day", "u8", "1"),
    f("_hour", "u8", "1"),
    f("_minute", "u8", "1"),
    f("_second", "u16", "1", "ms"),
    f("satellites", "u32", "bits", "used, by number"),
    f("gnss.lat", "i32", "deg", "WGS 84, absent without a fix", { per: 1e7 }),
    f("gnss.lon", "i32", "deg", "WGS 84, absent without a fix", { per: 1e7 }),
    cm("height", "i32", "m", "above the ellipsoid"),
    cm("gnss.alt", "i32", "m", "above mean sea level"),
    f("datum", "u8", "code"),
    cm("gnss.speed", "u16", "m/s", "over ground"),
    f("gnss.course", "u16", "rad", "", { scale: DEG, per: 100 }),
    f("_magneticVariation", "i16", "1", "not implemented by the receivers"),
    cm("gnss.vUp", "i16", "m/s"),
    f("headingRate", "i16", "rad/s", "", { scale: DEG, per: 100 }),
    cm("gnss.hAcc", "u32", "m"),
    cm("gnss.vAcc", "u32", "m"),
    cm("timeError", "u32", "m"),
    cm("gnss.sAcc", "u16", "m/s"),
    cm("clockBias", "i32", "m"),
    cm("clockBiasError", "u32", "m"),
    cm("clockDrift", "i32", "m/s"),
    cm("clockDriftError", "u32", "m/s"),
    f("distance", "u32", "m"),
    f("distanceError", "u16", "m"),
    f("courseAcc", "u16", "rad", "", { scale: DEG, per: 100 }),
    f("gnss.sats", "u8", "1", "satellites used"),
    f("gnss.hdop", "u8", "1", "", { per: 5 }),
    f("modes", "u8", "bits"),
  ],
  { endian: "big" },
);
const FIX: FieldSpec = {
  name: "gnss.fix",
  unit: "1",
  doc: "0 none, 2 = 2D, 3 = 3D",
  resolution: 1,
  offset: 0,
};
export const SIRF_GEODETIC: MessageSpec = { ...GEODETIC.spec, fields: [...GEODETIC.spec.fields, FIX] };

/** Dimensions by the kind of solution in the lower three bits of navType. */
const DIMENSIONS = [0, 2, 2, 2, 3, 2, 3, 2];
const slot = (name: string): number => SIRF_GEODETIC.fields.findIndex((x) => x.name === name);
const NAV_TYPE = slot("navType");
const FIX_AT = slot("gnss.fix");
const NEEDS_FIX = [
  "gnss.lat",
  "gnss.lon",
  "height",
  "gnss.alt",
  "gnss.speed",
  "gnss.course",
  "gnss.vUp",
  "headingRate",
  "gnss.hAcc",
  "gnss.vAcc",
  "gnss.sAcc",
  "courseAcc",
  "gnss.hdop",
].map(slot);
const DATE = GEODETIC.fields.find((x) => x.name === "_year")!.offset;

/** A0 A2, u16 length, payload, sum of the payload in 15 bits, B0 B3; big-endian. */
export const SIRF_RULE: FrameRule = {
  maxLength: HEAD + MAX_PAYLOAD + TAIL,
  probe(b, start, end) {
    if (b[start] !== START_1) return -1;
    if (start + 1 >= end) return 0;
    if (b[start + 1] !== START_2) return -1;
    if (start + HEAD > end) return 0;
    const length = (b[start + 2]! << 8) | b[start + 3]!;
    return length === 0 || length > MAX_PAYLOAD ? -1 : HEAD + length + TAIL;
  },
  check(b, _view, start, end): ProblemCode | undefined {
    if (b[end - 2] !== END_1 || b[end - 1] !== END_2) return "malformed";
    const sum = sumBytes(b, start + HEAD, end - TAIL) & 0x7fff;
    return sum === ((b[end - 4]! << 8) | b[end - 3]!) ? undefined : "bad-checksum";
  },
};

export class SirfDecoder {
  readonly #emit: (r: Reading) => void;
  readonly #unsupported: () => void;
  readonly #reading = new Reading(SIRF_GEODETIC);

  constructor(options: { readonly emit: (r: Reading) => void; readonly unsupported: () => void }) {
    this.#emit = options.emit;
    this.#unsupported = options.unsupported;
  }

  /** One framed message at view[start, end). */
  frame(view: DataView, start: number, end: number): void {
    const at = start + HEAD;
    if (view.getUint8(at) !== GEODETIC_ID || end - at - TAIL !== GEODETIC.byteLength) {
      this.#unsupported();
      return;
    }
    const r = this.#reading;
    const v = r.values;
    GEODETIC.read(view, at, v, 0);
    const fix = DIMENSIONS[v[NAV_TYPE]! & 7]!;
    v[FIX_AT] = fix;
    if (fix === 0) for (let k = 0; k < NEEDS_FIX.length; k++) v[NEEDS_FIX[k]!] = Number.NaN;
    const year = view.getUint16(at + DATE);
    const month = view.getUint8(at + DATE + 2);
    r.tUs =
      year === 0 || month < 1 || month > 12
        ? Number.NaN
        : epochUs(
            year,
            month,
            view.getUint8(at + DATE + 3),
            view.getUint8(at + DATE + 4),
            view.getUint8(at + DATE + 5),
            0,
            view.getUint16(at + DATE + 6) * 1000,
          );
    this.#emit(r);
  }
}

function encode(message: PlainMessage): Uint8Array {
  if (message.message !== SIRF_GEODETIC.name)
    throw new CodecError("unsupported", "sirf", 0, `no message "${message.message}"`);
  const r = fromPlain(message, SIRF_GEODETIC);
  const frame = new Uint8Array(HEAD + GEODETIC.byteLength + TAIL);
  const view = new DataView(frame.buffer);
  GEODETIC.write(
    view,
    HEAD,
    r.values.map((x) => (Number.isNaN(x) ? 0 : x)),
  );
  view.setUint8(HEAD, GEODETIC_ID);
  if (Number.isFinite(r.tUs)) {
    const date = new Date(Math.floor(r.tUs / 1000));
    view.setUint16(HEAD + DATE, date.getUTCFullYear());
    view.setUint8(HEAD + DATE + 2, date.getUTCMonth() + 1);
    view.setUint8(HEAD + DATE + 3, date.getUTCDate());
    view.setUint8(HEAD + DATE + 4, date.getUTCHours());
    view.setUint8(HEAD + DATE + 5, date.getUTCMinutes());
    view.setUint16(HEAD + DATE + 6, date.getUTCSeconds() * 1000 + date.getUTCMilliseconds());
  }
  view.setUint16(0, (START_1 << 8) | START_2);
  view.setUint16(2, GEODETIC.byteLength);
  view.setUint16(frame.length - 4, sumBytes(frame, HEAD, frame.length - TAIL) & 0x7fff);
  view.setUint16(frame.length - 2, (END_1 << 8) | END_2);
  return frame;
}

export const createSirfEncoder = (): Encoder => ({ encode });
