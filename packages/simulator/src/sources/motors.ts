import { SIM_CODES, SIM_VIN } from "../ecu.ts";
import type { Sensed, SourceSpec } from "../unit.ts";
import { plain } from "./plain.ts";

export const vescCan: SourceSpec = {
  name: "can0",
  protocol: "vesc-can",
  rateHz: 50,
  latencyS: 0.001,
  needs: "power",
  say: (s) => [
    plain("vesc.status", s, {
      controller: 10,
      "motor.erpm": s.power.erpm,
      "motor.current": s.power.motorCurrentA,
      "motor.duty": s.power.duty,
    }),
    plain("vesc.status4", s, {
      controller: 10,
      "controller.temp": s.power.controllerDegC,
      "motor.temp": s.power.motorDegC,
      "battery.current": s.power.batteryCurrentA,
      position: 0,
    }),
    plain("vesc.status5", s, {
      controller: 10,
      tachometer: Math.round(6 * s.power.electricTurns),
      "battery.voltage": s.power.batteryVoltageV,
    }),
  ],
};

export const telemetryNode: SourceSpec = {
  name: "serial",
  protocol: "telemetry-node",
  rateHz: 10,
  latencyS: 0.005,
  needs: "power",
  say: (s) => [
    plain("telemetry-node.vesc", s, {
      "controller.temp": s.power.controllerDegC,
      "battery.voltage": s.power.batteryVoltageV,
      "motor.current": Math.max(0, s.power.motorCurrentA),
      "battery.current": Math.max(0, s.power.batteryCurrentA),
      "motor.duty": Math.max(0, s.power.duty),
      "controller.fault": 0,
    }),
    plain("telemetry-node.motor", s, {
      "motor.temp": s.power.motorDegC,
      "motor.rpm": Math.round(s.power.motorRpm),
      propellerRpm: Math.round(s.power.motorRpm),
    }),
    plain("telemetry-node.solar", s, { solarCurrent1: 3.1, solarCurrent2: 2.9, "solar.current": 6 }),
  ],
};

const obd = (
  message: string,
  rateHz: number,
  values: (s: Sensed) => Record<string, number | string>,
): SourceSpec => ({
  name: "can0",
  protocol: "obd2",
  rateHz,
  latencyS: 0.02,
  needs: "power",
  say: (s) => [plain(message, s, { ecu: 0, ...values(s) })],
});

/** Service 03: codes that are stored. */
const STORED = 3;

/** What a logger hears that asks a control unit again and again. */
export const obd2: readonly SourceSpec[] = [
  obd("obd2.pid-0c", 10, (s) => ({ "engine.rpm": s.power.engineRpm })),
  obd("obd2.pid-0d", 10, (s) => ({ "obd.speed": s.power.wheelMps })),
  obd("obd2.pid-11", 10, (s) => ({ "driver.throttle": s.power.throttle })),
  obd("obd2.pid-05", 1, (s) => ({ "engine.waterTemp": s.power.waterDegC })),
  // several frames each
  obd("obd2.vin", 0.1, () => ({ vin: SIM_VIN })),
  obd("obd2.dtcs", 0.1, () => ({ service: STORED, count: SIM_CODES.length, codes: SIM_CODES.join(" ") })),
];

/** What a controller on a serial line answers to a display that asks for its values. */
export const vescUart: SourceSpec = {
  name: "motor",
  protocol: "vesc-uart",
  rateHz: 50,
  latencyS: 0.004,
  needs: "power",
  say: (s) => [
    plain("vesc.values", s, {
      controller: 10,
      "controller.temp": s.power.controllerDegC,
      "motor.temp": s.power.motorDegC,
      "motor.current": s.power.motorCurrentA,
      "battery.current": s.power.batteryCurrentA,
      directCurrent: 0,
      quadratureCurrent: s.power.motorCurrentA,
      "motor.duty": s.power.duty,
      "motor.erpm": s.power.erpm,
      "battery.voltage": s.power.batteryVoltageV,
      ampHours: s.power.drawnAh,
      ampHoursCharged: s.power.chargedAh,
      wattHours: s.power.drawnWh,
      wattHoursCharged: s.power.chargedWh,
      tachometer: Math.round(6 * s.power.electricTurns),
      tachometerAbs: Math.round(6 * s.power.electricTurns),
      "controller.fault": 0,
      position: 0,
    }),
  ],
};
