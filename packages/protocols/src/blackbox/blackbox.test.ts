import { Reading } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { decodeAll, describeProtocol } from "../testing/protocol.contract.ts";
import { BLACKBOX_PACKETS, blackbox, encodeBlackbox } from "./index.ts";

const rowOf = (version: number): Float64Array => {
  const packet = BLACKBOX_PACKETS[version]!;
  const row = new Reading(packet.spec).values.fill(0);
  packet.spec.fields.forEach((f, i) => {
    row[i] =
      f.name === "gpsValid"
        ? 1
        : f.name === "timestampMs"
          ? 123_456
          : f.name === "vehicle.mode"
            ? 5
            : (i + 1) / 8;
  });
  return row;
};

describeProtocol(blackbox, {
  samples: () => BLACKBOX_PACKETS.map((p) => encodeBlackbox(p, rowOf(p.version))),
});

/** A version 4 packet laid out by hand from the table of offsets, independent of the layout under test. */
function handmadeV4(): Uint8Array {
  const b = new Uint8Array(82);
  const v = new DataView(b.buffer);
  v.setUint8(0, 4);
  b.set([0x55, 0xaa], 1);
  v.setUint32(3, 5000, true);
  v.setFloat32(7, -2.5, true);
  v.setFloat32(11, 3.5, true);
  v.setFloat32(19, -0.25, true);
  v.setFloat32(51, 72, true);
  v.setFloat32(55, 1.5, true);
  v.setUint8(59, 6);
  v.setFloat32(60, 31.078125, true);
  v.setFloat32(64, 121.125, true);
  v.setUint8(68, 1);
  v.setFloat32(69, Math.PI / 2, true);
  v.setUint32(73, 65_432, true);
  v.setUint16(77, 5, true);
  v.setUint8(79, 12);
  v.setUint16(80, b.subarray(0, 80).reduce((s, x) => s + x, 0) & 0xffff, true);
  return b;
}

describe("blackbox", () => {
  it("has the published packet sizes", () => {
    expect(BLACKBOX_PACKETS.map((p) => p.byteLength)).toEqual([66, 67, 74, 78, 82]);
  });

  it("reads a version 4 packet laid out by hand, signs turned to ISO 8855", () => {
    const { messages, stats } = decodeAll(blackbox, [handmadeV4()]);
    expect(stats).toMatchObject({ frames: 1, messages: 1, bad: 0, skippedBytes: 0 });
    expect(messages[0]).toMatchObject({ tUs: null, bootUs: 5_000_000, message: "blackbox.v4" });
    expect(messages[0]!.values).toMatchObject({
      "vehicle.aLong": 2.5,
      "vehicle.aLat": -3.5,
      "vehicle.yawRate": -0.25,
      "vehicle.speed": 20,
      "vehicle.sigma": 1.5,
      "vehicle.mode": 6,
      "gnss.lat": 31.078125,
      "gnss.lon": 121.125,
      "lap.time": 65.432,
      "lap.number": 5,
    });
    expect(messages[0]!.values["gnss.course"]).toBeCloseTo(Math.PI / 2, 6);
  });

  it("leaves the position out while the fix is not valid", () => {
    const row = rowOf(1);
    row[BLACKBOX_PACKETS[1]!.spec.fields.findIndex((f) => f.name === "gpsValid")] = 0;
    const { messages } = decodeAll(blackbox, [encodeBlackbox(BLACKBOX_PACKETS[1]!, row)]);
    expect(Object.keys(messages[0]!.values)).not.toContain("gnss.lat");
  });

  it("drops and counts values that are not finite, and keeps the rest", () => {
    const row = rowOf(1);
    row[BLACKBOX_PACKETS[1]!.spec.fields.findIndex((f) => f.name === "vehicle.speed")] =
      Number.POSITIVE_INFINITY;
    const { messages, problems } = decodeAll(blackbox, [encodeBlackbox(BLACKBOX_PACKETS[1]!, row)]);
    expect(problems).toMatchObject([{ code: "out-of-range", offset: 51 }]);
    expect(Object.keys(messages[0]!.values)).not.toContain("vehicle.speed");
    expect(messages[0]!.values["vehicle.mode"]).toBe(5);
  });

  it("finds the next packet after a damaged one", () => {
    const good = encodeBlackbox(BLACKBOX_PACKETS[4]!, rowOf(4));
    const bad = good.slice();
    bad[20]! ^= 0xff;
    const { messages, stats } = decodeAll(blackbox, [bad, good]);
    expect(messages).toHaveLength(1);
    expect(stats).toMatchObject({
      frames: 1,
      bad: 1,
      skippedBytes: 82,
      reasons: { "bad-checksum": 1, skipped: 1 },
    });
  });

  it("carries the boot time across the wrap of its 32-bit milliseconds", () => {
    const at = (ms: number) => {
      const row = rowOf(4);
      row[0] = ms;
      return encodeBlackbox(BLACKBOX_PACKETS[4]!, row);
    };
    const { messages } = decodeAll(blackbox, [at(2 ** 32 - 20), at(13)]);
    expect(messages[1]!.bootUs! - messages[0]!.bootUs!).toBe(33_000);
  });
});
