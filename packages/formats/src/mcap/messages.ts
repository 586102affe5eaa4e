import type { FieldSpec } from "@pitwall/core";
import { ownColumn } from "../names/channel-names.ts";
import { isoUs } from "../text/iso-time.ts";
import { eachField, packedDoubles } from "./protobuf.ts";

/** What a message of a foreign topic gives: values by channel id, and the sender's own time where it has one. */
export type Taken = { stampUs: number; readonly values: Map<string, number> };
export type Take = (data: Uint8Array, into: Taken) => void;

/** One reader of little words; `align` is what CDR asks for, ROS 1 has none. */
class Words {
  readonly #view: DataView;
  readonly #base: number;
  readonly #little: boolean;
  readonly #aligned: boolean;
  #at: number;
  constructor(data: Uint8Array, kind: "cdr" | "ros1") {
    this.#view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    this.#aligned = kind === "cdr";
    // CDR begins with four bytes that say the byte order (OMG DDSI-RTPS 10.2); alignment counts from behind them
    this.#little = kind === "ros1" || (data[1]! & 1) === 1;
    this.#base = kind === "cdr" ? 4 : 0;
    this.#at = this.#base;
  }
  #skip(size: number): number {
    if (this.#aligned) this.#at += (size - ((this.#at - this.#base) % size)) % size;
    const at = this.#at;
    this.#at += size;
    return at;
  }
  u32(): number {
    return this.#view.getUint32(this.#skip(4), this.#little);
  }
  i8(): number {
    return this.#view.getInt8(this.#skip(1));
  }
  u16(): number {
    return this.#view.getUint16(this.#skip(2), this.#little);
  }
  f64(): number {
    return this.#view.getFloat64(this.#skip(8), this.#little);
  }
  f64s(n: number): number[] {
    return Array.from({ length: n }, () => this.f64());
  }
  text(): void {
    const length = this.u32();
    this.#at += length;
  }
}

const stampOf = (s: number, ns: number): number =>
  s === 0 && ns === 0 ? Number.NaN : s * 1e6 + Math.round(ns / 1000);

function header(w: Words, kind: "cdr" | "ros1"): number {
  if (kind === "ros1") w.u32(); // sequence number
  const stamp = stampOf(w.u32(), w.u32());
  w.text();
  return stamp;
}

/** Covariance of east, north, up (row-major 3x3, m^2) as 1 sigma; type 0 is "unknown". */
function accuracy(c: readonly number[], type: number, values: Map<string, number>): void {
  if (type === 0 || c.length < 9 || !values.has("gnss.lat")) return;
  const [horizontal, vertical] = [(c[0]! + c[4]!) / 2, c[8]!];
  // drivers leave zeros where they do not know
  if (horizontal > 0) values.set("gnss.hAcc", Math.sqrt(horizontal));
  if (vertical > 0) values.set("gnss.vAcc", Math.sqrt(vertical));
}

/** sensor_msgs/NavSatFix. */
const navSatFix =
  (kind: "cdr" | "ros1"): Take =>
  (data, into) => {
    const w = new Words(data, kind);
    into.stampUs = header(w, kind);
    const status = w.i8();
    w.u16();
    const [lat, lon, alt] = [w.f64(), w.f64(), w.f64()];
    const covariance = w.f64s(9);
    fix(status, lat, lon, alt, into.values);
    accuracy(covariance, w.i8(), into.values);
  };

/** `sensor_msgs/NavSatStatus`: what drivers leave that never set one. */
const STATUS_UNKNOWN = -2;

function fix(status: number, lat: number, lon: number, alt: number, values: Map<string, number>): void {
  const unknown = status === STATUS_UNKNOWN && (lat !== 0 || lon !== 0);
  if (!unknown) values.set("gnss.fix", status < 0 ? 0 : 3);
  if (status < 0 && !unknown) return;
  values.set("gnss.lat", lat);
  values.set("gnss.lon", lon);
  values.set("gnss.alt", alt);
}

type Three = { readonly x: number; readonly y: number; readonly z: number };
type Four = Three & { readonly w: number };

/** sensor_msgs/Imu: body axes forward, left, up (REP 103), as in the house. A covariance that begins with -1 is "not measured". */
function imu(
  q: Four | undefined,
  rate: Three | undefined,
  force: Three | undefined,
  values: Map<string, number>,
): void {
  if (rate) for (const axis of ["x", "y", "z"] as const) values.set(`imu.g${axis}`, rate[axis]);
  if (force) for (const axis of ["x", "y", "z"] as const) values.set(`imu.a${axis}`, force[axis]);
  if (!q || Math.abs(q.x ** 2 + q.y ** 2 + q.z ** 2 + q.w ** 2 - 1) > 0.01) return;
  values.set("imu.roll", Math.atan2(2 * (q.w * q.x + q.y * q.z), 1 - 2 * (q.x ** 2 + q.y ** 2)));
  values.set("imu.pitch", Math.asin(Math.max(-1, Math.min(1, 2 * (q.w * q.y - q.z * q.x)))));
  values.set("imu.yaw", Math.atan2(2 * (q.w * q.z + q.x * q.y), 1 - 2 * (q.y ** 2 + q.z ** 2)));
}

const imuBinary =
  (kind: "cdr" | "ros1"): Take =>
  (data, into) => {
    const w = new Words(data, kind);
    into.stampUs = header(w, kind);
    const q: Four = { x: w.f64(), y: w.f64(), z: w.f64(), w: w.f64() };
    const qKnown = w.f64s(9)[0] !== -1;
    const rate: Three = { x: w.f64(), y: w.f64(), z: w.f64() };
    const rateKnown = w.f64s(9)[0] !== -1;
    const force: Three = { x: w.f64(), y: w.f64(), z: w.f64() };
    const forceKnown = w.f64s(9)[0] !== -1;
    imu(qKnown ? q : undefined, rateKnown ? rate : undefined, forceKnown ? force : undefined, into.values);
  };

type Json = Readonly<Record<string, unknown>>;
const object = (x: unknown): Json => (typeof x === "object" && x !== null ? (x as Json) : {});
const number = (x: unknown): number => (typeof x === "number" ? x : Number.NaN);
const list = (x: unknown): number[] => (Array.isArray(x) ? x.map(number) : []);
/** As ROS 2, Foxglove and ROS 1 write it, or as RFC 3339 (JSON of Protobuf). */
const stampJson = (x: unknown): number => {
  if (typeof x === "string") return isoUs(x);
  const t = object(x);
  return stampOf(number(t["sec"] ?? t["secs"]), number(t["nanosec"] ?? t["nsec"] ?? t["nsecs"]));
};
const vector = (x: unknown): Three => {
  const v = object(x);
  return { x: number(v["x"]), y: number(v["y"]), z: number(v["z"]) };
};

const json = (take: (message: Json, into: Taken) => void): Take => {
  const decoder = new TextDecoder();
  return (data, into) => take(object(JSON.parse(decoder.decode(data))), into);
};

const locationFix = json((m, into) => {
  into.stampUs = stampJson(m["timestamp"]);
  fix(0, number(m["latitude"]), number(m["longitude"]), number(m["altitude"]), into.values);
  into.values.delete("gnss.fix");
  motion(number(m["speed"]), number(m["course"]), into.values);
  accuracy(list(m["position_covariance"]), number(m["position_covariance_type"]), into.values);
});

/** foxglove_msgs/LocationFix: a stamp and a frame without a header around them. */
const locationFixBinary =
  (kind: "cdr" | "ros1"): Take =>
  (data, into) => {
    const w = new Words(data, kind);
    into.stampUs = stampOf(w.u32(), w.u32());
    w.text();
    fix(0, w.f64(), w.f64(), w.f64(), into.values);
    into.values.delete("gnss.fix");
    const covariance = w.f64s(9);
    accuracy(covariance, w.i8(), into.values);
  };

/** Field numbers of foxglove.LocationFix (foxglove/foxglove-sdk, LocationFix.proto). */
const locationFixProto: Take = (data, into) => {
  let [lat, lon, alt, speed, course, type] = [Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN, 0];
  const covariance: number[] = [];
  eachField(data, (field, value) => {
    if (typeof value !== "number") {
      if (field === 6) into.stampUs = stampProto(value);
      else if (field === 4) covariance.push(...packedDoubles(value));
    } else if (field === 1) lat = value;
    else if (field === 2) lon = value;
    else if (field === 3) alt = value;
    else if (field === 4) covariance.push(value);
    else if (field === 5) type = value;
    else if (field === 12) speed = value;
    else if (field === 13) course = value;
  });
  // a 0 is not sent
  if (Number.isNaN(lat) && Number.isNaN(lon)) return;
  fix(0, lat || 0, lon || 0, alt || 0, into.values);
  into.values.delete("gnss.fix");
  motion(speed, course, into.values);
  accuracy(covariance, type, into.values);
};

function stampProto(bytes: Uint8Array): number {
  let [s, ns] = [0, 0];
  eachField(bytes, (field, value) => {
    if (typeof value !== "number") return;
    if (field === 1) s = value;
    else if (field === 2) ns = value;
  });
  return stampOf(s, ns);
}

function motion(speed: number, course: number, values: Map<string, number>): void {
  const turn = 2 * Math.PI;
  if (Number.isFinite(speed)) values.set("gnss.speed", speed);
  if (Number.isFinite(course)) values.set("gnss.course", ((course % turn) + turn) % turn);
}

const navSatJson = json((m, into) => {
  into.stampUs = stampJson(object(m["header"])["stamp"]);
  fix(
    number(object(m["status"])["status"] ?? 0),
    number(m["latitude"]),
    number(m["longitude"]),
    number(m["altitude"]),
    into.values,
  );
  accuracy(list(m["position_covariance"]), number(m["position_covariance_type"]), into.values);
});

const imuJson = json((m, into) => {
  into.stampUs = stampJson(object(m["header"])["stamp"]);
  const known = (covariance: unknown) => list(covariance)[0] !== -1;
  const q = object(m["orientation"]);
  imu(
    known(m["orientation_covariance"]) ? { ...vector(q), w: number(q["w"]) } : undefined,
    known(m["angular_velocity_covariance"]) ? vector(m["angular_velocity"]) : undefined,
    known(m["linear_acceleration_covariance"]) ? vector(m["linear_acceleration"]) : undefined,
    into.values,
  );
});

/** What is to be said about the values of a schema. */
export const remarkOn = (schema: string): string | undefined =>
  schema.endsWith("/NavSatFix")
    ? "altitudes of NavSatFix count from the ellipsoid, not from the sea, where the driver keeps to its definition"
    : undefined;

/** Topics of other programs that hold positions and motion, by schema and encoding. */
export function takerOf(schema: string, encoding: string): Take | undefined {
  const kind = encoding === "cdr" || encoding === "ros1" ? encoding : undefined;
  switch (schema) {
    case "foxglove.LocationFix":
    case "foxglove_msgs/msg/LocationFix":
    case "foxglove_msgs/LocationFix":
      return encoding === "json"
        ? locationFix
        : encoding === "protobuf"
          ? locationFixProto
          : kind && locationFixBinary(kind);
    case "sensor_msgs/msg/NavSatFix":
    case "sensor_msgs/NavSatFix":
      return encoding === "json" ? navSatJson : kind && navSatFix(kind);
    case "sensor_msgs/msg/Imu":
    case "sensor_msgs/Imu":
      return encoding === "json" ? imuJson : kind && imuBinary(kind);
    default:
      return undefined;
  }
}

export const fieldFor = (id: string): FieldSpec => ownColumn(id).field;
