import { BLACKBOX_PACKETS, encodeBlackbox } from "@pitwall/protocols";
import { courseOf, type Truth } from "../trajectory.ts";
import type { SourceSpec } from "../unit.ts";
import { plain } from "./plain.ts";

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
      "vehicle.aUp": s.truth.aUpMps2,
      "vehicle.yawRate": s.truth.yawRateRadps,
      "imu.roll": s.truth.bankRad,
      "imu.pitch": s.truth.slopeRad,
      // its filter knows where it heads at rest too
      "vehicle.course": Number.isFinite(s.fix.courseRad) ? s.fix.courseRad : courseOf(s.truth.yawRad),
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

/** A kart with nothing but a phone or a small modem: one JSON object, of what the vehicle's own display shows. */
export const jsonSource = (rateHz = 10): SourceSpec => ({
  name: "json",
  protocol: "json",
  rateHz,
  latencyS: 0.05,
  needs: "gnss",
  say: (s) => [
    plain("json.kart", s, {
      "motor.rpm": Math.round(s.power.motorRpm),
      ...(s.power.cells > 0
        ? {
            "motor.temp": Math.round(s.power.motorDegC * 10) / 10,
            "battery.voltage": Math.round(s.power.batteryVoltageV * 100) / 100,
            "battery.current": Math.round(s.power.batteryCurrentA * 10) / 10,
          }
        : {}),
      ...(s.fix.valid ? { "gnss.lat": s.latDeg, "gnss.lon": s.lonDeg, "gnss.speed": s.fix.speedMps } : {}),
    }),
  ],
});
