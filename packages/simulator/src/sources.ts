import type { PlainMessage } from "@pitwall/core";
import { BLACKBOX_PACKETS, encodeBlackbox } from "@pitwall/protocols";
import { atan2, cos, sin } from "./math.ts";
import { GNSS_25HZ, type GnssModel } from "./sensors.ts";
import type { Truth } from "./trajectory.ts";
import type { Sensed, SourceSpec } from "./unit.ts";
import type { VehicleName } from "./vehicles.ts";

const plain = (message: string, s: Sensed, values: Record<string, number>): PlainMessage => ({
  tUs: s.utcUs,
  message,
  values: Object.fromEntries(Object.entries(values).filter(([, v]) => Number.isFinite(v))),
});

const PACKET = BLACKBOX_PACKETS[4]!;
const PACKET_FIELDS = PACKET.spec.fields.map((f) => f.name);

/** What is not said is 0; what a sensor says is NaN goes as it is. */
const blackboxOf = (values: Record<string, number>): Uint8Array =>
  encodeBlackbox(
    PACKET,
    PACKET_FIELDS.map((name) => values[name] ?? 0),
  );

/** The Blackbox of a vehicle: everything it knows in one packet. */
export const blackboxSource = (rateHz = 30): SourceSpec => ({
  name: "blackbox",
  protocol: "blackbox",
  rateHz,
  latencyS: 0.01,
  needs: "gnss",
  say: (s) => [
    blackboxOf({
      timestampMs: Math.floor(s.bootUs / 1000) % 2 ** 32,
      "vehicle.aLong": s.truth.aLongMps2,
      "vehicle.aLat": s.truth.aLatMps2,
      "vehicle.yawRate": s.truth.yawRateRadps,
      "imu.pitch": s.truth.slopeRad,
      "vehicle.course": Number.isFinite(s.fix.courseRad) ? s.fix.courseRad : 0,
      "vehicle.x": s.fix.x,
      "vehicle.y": s.fix.y,
      "vehicle.vx": s.fix.velEastMps,
      "vehicle.vy": s.fix.velNorthMps,
      "vehicle.speed": s.fix.speedMps,
      "vehicle.sigma": s.fix.hAccM,
      "vehicle.mode": modeOf(s.truth),
      "gnss.lat": s.latDeg,
      "gnss.lon": s.lonDeg,
      gpsValid: s.fix.valid ? 1 : 0,
      "gnss.course": s.fix.courseRad,
      "lap.time": s.lapTimeS,
      "lap.number": Math.max(0, s.lap - 1),
    }),
  ],
});

const modeOf = (t: Truth): number =>
  (t.aLongMps2 > 1 ? 1 : 0) | (t.aLongMps2 < -1.8 ? 2 : 0) | (Math.abs(t.aLatMps2) > 1.2 ? 4 : 0);

const fixOf = (s: Sensed): Record<string, number> => ({
  "gnss.fix": 3,
  "gnss.sats": s.fix.sats,
  "gnss.lat": s.latDeg,
  "gnss.lon": s.lonDeg,
  "gnss.alt": s.fix.z,
  "gnss.speed": s.fix.speedMps,
  "gnss.course": s.fix.courseRad,
  "gnss.hAcc": s.fix.hAccM,
  "gnss.vAcc": 1.6 * s.fix.hAccM,
  "gnss.sAcc": 0.08,
  "gnss.pdop": 1.4,
});

const imuOf = (s: Sensed): Record<string, number> => ({
  "imu.ax": s.imu.ax,
  "imu.ay": s.imu.ay,
  "imu.az": s.imu.az,
  "imu.gx": s.imu.gx,
  "imu.gy": s.imu.gy,
  "imu.gz": s.imu.gz,
});

/** Without a fix the receiver goes on speaking, and says so. */
const ubx = (rateHz: number, latencyS: number): SourceSpec => ({
  name: "gnss",
  protocol: "ubx",
  rateHz,
  latencyS,
  needs: "gnss",
  say: (s) => [plain("ubx.nav-pvt", s, s.fix.valid ? fixOf(s) : { "gnss.fix": 0, "gnss.sats": 0 })],
});

const nmea = (rateHz: number, latencyS: number): SourceSpec => ({
  ...ubx(rateHz, latencyS),
  protocol: "nmea",
  say: (s) => [
    plain(
      "nmea.epoch",
      s,
      s.fix.valid
        ? {
            "gnss.fix": 3,
            "gnss.sats": s.fix.sats,
            "gnss.lat": s.latDeg,
            "gnss.lon": s.lonDeg,
            "gnss.alt": s.fix.z,
            "gnss.speed": s.fix.speedMps,
            "gnss.course": s.fix.courseRad,
            "gnss.hdop": 0.9,
          }
        : { "gnss.fix": 0, "gnss.sats": 0 },
    ),
  ],
});

const imu: SourceSpec = {
  name: "imu",
  protocol: "wt901",
  rateHz: 200,
  latencyS: 0.002,
  needs: "imu",
  say: (s) => [
    plain("wt901.acceleration", s, {
      "imu.ax": s.imu.ax,
      "imu.ay": s.imu.ay,
      "imu.az": s.imu.az,
      "imu.temp": 35,
    }),
    plain("wt901.rate", s, { "imu.gx": s.imu.gx, "imu.gy": s.imu.gy, "imu.gz": s.imu.gz }),
  ],
};

const vesc: SourceSpec = {
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
    plain("vesc.status5", s, { controller: 10, tachometer: 0, "battery.voltage": s.power.batteryVoltageV }),
  ],
};

const bms: SourceSpec = {
  name: "can0-bms",
  protocol: "vesc-bms",
  rateHz: 2,
  latencyS: 0.001,
  needs: "power",
  say: (s) => [
    plain("vesc-bms.voltage", s, {
      controller: 11,
      "battery.voltage": s.power.batteryVoltageV,
      chargerVoltage: 0,
    }),
    plain("vesc-bms.current", s, {
      controller: 11,
      inputCurrent: s.power.batteryCurrentA,
      "battery.current": s.power.batteryCurrentA,
    }),
    plain("vesc-bms.state", s, {
      controller: 11,
      "battery.cell.min": s.power.cellV - 0.004,
      "battery.cell.max": s.power.cellV + 0.004,
      "battery.soc": s.power.soc,
      "battery.soh": 0.97,
      "battery.temp": s.power.batteryDegC,
      flags: 0,
    }),
  ],
};

const boat: SourceSpec = {
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

const hf = (
  message: string,
  rateHz: number,
  needs: SourceSpec["needs"],
  values: (s: Sensed) => Record<string, number>,
): SourceSpec => ({
  name: "ble",
  protocol: "racehf-kart",
  rateHz,
  latencyS: 0.03,
  needs,
  say: (s) => [plain(message, s, values(s))],
});

const obd = (message: string, rateHz: number, values: (s: Sensed) => Record<string, number>): SourceSpec => ({
  name: "can0",
  protocol: "obd2",
  rateHz,
  latencyS: 0.02,
  needs: "power",
  say: (s) => [plain(message, s, { ecu: 0, ...values(s) })],
});

const racebox: SourceSpec = {
  ...ubx(25, GNSS_25HZ.latencyS),
  name: "racebox",
  protocol: "racebox",
  needs: "gnss+imu",
  say: (s) => [
    plain("racebox.live", s, {
      ...(s.fix.valid ? fixOf(s) : { "gnss.fix": 0, "gnss.sats": 0 }),
      ...imuOf(s),
      "device.battery": 0.87,
    }),
  ],
};

/** A kart with nothing but a phone or a small modem: one JSON object, of what the kart's own display shows. */
export const jsonSource = (rateHz = 10): SourceSpec => ({
  name: "json",
  protocol: "json",
  rateHz,
  latencyS: 0.05,
  needs: "gnss",
  say: (s) => [
    plain("json.kart", s, {
      "motor.rpm": Math.round(s.power.motorRpm),
      "motor.temp": Math.round(s.power.motorDegC * 10) / 10,
      "battery.voltage": Math.round(s.power.batteryVoltageV * 100) / 100,
      "battery.current": Math.round(s.power.batteryCurrentA * 10) / 10,
      ...(s.fix.valid ? { "gnss.lat": s.latDeg, "gnss.lon": s.lonDeg, "gnss.speed": s.fix.speedMps } : {}),
    }),
  ],
});

/** What is on board of each kind of vehicle. */
export function sourcesOf(vehicle: VehicleName, gnss: GnssModel): readonly SourceSpec[] {
  switch (vehicle) {
    case "kart":
      return [ubx(gnss.rateHz, gnss.latencyS), imu, vesc, bms];
    case "kart-combustion":
      return [
        hf("racehf-kart.gps", 10, "gnss", (s) => ({
          "gnss.lat": s.latDeg,
          "gnss.lon": s.lonDeg,
          "gnss.speed": s.fix.speedMps,
          "gnss.course": s.fix.courseRad,
          "gnss.hdop": 0.9,
          "gnss.alt": s.fix.z,
          "gnss.sats": s.fix.sats,
          "gnss.fix": 3,
        })),
        hf("racehf-kart.rpm", 10, "power", (s) => ({ "engine.rpm": s.power.engineRpm })),
        hf("racehf-kart.temperatures", 1, "power", (s) => ({
          "engine.waterTemp": s.power.waterDegC,
          "engine.headTemp": s.power.headDegC,
          "engine.exhaustTemp": s.power.exhaustDegC,
        })),
      ];
    case "car":
    case "road":
      return [
        vehicle === "car" ? racebox : nmea(gnss.rateHz, gnss.latencyS),
        obd("obd2.pid-0c", 10, (s) => ({ "engine.rpm": s.power.engineRpm })),
        obd("obd2.pid-0d", 10, (s) => ({ "obd.speed": s.power.wheelMps })),
        obd("obd2.pid-11", 10, (s) => ({ "driver.throttle": s.power.throttle })),
        obd("obd2.pid-05", 1, (s) => ({ "engine.waterTemp": s.power.waterDegC })),
      ];
    case "boat":
      return [nmea(5, gnss.latencyS), boat];
  }
}

/** Course from a yaw: clockwise from north. */
export const courseOf = (yawRad: number): number => {
  const c = atan2(cos(yawRad), sin(yawRad));
  return c < 0 ? c + 2 * Math.PI : c;
};
