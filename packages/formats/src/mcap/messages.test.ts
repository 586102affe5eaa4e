import { describe, expect, it } from "vitest";
import { type Taken, takerOf } from "./messages.ts";

const T0_S = Date.UTC(2026, 4, 28, 13, 34) / 1000;
const json = (x: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(x));
function take(schema: string, encoding: string, data: Uint8Array): Taken {
  const taken: Taken = { stampUs: Number.NaN, values: new Map() };
  takerOf(schema, encoding)!(data, taken);
  return taken;
}

/** foxglove_msgs/LocationFix laid out by hand: stamp, frame "gps", position, covariance, its type. */
function location(kind: "cdr" | "ros1"): Uint8Array {
  const base = kind === "cdr" ? 4 : 0;
  // the text ends at 16 with its zero (CDR), or at 15 without one; CDR then aligns to 8
  const frame = kind === "cdr" ? "gps\0" : "gps";
  const at = base + 12 + frame.length;
  const b = new Uint8Array(at + 12 * 8 + 1);
  const v = new DataView(b.buffer);
  if (kind === "cdr") b[1] = 1;
  v.setUint32(base, T0_S, true);
  v.setUint32(base + 4, 250_000_000, true);
  v.setUint32(base + 8, frame.length, true);
  b.set(new TextEncoder().encode(frame), base + 12);
  [50.5, 4.75, 100, 1, 0, 0, 0, 1, 0, 0, 0, 4].forEach((x, i) => {
    v.setFloat64(at + 8 * i, x, true);
  });
  b[at + 96] = 2;
  return b;
}

const fix = (status: number, more: object = {}) =>
  json({
    header: { stamp: { sec: T0_S, nanosec: 5e8 } },
    status: { status },
    latitude: 50.5,
    longitude: 4.75,
    altitude: 100,
    position_covariance: [4, 0, 0, 0, 4, 0, 0, 0, 9],
    position_covariance_type: 2,
    ...more,
  });

describe("messages of foreign topics", () => {
  it.each([
    ["foxglove_msgs/msg/LocationFix", "cdr"],
    ["foxglove_msgs/LocationFix", "ros1"],
  ] as const)("reads %s as %s", (schema, kind) => {
    const { stampUs, values } = take(schema, kind, location(kind));
    expect(stampUs).toBe(T0_S * 1e6 + 250_000);
    expect(Object.fromEntries(values)).toEqual({
      "gnss.lat": 50.5,
      "gnss.lon": 4.75,
      "gnss.alt": 100,
      "gnss.hAcc": 1,
      "gnss.vAcc": 2,
    });
  });

  it("keeps a position whose status was never set, and gives none without a fix", () => {
    const values = (status: number, more?: object) =>
      Object.fromEntries(take("sensor_msgs/msg/NavSatFix", "json", fix(status, more)).values);
    expect(values(0)).toMatchObject({ "gnss.fix": 3, "gnss.lat": 50.5, "gnss.hAcc": 2, "gnss.vAcc": 3 });
    expect(values(-2)).toMatchObject({ "gnss.lat": 50.5, "gnss.hAcc": 2 });
    expect(values(-2)).not.toHaveProperty(["gnss.fix"]);
    expect(values(-2, { latitude: 0, longitude: 0 })).toEqual({ "gnss.fix": 0 });
    expect(values(-1)).toEqual({ "gnss.fix": 0 });
  });

  it("takes no accuracy of 0 from a covariance that nobody filled in", () => {
    const { values } = take(
      "sensor_msgs/msg/NavSatFix",
      "json",
      fix(0, { position_covariance: new Array(9).fill(0) }),
    );
    expect([...values.keys()]).toEqual(["gnss.fix", "gnss.lat", "gnss.lon", "gnss.alt"]);
  });

  it.each([
    ["ROS 2", { sec: T0_S, nanosec: 5e8 }],
    ["Foxglove", { sec: T0_S, nsec: 5e8 }],
    ["ROS 1", { secs: T0_S, nsecs: 5e8 }],
    ["Protobuf's JSON", "2026-05-28T13:34:00.500Z"],
  ])("reads stamps as %s writes them", (_, stamp) => {
    const half = T0_S * 1e6 + 500_000;
    expect(take("sensor_msgs/NavSatFix", "json", fix(0, { header: { stamp } })).stampUs).toBe(half);
    const loc = json({ timestamp: stamp, latitude: 1, longitude: 2 });
    expect(take("foxglove.LocationFix", "json", loc).stampUs).toBe(half);
  });
});
