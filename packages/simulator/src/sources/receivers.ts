import type { Sensed, SourceSpec } from "../unit.ts";
import { plain } from "./plain.ts";

/** One sigma of speed and of time, as a receiver with a clear view of the sky estimates them. */
const SPEED_ACC_MPS = 0.08;
const TIME_ACC_S = 25e-9;

const fixOf = (s: Sensed): Record<string, number> => ({
  tAcc: TIME_ACC_S,
  "gnss.fix": 3,
  "gnss.sats": s.fix.sats,
  "gnss.lat": s.latDeg,
  "gnss.lon": s.lonDeg,
  height: s.fix.z,
  "gnss.alt": s.fix.z,
  "gnss.speed": s.fix.speedMps,
  "gnss.course": s.fix.courseRad,
  courseAcc: Number.isNaN(s.fix.courseRad) ? Math.PI : Math.min(Math.PI, SPEED_ACC_MPS / s.fix.speedMps),
  "gnss.hAcc": s.fix.hAccM,
  "gnss.vAcc": 1.6 * s.fix.hAccM,
  "gnss.sAcc": SPEED_ACC_MPS,
  "gnss.pdop": 1.4,
});

const velocityOf = (s: Sensed): Record<string, number> => ({
  velN: s.fix.velNorthMps,
  velE: s.fix.velEastMps,
  "gnss.vUp": s.fix.velUpMps,
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
export const ubx = (rateHz: number, latencyS: number): SourceSpec => ({
  name: "gnss",
  protocol: "ubx",
  rateHz,
  latencyS,
  needs: "gnss",
  say: (s) => [
    plain(
      "ubx.nav-pvt",
      s,
      s.fix.valid ? { ...fixOf(s), ...velocityOf(s) } : { "gnss.fix": 0, "gnss.sats": 0 },
    ),
  ],
});

export const nmea = (rateHz: number, latencyS: number): SourceSpec => ({
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

export const wt901: readonly SourceSpec[] = [
  {
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
  },
  {
    name: "imu",
    protocol: "wt901",
    rateHz: 10,
    latencyS: 0.002,
    needs: "mag",
    say: (s) => [
      plain("wt901.magnetic", s, { magX: s.mag.x, magY: s.mag.y, magZ: s.mag.z, "imu.temp": 35 }),
      plain("wt901.angle", s, {
        "imu.roll": s.mag.rollRad,
        "imu.pitch": s.mag.pitchRad,
        "imu.yaw": s.mag.yawRad,
        version: 0,
      }),
    ],
  },
];

export const racebox = (rateHz: number, latencyS: number): SourceSpec => ({
  ...ubx(rateHz, latencyS),
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
});

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

export const racehfKart: readonly SourceSpec[] = [
  hf("racehf-kart.gps", 10, "gnss", (s) => ({
    "gnss.lat": s.latDeg,
    "gnss.lon": s.lonDeg,
    "gnss.speed": s.fix.speedMps,
    "gnss.course": s.fix.courseRad,
    "gnss.hdop": 0.9,
    "gnss.alt": s.fix.z,
    "gnss.sats": s.fix.sats,
    "gnss.fix": s.fix.valid ? 3 : 0,
  })),
  hf("racehf-kart.rpm", 10, "power", (s) => ({ "engine.rpm": s.power.engineRpm })),
  hf("racehf-kart.temperatures", 1, "power", (s) => ({
    "engine.waterTemp": s.power.waterDegC,
    "engine.headTemp": s.power.headDegC,
    "engine.exhaustTemp": s.power.exhaustDegC,
  })),
];

/** The small sender: position and acceleration. */
export const racehfBean: SourceSpec = {
  name: "ble",
  protocol: "racehf-bean",
  rateHz: 10,
  latencyS: 0.03,
  needs: "gnss+imu",
  say: (s) => [
    plain("racehf-bean.gps", s, {
      ...(s.fix.valid
        ? {
            "gnss.lat": s.latDeg,
            "gnss.lon": s.lonDeg,
            "gnss.alt": s.fix.z,
            "gnss.speed": s.fix.speedMps,
            "gnss.course": s.fix.courseRad,
          }
        : {}),
      "gnss.hdop": 0.9,
      "gnss.sats": s.fix.sats,
      "gnss.fix": s.fix.valid ? 3 : 0,
    }),
    plain("racehf-bean.acceleration", s, { "imu.ax": s.imu.ax, "imu.ay": s.imu.ay, "imu.az": s.imu.az }),
  ],
};

/** What a home-made receiver tells the RaceChrono app: date and hour, then the fix within the hour. */
export const racechronoDiy = (rateHz: number, latencyS: number): SourceSpec => ({
  name: "ble",
  protocol: "racechrono-diy",
  rateHz,
  latencyS,
  needs: "gnss",
  say: (s) => [
    plain("racechrono-diy.time", s, {}),
    plain("racechrono-diy.gps", s, {
      ...(s.fix.valid
        ? {
            "gnss.lat": s.latDeg,
            "gnss.lon": s.lonDeg,
            "gnss.alt": s.fix.z,
            "gnss.speed": s.fix.speedMps,
            "gnss.course": s.fix.courseRad,
          }
        : {}),
      "gnss.fix": s.fix.valid ? 3 : 0,
      "gnss.sats": s.fix.sats,
      "gnss.hdop": 0.9,
      "gnss.vdop": 1.3,
    }),
  ],
});
