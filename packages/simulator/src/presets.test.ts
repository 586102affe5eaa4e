import { type PlainMessage, toPlain } from "@pitwall/core";
import { findProtocol } from "@pitwall/protocols";
import { describe, expect, it } from "vitest";
import { parseFaults } from "./faults.ts";
import { GNSS_10HZ, GNSS_25HZ, type GnssModel, GnssSensor } from "./sensors.ts";
import { blackboxSource, jsonSource } from "./sources/displays.ts";
import { equipmentOf, sourcesOf } from "./sources/equipment.ts";
import { oval } from "./testing/oval.ts";
import { metresPerDegree } from "./track.ts";
import { createTruth, Trajectory } from "./trajectory.ts";
import { type SimFrame, SimUnit, type SourceSpec } from "./unit.ts";
import { VEHICLES, type VehicleName } from "./vehicles.ts";

const START_US = Date.UTC(2026, 4, 28, 13, 34) * 1000;
const NAMES = Object.keys(VEHICLES) as VehicleName[];

type Heard = { readonly tS: number; readonly message: PlainMessage };

/** Lets a vehicle drive and decodes what its sources said, by source. */
function drive(
  name: VehicleName,
  sources: readonly SourceSpec[],
  options: {
    readonly faults?: string;
    readonly startUs?: number;
    readonly gnss?: GnssModel;
    readonly untilS?: number;
  } = {},
) {
  const trajectory = new Trajectory(oval(), VEHICLES[name], { seed: 4, laps: 2, driverNoise: 1 });
  const unit = new SimUnit(trajectory, sources, {
    seed: 4,
    name,
    startUs: options.startUs ?? START_US,
    gnss: options.gnss ?? GNSS_25HZ,
    faults: parseFaults(options.faults ?? ""),
  });
  const heard: Heard[] = [];
  const problems: string[] = [];
  let tS = 0;
  const decoders = sources.map((s) =>
    findProtocol(s.protocol)!.createDecoder({
      onReading: (r) => void (r.message.part || heard.push({ tS, message: toPlain(r) })),
      onProblem: (p) => void problems.push(`${s.protocol}: ${p.reason}`),
    }),
  );
  const untilS = Math.min(trajectory.durationS, options.untilS ?? 60);
  while (unit.nextS < untilS) {
    unit.step((frame) => {
      tS = frame.atUs / 1e6 - sources[frame.source]!.latencyS;
      decoders[frame.source]!.push(frame.bytes, frame.atUs);
    });
  }
  for (const d of decoders) d.end();
  return { heard, problems, unit, trajectory };
}

const quantity = (h: Heard, name: string): number =>
  (h.message.values[name] as number | undefined) ?? Number.NaN;

describe("bytes of a vehicle", () => {
  it.each(NAMES)("of the %s decode again to where it was and how fast", (name) => {
    const gnss = name === "car" || name === "kart" ? GNSS_25HZ : GNSS_10HZ;
    const { heard, problems, unit, trajectory } = drive(name, sourcesOf(name, gnss), { gnss });
    expect(problems).toEqual([]);
    const { reference } = trajectory.track;
    const phi = (reference.lat * Math.PI) / 180;
    const scale = metresPerDegree(Math.cos(phi), Math.sin(phi));
    const truth = createTruth();
    const messages = new Set(heard.map((h) => h.message.message));
    let fixes = 0;
    let moving = 0;
    for (const h of heard) {
      const lat = quantity(h, "gnss.lat");
      if (Number.isNaN(lat)) continue;
      // a joined fix comes out when the next begins: its own time says what it is valid for
      const tS = h.message.tUs === null ? h.tS : (h.message.tUs - START_US) / 1e6;
      trajectory.at(tS, truth);
      const x = (quantity(h, "gnss.lon") - reference.lon) * scale.lon;
      const y = (lat - reference.lat) * scale.lat;
      // times on these wires have milliseconds, some only hundredths
      const blur = 0.01 * truth.speedMps;
      expect(Math.hypot(x - truth.x, y - truth.y)).toBeLessThan(
        5 * Math.hypot(gnss.slowM, gnss.whiteM) + blur,
      );
      const speed = quantity(h, "gnss.speed");
      if (Number.isFinite(speed)) expect(Math.abs(speed - truth.speedMps)).toBeLessThan(0.5);
      const course = quantity(h, "gnss.course");
      if (truth.speedMps > 4 && Number.isFinite(course)) {
        const off = course - Math.PI / 2 + truth.yawRad;
        expect(Math.abs(Math.atan2(Math.sin(off), Math.cos(off)))).toBeLessThan(0.12);
        moving++;
      }
      fixes++;
    }
    expect(fixes).toBeGreaterThan(200);
    expect(moving).toBeGreaterThan(100);
    // what moves the vehicle, by the vehicle's own figures
    const v = VEHICLES[name];
    for (const h of heard) {
      trajectory.at(h.tS, truth);
      const erpm = quantity(h, "motor.erpm");
      const turns = truth.speedMps * v.turnsPerM * 60;
      if (Number.isFinite(erpm)) expect(Math.abs(erpm / v.polePairs / v.gear - turns)).toBeLessThan(40);
      const wheel = quantity(h, "obd.speed");
      if (Number.isFinite(wheel)) expect(Math.abs(wheel - truth.speedMps)).toBeLessThan(1);
      const volts = quantity(h, "battery.voltage");
      if (Number.isFinite(volts)) expect(volts / v.battery!.cells).toSatisfy((c: number) => c > 3 && c < 4.3);
      const down = quantity(h, "imu.az");
      if (Number.isFinite(down)) expect(Math.abs(down - 9.81)).toBeLessThan(3.5);
      const yaw = quantity(h, "imu.gz");
      if (Number.isFinite(yaw)) expect(Math.abs(yaw - truth.yawRateRadps)).toBeLessThan(0.1);
    }
    for (const source of unit.sources)
      expect(
        [...messages].some((m) => findProtocol(source.protocol)!.messages.some((spec) => spec.name === m)),
        source.protocol,
      ).toBe(true);
  });

  it("of a Blackbox and of a kart's JSON say the same drive", () => {
    const { heard, problems, trajectory } = drive("kart", [blackboxSource(25), jsonSource(10)]);
    expect(problems).toEqual([]);
    const truth = createTruth();
    const seen = { "blackbox.v4": 0, "json.kart": 0 };
    for (const h of heard) {
      trajectory.at(h.tS, truth);
      const speed =
        h.message.message === "json.kart" ? quantity(h, "gnss.speed") : quantity(h, "vehicle.speed");
      expect(Math.abs(speed - truth.speedMps)).toBeLessThan(0.5);
      seen[h.message.message as keyof typeof seen]++;
    }
    expect(seen["blackbox.v4"]).toBeGreaterThan(1000);
    expect(seen["json.kart"]).toBeGreaterThan(400);
  });

  it("carry a sensor's NaN, which is counted and taken for not available, and nothing else is touched", () => {
    const { heard, problems, unit } = drive("kart", [blackboxSource(25)], { faults: "nan=10-12" });
    expect(problems).toEqual(Array.from({ length: 50 }, () => "blackbox: vehicle.speed = NaN"));
    const gone = heard.filter((h) => Number.isNaN(quantity(h, "vehicle.speed")));
    expect(gone).toHaveLength(unit.counts.nan);
    expect(unit.counts.nan).toBe(50);
    for (const h of gone) {
      expect(h.tS).toBeGreaterThan(9.999);
      expect(h.tS).toBeLessThan(12.001);
      expect(quantity(h, "gnss.lat")).toBeCloseTo(48, 1);
    }
  });
});

describe("what is said", () => {
  it.each(NAMES)("by a %s fits its protocol all round the course, whoever drives", (name) => {
    for (let seed = 0; seed < 3; seed++) {
      const trajectory = new Trajectory(oval(), VEHICLES[name], { seed, laps: 2, driverNoise: 1 });
      const gnss = GNSS_10HZ;
      const unit = new SimUnit(trajectory, sourcesOf(name, gnss, ["wt901"]), {
        seed,
        name,
        startUs: START_US,
        gnss,
      });
      while (Number.isFinite(unit.nextS)) unit.step(() => {});
      expect(unit.counts.unsaid).toBe(0);
    }
  });
});

describe("equipment", () => {
  const choices = NAMES.flatMap((name) => equipmentOf(name).map((protocol) => [name, protocol] as const));
  it.each(choices)("of a %s: %s speaks, and all it says is understood", (name, protocol) => {
    const sources = sourcesOf(name, GNSS_10HZ, [protocol]);
    expect(sources.filter((s) => s.protocol === protocol).length).toBeGreaterThan(0);
    const { heard, problems } = drive(name, sources, { gnss: GNSS_10HZ, untilS: 8 });
    expect(problems).toEqual([]);
    const said = findProtocol(protocol)!.messages.map((m) => m.name);
    expect(heard.filter((h) => said.includes(h.message.message)).length).toBeGreaterThan(7);
  });

  const batteries = equipmentOf("kart").filter((p) => /bms|jbd|daly|ant|jk/.test(p));
  it.each(batteries)("of a kart: %s tells of the same battery as every other", (protocol) => {
    const { heard } = drive("kart", sourcesOf("kart", GNSS_10HZ, [protocol]), { untilS: 20 });
    const last = (field: string) =>
      heard.findLast(
        (h) => Number.isFinite(quantity(h, field)) && !h.message.message.startsWith("vesc.status"),
      );
    const other = (field: string) =>
      heard.findLast(
        (h) => Number.isFinite(quantity(h, field)) && h.message.message.startsWith("vesc.status"),
      );
    const volts = quantity(last("battery.voltage")!, "battery.voltage");
    expect(Math.abs(volts - quantity(other("battery.voltage")!, "battery.voltage"))).toBeLessThan(2.5);
    expect(quantity(last("battery.soc")!, "battery.soc")).toBeCloseTo(0.97, 1);
    const cell = last("battery.cell.max") ?? last("battery.cell.16.voltage");
    const most = quantity(cell!, "battery.cell.max");
    expect(Number.isFinite(most) ? most : quantity(cell!, "battery.cell.16.voltage")).toBeCloseTo(
      volts / 16,
      1,
    );
    // full power at 20 s of the drive: a current that leaves the battery is positive, whoever says it
    const currents = heard.filter(
      (h) => !h.message.message.startsWith("vesc.status") && quantity(h, "battery.current") > 50,
    );
    expect(currents.length).toBeGreaterThan(2);
  });

  it("is refused where it does not fit, and names what does", () => {
    expect(() => sourcesOf("boat", GNSS_10HZ, ["obd2"])).toThrow(/boat has no obd2; it can have ubx nmea/);
    expect(() => sourcesOf("kart", GNSS_10HZ, ["jbd", "daly"])).toThrow(/both a battery/);
    expect(sourcesOf("kart", GNSS_10HZ, ["jbd", "vesc-uart"]).map((s) => s.protocol)).toEqual([
      "ubx",
      "wt901",
      "wt901",
      "vesc-uart",
      "jbd",
    ]);
  });
});

describe("a car's control unit", () => {
  it("says who it is and what is wrong with it, in answers of several frames", () => {
    const { heard } = drive("car", sourcesOf("car", GNSS_25HZ), { untilS: 20 });
    const of = (name: string) => heard.filter((h) => h.message.message === name).map((h) => h.message.values);
    expect(of("obd2.vin")[0]).toMatchObject({ vin: "1PWSXM0A7TP000001" });
    expect(of("obd2.dtcs")[0]).toMatchObject({ codes: "P0301", service: 3, count: 1 });
  });
});

describe("time", () => {
  it("goes on over midnight, in sentences that carry a time of day", () => {
    const startUs = Date.UTC(2026, 11, 31, 23, 59, 50) * 1000;
    const { heard, problems } = drive("road", sourcesOf("road", GNSS_10HZ), {
      startUs,
      untilS: 30,
      gnss: GNSS_10HZ,
    });
    expect(problems).toEqual([]);
    const fixes = heard.filter((h) => h.message.message === "nmea.epoch");
    expect(fixes.length).toBeGreaterThan(280);
    fixes.forEach((h, i) => {
      expect(Math.abs(h.message.tUs! - (startUs + i * 100_000))).toBeLessThanOrEqual(10_000);
    });
  });

  it("of a receiver with an old week counter is 1024 weeks back", () => {
    const fault = { faults: "weekrollover=10", untilS: 20, gnss: GNSS_10HZ };
    const { heard } = drive("road", sourcesOf("road", GNSS_10HZ), fault);
    const offsets = heard
      .filter((h) => h.message.message === "nmea.epoch")
      .map((h, i) => Math.round((h.message.tUs! - START_US - i * 100_000) / 604_800e6));
    expect(offsets.slice(0, 100).every((o) => o === 0)).toBe(true);
    expect(offsets.slice(101, 195).every((o) => o === -1024)).toBe(true);
    expect(offsets.length).toBeGreaterThan(195);
  });
});

describe("scripted faults", () => {
  it("say how often they struck", () => {
    const { heard, unit } = drive("kart", sourcesOf("kart", GNSS_25HZ), {
      faults: "nofix=2-4,zerofix=6-7,stuckfix=10-12,unplug=can0@20-25",
      untilS: 30,
    });
    expect(unit.counts).toMatchObject({ noFix: 50, zeroFix: 25, stuckFix: 50, unplugged: 250 });
    const fixes = heard.filter((h) => h.message.message === "ubx.nav-pvt");
    const at = (from: number, to: number) => fixes.filter((h) => h.tS >= from && h.tS < to);
    for (const h of at(2.01, 3.99)) expect(quantity(h, "gnss.lat")).toBeNaN();
    for (const h of at(6.01, 6.99)) expect(quantity(h, "gnss.lat")).toBe(0);
    expect(new Set(at(10.01, 11.99).map((h) => quantity(h, "gnss.lat"))).size).toBe(1);
    expect(heard.filter((h) => h.message.message === "vesc.status" && h.tS >= 20 && h.tS < 25)).toEqual([]);
  });

  it("reflect the signal for the share of the time that was asked for, some metres off", () => {
    const share = 0.2;
    let reflected = 0;
    let fixes = 0;
    let furthest = 0;
    for (let seed = 0; seed < 4; seed++) {
      const gnss = new GnssSensor({ ...GNSS_25HZ, slowM: 0, multipath: share }, seed, "t");
      const still = createTruth();
      for (let i = 0; i < 100_000; i++) {
        const fix = gnss.sample(still);
        fixes++;
        if (fix.reflected) reflected++;
        const off = Math.hypot(fix.x, fix.y);
        if (fix.reflected) furthest = Math.max(furthest, off);
        else expect(off).toBeLessThan(7 * GNSS_25HZ.whiteM);
      }
    }
    expect(Math.abs(reflected / fixes / share - 1)).toBeLessThan(0.1);
    expect(furthest).toBeGreaterThan(5);
    const { unit } = drive("kart", sourcesOf("kart", GNSS_25HZ), { faults: "multipath=0.3", untilS: 30 });
    expect(unit.counts.reflected).toBeGreaterThan(50);
  });

  it("restart the unit's clock", () => {
    const { unit } = drive("kart", [blackboxSource(25)], { faults: "reboot=5,reboot=9" });
    expect([unit.bootAt(4.9), unit.bootAt(5), unit.bootAt(9.1)]).toEqual([0, 1, 2]);
    const again = drive("kart", [blackboxSource(25)], { faults: "reboot=5", untilS: 6 });
    const times = again.heard.map((h) => quantity(h, "timestampMs"));
    expect(Math.max(...times)).toBeLessThan(5000);
    expect(times.at(-1)!).toBeLessThan(1000);
  });

  it("stamp every frame when it has come through, whatever it took, and in that order", () => {
    const trajectory = new Trajectory(oval(), VEHICLES.kart, { seed: 4, laps: 1, driverNoise: 0 });
    const sources = sourcesOf("kart", GNSS_25HZ);
    const faults = parseFaults("reboot=20,clockjump=10:0.5");
    const unit = new SimUnit(trajectory, sources, { seed: 4, name: "kart", startUs: START_US, faults });
    const frames: SimFrame[] = [];
    while (unit.nextS < 30) unit.step((f) => frames.push(f));
    for (const [i, { atUs, bootUs }] of frames.entries()) {
      expect(atUs).toBeGreaterThanOrEqual(frames[i - 1]?.atUs ?? 0);
      const sinceBoot = atUs >= 20e6 ? atUs - 20e6 : atUs;
      expect(bootUs).toBeCloseTo(sinceBoot + (atUs >= 10e6 ? 0.5e6 : 0), -1);
    }
    // the receiver's own time is that of the fix, which is 50 ms old
    const fixes: number[] = [];
    const ubx = findProtocol("ubx")!.createDecoder({
      onReading: (r) => void fixes.push(r.tUs),
      onProblem() {},
    });
    const [first] = frames.filter((f) => sources[f.source]!.protocol === "ubx");
    ubx.push(first!.bytes, first!.atUs);
    expect(first!.atUs - (fixes[0]! - START_US)).toBeCloseTo(50_000, -1);
  });
});
