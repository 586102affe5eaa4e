import { type CanFrame, type PlainMessage, toPlain } from "@pitwall/core";
import { checkVin, createEcuResponder, createObdTester } from "@pitwall/protocols";
import { describe, expect, it } from "vitest";
import { SIM_VIN, vehicleEcu } from "./ecu.ts";
import { GNSS_25HZ } from "./sensors.ts";
import { sourcesOf } from "./sources/equipment.ts";
import { oval } from "./testing/oval.ts";
import { createTruth, Trajectory } from "./trajectory.ts";
import { SimUnit } from "./unit.ts";
import { VEHICLES } from "./vehicles.ts";

describe("the control unit of a simulated car", () => {
  it("has a VIN whose check digit is right", () => {
    expect(checkVin(SIM_VIN)).toBe("ok");
  });

  it("answers a tester while the car drives: speed and engine of the moment, VIN, codes", () => {
    const trajectory = new Trajectory(oval(), VEHICLES.car, { seed: 1, laps: 2, driverNoise: 1 });
    const options = { seed: 1, name: "car", startUs: 1_780_000_000e6, gnss: GNSS_25HZ };
    const unit = new SimUnit(trajectory, sourcesOf("car", GNSS_25HZ), options);
    const wire: CanFrame[] = [];
    const put = (f: CanFrame) => void wire.push({ ...f, data: f.data.slice() });
    const ecu = createEcuResponder({ ...vehicleEcu(unit.power, ["P0301"]), send: put });
    const heard: { tS: number; message: PlainMessage }[] = [];
    let tS = 0;
    const tester = createObdTester({
      send: put,
      onReading: (r) => void heard.push({ tS, message: toPlain(r) }),
    });
    tester.poller.watch(["obd.speed", "engine.rpm"]);
    for (tS = 0; tS < 30; tS += 0.002) {
      while (unit.nextS <= tS) unit.step(() => {});
      const us = tS * 1e6;
      tester.tick(us);
      ecu.tick(us);
      for (const frame of wire.splice(0)) {
        ecu.onFrame(frame, us);
        tester.onFrame(frame, us);
      }
    }
    const of = (name: string) => heard.filter((h) => h.message.message === name);
    expect(of("obd2.vin")[0]!.message.values["vin"]).toBe(SIM_VIN);
    expect(of("obd2.dtcs")[0]!.message.values["codes"]).toBe("P0301");
    const truth = createTruth();
    const speeds = of("obd2.pid-0d");
    expect(speeds.length).toBeGreaterThan(20);
    for (const h of speeds) {
      trajectory.at(h.tS, truth);
      // whole kilometres an hour, and a state that is up to 50 ms old at up to 12 m/s^2
      expect(Math.abs((h.message.values["obd.speed"] as number) - truth.speedMps)).toBeLessThan(1.1);
    }
    expect(of("obd2.pid-0c").some((h) => (h.message.values["engine.rpm"] as number) > 3000)).toBe(true);
  });
});
