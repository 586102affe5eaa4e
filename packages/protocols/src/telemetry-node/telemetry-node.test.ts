import { type PlainMessage, Reading } from "@pitwall/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concat, decodeAll, describeProtocol } from "../testing/protocol.contract.ts";
import { checkReadme, protocolTables } from "../testing/readme.ts";
import { CommandTimeout, Decimator, ServerLink, telemetryNode } from "./index.ts";

/** A packet laid out by hand from the SDK's pack functions; checksum 0xFF minus the sum. */
function packet(meta: number, data: (v: DataView) => void, lead = 0xf0, total = 0xff): Uint8Array {
  const b = new Uint8Array(16);
  data(new DataView(b.buffer));
  b[0] = lead;
  b[14] = meta;
  b[15] = (total - b.subarray(0, 15).reduce((s, x) => s + x, 0)) & 0xff;
  return b;
}
const floats =
  (...x: number[]) =>
  (v: DataView) =>
    x.forEach((f, i) => {
      v.setFloat32(1 + 4 * i, f, true);
    });

const alltrax = packet(0x00, (v) => {
  v.setUint16(1, 620, true);
  v.setUint16(3, 480, true);
  v.setUint16(5, 120, true);
  v.setUint16(7, 60, true);
  v.setUint8(9, 127);
  v.setUint8(10, 0b0010_0010);
});
const vesc = packet(0x10, (v) => {
  v.setUint16(1, 600, true);
  v.setUint16(3, 500, true);
  v.setUint8(10, 0x20);
});
const motor = packet(0x20, (v) => {
  v.setFloat32(1, 61.5, true);
  v.setUint32(5, 2900, true);
  v.setUint32(9, 1450, true);
});
const battery = packet(0x30, floats(50.25, 30.5, 1532.625));
const batteryState = packet(0x31, floats(95, 12.5, 87.5));
const attitude = packet(0x40, (v) => {
  floats(10, -5)(v);
  v.setUint8(9, 1);
});
const position = packet(0x41, (v) => {
  floats(43.125, -77.625, 10)(v);
  v.setUint8(13, 64);
});
const throttle = packet(0x50, (v) => {
  v.setUint16(1, 102, true);
  v.setUint8(3, 1);
  v.setUint8(4, 2);
  v.setUint8(5, 3);
});
const solar = packet(0x60, floats(1.5, 2.25, 3.75));
const nodeToServer = [alltrax, vesc, motor, battery, batteryState, attitude, position, throttle, solar];
const command = packet(
  0x00,
  (v) => {
    v.setUint16(1, 51, true);
    v.setUint8(3, 1);
  },
  0x50,
);

describeProtocol(telemetryNode, { samples: () => [...nodeToServer, command] });
describeProtocol(telemetryNode, {
  samples: () => [
    new Uint8Array([0x69, 0x69, 0x69, 4]),
    packet(0, (v) => {
      floats(1, 2)(v);
      v.setUint8(9, 1);
      v.setUint8(10, 9);
      v.setUint8(11, 128);
    }),
    packet(1, (v) => {
      floats(43.125, -77.625, 12)(v);
      v.setUint8(13, 1);
    }),
  ],
  options: { dialect: "stateful", device: 4 },
});
describeProtocol(telemetryNode, {
  samples: () => [
    packet(
      0,
      (v) => {
        floats(43.125, -77.625)(v);
        v.setUint32(9, 1_520_000_000, true);
        v.setUint8(13, 9);
      },
      4,
    ),
    packet(
      1,
      (v) => {
        v.setFloat32(1, 8, true);
        v.setUint8(5, 32);
      },
      4,
    ),
  ],
  options: { gps: "readme", lead: "device" },
});

const one = (bytes: Uint8Array, options = {}): PlainMessage["values"] => {
  const { messages, problems } = decodeAll(telemetryNode, [bytes], options);
  expect(problems).toEqual([]);
  return messages[0]!.values;
};

describe("telemetry-node", () => {
  checkReadme(new URL("./README.md", import.meta.url), protocolTables([telemetryNode]));

  it("reads an Alltrax packet by the SDK's own scales", () => {
    const v = one(alltrax);
    expect(v["controller.temp"]).toBeCloseTo((620 - 559) / 2.048, 9);
    expect(v["battery.voltage"]).toBeCloseTo(49.2, 9);
    expect(v).toMatchObject({ "motor.current": 120, "battery.current": 60, "controller.fault": 0x22 });
    expect(v["motor.duty"]).toBeCloseTo(127 / 255, 12);
  });

  it("reads the other boards", () => {
    const { messages } = decodeAll(telemetryNode, nodeToServer);
    const of = (name: string) => messages.find((m) => m.message === `telemetry-node.${name}`)!.values;
    expect(of("motor")).toEqual({ "motor.temp": 61.5, "motor.rpm": 2900, propellerRpm: 1450 });
    expect(of("battery")).toEqual({
      "battery.voltage": 50.25,
      "battery.current": 30.5,
      "battery.power": 1532.625,
    });
    expect(of("battery-state")).toEqual({ timeRemaining: 95, consumed: 12.5, "battery.soc": 0.875 });
    expect(of("attitude")["imu.pitch"]).toBeCloseTo(Math.PI / 18, 9);
    expect(of("position")).toMatchObject({ "gnss.lat": 43.125, "gnss.lon": -77.625 });
    expect(of("position")["gnss.speed"]).toBeCloseTo(5.14444, 5);
    expect(of("position")["gnss.course"]).toBeCloseTo((64 / 255) * 2 * Math.PI, 9);
    expect(of("throttle")).toEqual({ "driver.throttle": 0.4, enable: 1, mode: 2, config: 3 });
    expect(of("solar")).toEqual({ solarCurrent1: 1.5, solarCurrent2: 2.25, "solar.current": 3.75 });
  });

  it("tells the battery board whose firmware sends 0 for its device from an Alltrax", () => {
    expect(one(packet(0x00, floats(50.25, 30.5, 1532.625)))).toMatchObject({ "battery.power": 1532.625 });
    expect(one(packet(0x00, floats(48.5, 0, 0)))).toMatchObject({ "battery.voltage": 48.5 });
    expect(one(packet(0x01, floats(95, 12.5, 50)))).toMatchObject({ "battery.soc": 0.5 });
    expect(one(packet(0x00, floats(50.25, 30.5, 1532.625)), { zeroDevice: "alltrax" })).toHaveProperty(
      "motor.duty",
    );
  });

  it("leaves out what a board without a sensor or a fix sends", () => {
    expect(one(packet(0x20, floats(Number.NaN)))).toEqual({ "motor.rpm": 0, propellerRpm: 0 });
    expect(one(packet(0x00, () => {}))).not.toHaveProperty("controller.temp");
    const noFix = packet(0x40, floats(1, 2));
    const stale = packet(0x41, floats(43.125, -77.625, 3));
    const { messages } = decodeAll(telemetryNode, [noFix, stale]);
    expect(messages[1]!.values).toEqual({});
    expect(one(packet(0x41, floats(0, 0, 3)))).not.toHaveProperty("gnss.lat");
  });

  it("keeps positions on the equator and on the Greenwich meridian", () => {
    expect(one(packet(0x41, floats(0, 12.5, 3)))).toMatchObject({ "gnss.lat": 0, "gnss.lon": 12.5 });
    expect(one(packet(0x41, floats(51.5, 0, 3)))).toMatchObject({ "gnss.lat": 51.5, "gnss.lon": 0 });
  });

  it("counts a float that is infinite or no latitude, and leaves it out", () => {
    const bytes = packet(0x41, floats(200, -77.625, Number.POSITIVE_INFINITY));
    const { messages, problems } = decodeAll(telemetryNode, [alltrax, bytes]);
    expect(Object.keys(messages[1]!.values)).toEqual(["gnss.lon", "gnss.course"]);
    expect(problems).toMatchObject([
      { code: "out-of-range", offset: 17 },
      { code: "out-of-range", offset: 25 },
    ]);
  });

  it("drops one byte after a bad checksum and finds the packet that starts inside", () => {
    const { messages, stats } = decodeAll(telemetryNode, [
      concat([new Uint8Array([0xf0, 1, 2, 3]), motor, solar]),
    ]);
    expect(messages.map((m) => m.message)).toEqual(["telemetry-node.motor", "telemetry-node.solar"]);
    expect(stats).toMatchObject({ bad: 1, skippedBytes: 4, reasons: { "bad-checksum": 1 } });
  });

  it("takes 0xF0 bytes inside a packet for data", () => {
    const full = packet(0x20, (v) => {
      v.setUint32(5, 0xf0f0, true);
      v.setUint32(9, 0xf0, true);
    });
    const { messages, stats } = decodeAll(telemetryNode, [full, full]);
    expect(messages.map((m) => m.values["motor.rpm"])).toEqual([0xf0f0, 0xf0f0]);
    expect(stats.bad).toBe(0);
  });

  it("knows both readings of the checksum, and by default only the one in use", () => {
    const zeroSum = packet(0x20, floats(20), 0xf0, 0x100);
    expect(zeroSum.reduce((s, x) => s + x, 0) & 0xff).toBe(0);
    expect(decodeAll(telemetryNode, [zeroSum]).messages).toEqual([]);
    expect(one(zeroSum, { checksum: "00" })).toMatchObject({ "motor.temp": 20 });
    expect(one(zeroSum, { checksum: "either" })).toMatchObject({ "motor.temp": 20 });
    expect(one(motor, { checksum: "either" })).toMatchObject({ "motor.temp": 61.5 });
    expect(decodeAll(telemetryNode, [motor], { checksum: "00" }).messages).toEqual([]);
  });

  it("reads commands with either header", () => {
    expect(one(command)).toEqual({ throttle: 0.2, enable: 1 });
    const f0 = command.slice();
    f0[0] = 0xf0;
    f0[15] = (f0[15]! - 0xa0) & 0xff;
    expect(one(f0, { direction: "to-node" })).toEqual({ throttle: 0.2, enable: 1 });
    const encoder = telemetryNode.createEncoder!({ direction: "to-node" });
    const bytes = encoder.encode({
      tUs: null,
      message: "telemetry-node.command",
      values: { throttle: 0.2, enable: 1 },
    });
    expect([...bytes]).toEqual([...f0]);
  });

  it("reads the README's GPS packets, with its time in seconds or in wrapped milliseconds", () => {
    const at = (raw: number) =>
      packet(0x40, (v) => {
        floats(43.125, -77.625)(v);
        v.setUint32(9, raw, true);
        v.setUint8(13, 7);
      });
    const seconds = decodeAll(telemetryNode, [at(1_528_000_000)], { gps: "readme" });
    expect(seconds.messages[0]).toMatchObject({ tUs: 1_528_000_000_000_000, values: { "gnss.sats": 7 } });
    const epochMs = 1_528_000_123_456;
    const got: number[] = [];
    const decoder = telemetryNode.createDecoder(
      { onReading: (r) => got.push(r.tUs) },
      { gps: "readme", epoch: "ms" },
    );
    decoder.push(at(epochMs % 2 ** 32), (epochMs + 900) * 1000);
    decoder.push(at(epochMs % 2 ** 32));
    expect(got).toEqual([epochMs * 1000, Number.NaN]);
  });

  it("follows the stateful handshake, and says so where it was not recorded", () => {
    const body = packet(0, floats(61.5));
    const options = { dialect: "stateful" };
    const joined = decodeAll(telemetryNode, [new Uint8Array([0x69, 0x68, 2, 0x67]), body], options);
    expect(joined.messages.map((m) => m.message)).toEqual(["telemetry-node.hello", "telemetry-node.motor"]);
    const late = decodeAll(telemetryNode, [body], options);
    expect(late.problems).toMatchObject([{ code: "out-of-sequence", offset: 0 }]);
    expect(one(body, { dialect: "stateful", device: 2 })).toMatchObject({ "motor.temp": 61.5 });
  });
});

describe("CommandTimeout", () => {
  it("holds a command for 500 ms, then demands nothing", () => {
    const c = new CommandTimeout();
    expect(c.throttle(0)).toBe(0);
    c.accept(0.75, 1, 1_000_000);
    expect([c.throttle(1_499_999), c.enable(1_499_999)]).toEqual([0.75, 1]);
    expect([c.throttle(1_500_000), c.enable(1_500_000)]).toEqual([0, 0]);
    c.accept(0.5, 1, 2_000_000);
    expect(c.throttle(2_000_000)).toBe(0.5);
  });

  it("demands nothing when its clock steps back or a value is not a number", () => {
    const c = new CommandTimeout();
    c.accept(0.75, 1, 1_000_000);
    expect(c.throttle(999_999)).toBe(0);
    c.accept(Number.NaN, Number.NaN, 1_000_000);
    expect([c.throttle(1_000_000), c.enable(1_000_000)]).toEqual([0, 0]);
  });
});

describe("Decimator", () => {
  const spec = telemetryNode.messages.find((m) => m.name === "telemetry-node.alltrax")!;
  const faultAt = spec.fields.findIndex((f) => f.name === "controller.fault");

  it("keeps one reading a slot, the same ones wherever the recording starts", () => {
    fc.assert(
      fc.property(fc.nat(50), (skip) => {
        const times = Array.from({ length: 100 }, (_, i) => i * 100_000);
        const kept = (from: number) => {
          const d = new Decimator(1_000_000);
          const r = new Reading(spec);
          return times.slice(from).filter((t) => d.keep(r, t));
        };
        expect(kept(skip).slice(1)).toEqual(kept(0).filter((t) => t > kept(skip)[0]!));
        expect(kept(0)).toEqual(times.filter((t) => t % 1_000_000 === 0));
      }),
    );
  });

  it("never drops a change of the fault code", () => {
    const d = new Decimator(1_000_000);
    const r = new Reading(spec);
    const faults = [0, 0, 32, 32, 0, 0];
    const kept = faults.map((f, i) => {
      r.values[faultAt] = f;
      return d.keep(r, i * 100_000);
    });
    expect(kept).toEqual([true, false, true, false, true, false]);
  });
});

describe("ServerLink", () => {
  it("answers the handshake and beats every 250 ms", () => {
    const link = new ServerLink();
    expect(link.receive(0x00, 0)).toBe(-1);
    expect(link.receive(0x69, 0)).toBe(0x68);
    expect(link.receive(2, 50_000)).toBe(0x67);
    expect([link.state, link.device]).toEqual(["connected", 2]);
    expect(link.isHeartbeatDue(299_999)).toBe(false);
    expect(link.isHeartbeatDue(300_000)).toBe(true);
    expect(link.isHeartbeatDue(300_001)).toBe(false);
  });

  it("greets again when the node starts over, and forgets a greeting after 100 ms", () => {
    const link = new ServerLink();
    link.receive(0x69, 0);
    expect(link.receive(0x69, 10)).toBe(0x68);
    expect(link.receive(3, 100_011)).toBe(-1);
    expect(link.state).toBe("unconnected");
  });

  it("ends after 1000 ms of silence and drops a packet whose body is late", () => {
    const link = new ServerLink();
    link.receive(0x69, 0);
    link.receive(0, 0);
    link.receive(0xf0, 500_000);
    link.receive(0xf0, 520_000);
    expect(link.dropped).toBe(1);
    expect(link.isHeartbeatDue(1_520_000)).toBe(true);
    expect(link.isHeartbeatDue(1_520_001)).toBe(false);
    expect([link.state, link.device]).toEqual(["unconnected", -1]);
  });
});
