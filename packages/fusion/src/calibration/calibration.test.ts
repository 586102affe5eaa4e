import { describe, expect, it } from "vitest";
import { Random } from "../testing/random.ts";
import { Magnetometer } from "./magnetometer.ts";
import { StationaryStart } from "./stationary-start.ts";
import { WheelScale } from "./wheel-scale.ts";

describe("stationary start", () => {
  const feed = (c: StationaryStart, n: number, sample: (i: number) => readonly number[]): void => {
    for (let i = 0; i < n && c.state === "running"; i++) c.push(i / 200, new Float64Array(sample(i)), 0);
  };
  const random = new Random(5);
  const noisy = (v: readonly number[]) => (): readonly number[] =>
    v.map((x) => x + 0.05 * random.normal() * (x > 5 ? 1 : 0.1));
  const REST = [0.3, -0.2, 9.78, 0.01, -0.02, 0.015];

  it("measures the mean force and rates of a vehicle at rest", () => {
    const c = new StationaryStart();
    c.begin();
    expect(c.progress).toBe(0);
    feed(c, 1000, noisy(REST));
    expect(c.state).toBe("done");
    expect(c.progress).toBe(1);
    REST.forEach((v, i) => {
      expect(c.mean[i]).toBeCloseTo(v, 2);
    });
  });

  it("takes as many samples and as long as it is told", () => {
    const c = new StationaryStart();
    c.begin({ samples: 20, durationS: 2 });
    feed(c, 300, noisy(REST));
    expect(c.state).toBe("running");
    feed(c, 1000, noisy(REST));
    expect(c.state).toBe("done");
    expect(() => c.begin({ samples: 0, durationS: 1 })).toThrow(RangeError);
  });

  it.each([
    ["starts to move", (i: number) => [i > 80 ? 1.5 : 0.3, -0.2, 9.78, 0.01, -0.02, 0.015]],
    ["turns", () => [0.3, -0.2, 9.78, 0.01, -0.02, 0.3]],
    ["is being carried", (i: number) => [0.3, -0.2, 9.78 + 3 * Math.sin(i / 5), 0.01, -0.02, 0.015]],
    ["is not upright or weighs nothing", () => [0, 0, 0.5, 0, 0, 0]],
  ])("refuses a vehicle that %s", (_, sample) => {
    const c = new StationaryStart();
    c.begin();
    feed(c, 1000, sample);
    expect(c.state).toBe("moved");
  });
});

describe("magnetometer", () => {
  const drive = (m: Magnetometer, sensorOf: (yaw: number) => number, trusted = true): void => {
    for (let k = 0; k < 200; k++) {
      const yaw = 2 * Math.sin(k / 30);
      m.learn(sensorOf(yaw), yaw, trusted);
    }
  };

  it.each([
    ["counts as we do", 1],
    ["counts clockwise", -1],
  ])("finds sense and offset of a sensor that %s", (_, sense) => {
    const m = new Magnetometer();
    drive(m, (yaw) => sense * (yaw - 2.5));
    expect(m.sense).toBe(sense);
    expect(m.confidence).toBe(1);
    expect(m.yaw(sense * (0.7 - 2.5))).toBeCloseTo(0.7, 6);
  });

  it("says nothing before it has turned, when nobody trusts the yaw, and of a sensor that follows nothing", () => {
    const straight = new Magnetometer();
    for (let k = 0; k < 200; k++) straight.learn(1, 2, true);
    expect(straight.yaw(1)).toBeNaN();
    const untrusted = new Magnetometer();
    drive(untrusted, (yaw) => yaw, false);
    expect(untrusted.yaw(1)).toBeNaN();
    const dead = new Magnetometer();
    drive(dead, () => 1);
    expect(dead.yaw(1)).toBeNaN();
  });
});

describe("wheel scale", () => {
  it("is found from GNSS and says how well it is known", () => {
    const w = new WheelScale();
    const random = new Random(2);
    for (let k = 0; k < 600; k++) {
      const true_ = 12 + 3 * Math.sin(k / 40);
      const wheel = (true_ / 1.037) * w.scale;
      w.gnssSpeed(k / 10, true_ + 0.1 * random.normal(), 0.1, wheel);
    }
    expect(w.scale).toBeCloseTo(1.037, 3);
    expect(w.sigma).toBeLessThan(0.003);
  });

  it("is not moved by a spinning wheel", () => {
    const w = new WheelScale();
    for (let k = 0; k < 100; k++) w.gnssSpeed(k / 10, 10, 0.1, 10 * w.scale);
    for (let k = 100; k < 200; k++) w.gnssSpeed(k / 10, 10, 0.1, 16 * w.scale);
    expect(w.scale).toBeCloseTo(1, 2);
  });
});
