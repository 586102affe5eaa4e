import type { Encoder, PlainMessage, ProtocolOptions } from "@pitwall/core";
import { findProtocol } from "@pitwall/protocols";
import { type Faults, NO_FAULTS, within } from "./faults.ts";
import { atan2, cos, sin } from "./math.ts";
import { Powertrain, type PowertrainState } from "./powertrain.ts";
import {
  type Fix,
  GNSS_10HZ,
  GNSS_25HZ,
  type GnssModel,
  GnssSensor,
  IMU_WT901,
  type ImuModel,
  type ImuSample,
  ImuSensor,
} from "./sensors.ts";
import { metresPerDegree } from "./track.ts";
import { createTruth, type Trajectory, type Truth } from "./trajectory.ts";
import type { VehicleName } from "./vehicles.ts";

/** What a message is made of: the truth, and what the sensors make of it. */
export type Sensed = {
  readonly truth: Truth;
  readonly fix: Fix;
  readonly latDeg: number;
  readonly lonDeg: number;
  readonly imu: ImuSample;
  readonly power: PowertrainState;
  /** UTC of the instant, microseconds since the Unix epoch; and since the unit's boot. */
  readonly utcUs: number;
  readonly bootUs: number;
  readonly lap: number;
  readonly lapTimeS: number;
};

/** One bus or sensor of a unit, and what it says when. */
export type SourceSpec = {
  readonly name: string;
  /** As a frame batch names it; options behind `?`. */
  readonly protocol: string;
  readonly rateHz: number;
  /** From the instant that a message is about to when it is sent. */
  readonly latencyS: number;
  readonly needs: "gnss" | "imu" | "power";
  readonly say: (sensed: Sensed) => readonly PlainMessage[];
};

/** A frame on its way out of the unit. `bytes` belong to the receiver. */
export type SimFrame = {
  /** When it leaves the unit, microseconds since the beginning of the drive. */
  readonly atUs: number;
  readonly source: number;
  readonly bytes: Uint8Array;
  /** Unit's own time since its boot, microseconds. */
  readonly bootUs: number;
};

export type UnitOptions = {
  readonly seed: number;
  /** Distinguishes units of one seed. */
  readonly name: string;
  /** UTC of the beginning of the drive, microseconds since the Unix epoch. */
  readonly startUs: number;
  readonly gnss?: GnssModel;
  readonly imu?: ImuModel;
  readonly faults?: Faults;
};

const POWER_STEP_S = 0.02;

/** A vehicle's unit on a drive: its sources take turns, and each says its messages as bytes. Deterministic. */
export class SimUnit {
  readonly sources: readonly SourceSpec[];
  readonly trajectory: Trajectory;
  readonly #encoders: readonly Encoder[];
  readonly #next: Float64Array;
  readonly #gnss: GnssSensor;
  readonly #imu: ImuSensor;
  readonly #power: Powertrain;
  #powerAtS = 0;
  readonly #truth = createTruth();
  readonly #powerTruth = createTruth();
  readonly #options: UnitOptions;
  readonly #faults: Faults;
  #stuck: { readonly x: number; readonly y: number } | undefined;
  readonly #scale: { readonly lat: number; readonly lon: number };

  constructor(trajectory: Trajectory, sources: readonly SourceSpec[], options: UnitOptions) {
    this.trajectory = trajectory;
    this.sources = sources;
    this.#options = options;
    this.#faults = options.faults ?? NO_FAULTS;
    this.#encoders = sources.map((s) => encoderOf(s.protocol));
    // sources start a little apart, as they do on a real bus
    this.#next = Float64Array.from(sources, (s, i) => (i % 7) / (7 * s.rateHz));
    this.#gnss = new GnssSensor(options.gnss ?? GNSS_10HZ, options.seed, options.name);
    this.#imu = new ImuSensor(options.imu ?? IMU_WT901, options.seed, options.name);
    this.#power = new Powertrain(trajectory.vehicle, options.seed, options.name);
    const lat = (trajectory.track.reference.lat * Math.PI) / 180;
    this.#scale = metresPerDegree(cos(lat), sin(lat));
  }

  /** Instant of the next message, seconds; Infinity when the drive is over. */
  get nextS(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const t of this.#next) if (t < next) next = t;
    return next <= this.trajectory.durationS ? next : Number.POSITIVE_INFINITY;
  }

  /** Lets the source whose turn it is say its messages. */
  step(emit: (frame: SimFrame) => void): void {
    let turn = 0;
    for (let i = 1; i < this.#next.length; i++) if (this.#next[i]! < this.#next[turn]!) turn = i;
    const source = this.sources[turn]!;
    const tS = this.#next[turn]!;
    this.#next[turn] = tS + 1 / source.rateHz;
    const sensed = this.#sense(tS, source.needs);
    if (this.#faults.unplugged.some((u) => u.source === source.name && within([u], tS))) return;
    const encoder = this.#encoders[turn]!;
    const atUs = Math.round((tS + source.latencyS) * 1e6);
    for (const message of source.say(sensed))
      for (const bytes of encoder.encodeFrames?.(message) ?? [encoder.encode(message)])
        emit({ atUs, source: turn, bytes, bootUs: sensed.bootUs });
  }

  /** Position in degrees of a point in metres. */
  toDegrees(x: number, y: number): { readonly lat: number; readonly lon: number } {
    const { reference } = this.trajectory.track;
    return { lat: reference.lat + y / this.#scale.lat, lon: reference.lon + x / this.#scale.lon };
  }

  #disturb(fix: Fix, tS: number): void {
    if (within(this.#faults.noFix, tS)) {
      fix.valid = false;
      fix.sats = 0;
    }
    if (within(this.#faults.stuckFix, tS)) {
      this.#stuck ??= { x: fix.x, y: fix.y };
      fix.x = this.#stuck.x;
      fix.y = this.#stuck.y;
    } else this.#stuck = undefined;
    if (within(this.#faults.nan, tS)) fix.speedMps = Number.NaN;
  }

  /** How far the unit's own clock is off: drift, jumps, and a boot that was not the first. */
  #clockError(tS: number): number {
    const { clockJumps, driftPpm, reboots } = this.#faults;
    let s = tS * driftPpm * 1e-6;
    for (const jump of clockJumps) if (tS >= jump.atS) s += jump.byS;
    let booted = 0;
    for (const at of reboots) if (tS >= at) booted = Math.max(booted, at);
    return s - booted;
  }

  /** Which boot of the unit an instant falls into, from 0. */
  bootAt(tS: number): number {
    return this.#faults.reboots.filter((at) => tS >= at).length;
  }

  #sense(tS: number, needs: SourceSpec["needs"]): Sensed {
    const truth = this.trajectory.at(tS, this.#truth);
    while (this.#powerAtS + POWER_STEP_S <= tS) {
      this.#powerAtS += POWER_STEP_S;
      this.#power.step(this.trajectory.at(this.#powerAtS, this.#powerTruth), POWER_STEP_S);
    }
    this.trajectory.at(tS, truth);
    const power = this.#power.state;
    const fix = needs === "gnss" ? this.#gnss.sample(truth) : this.#gnss.fix;
    const imu = needs === "imu" ? this.#imu.sample(truth, power.motorRpm) : this.#imu.out;
    if (needs === "gnss") this.#disturb(fix, tS);
    if (needs === "imu" && within(this.#faults.nan, tS)) imu.ax = imu.ay = imu.gz = Number.NaN;
    const zero = needs === "gnss" && within(this.#faults.zeroFix, tS);
    const { lat, lon } = zero ? { lat: 0, lon: 0 } : this.toDegrees(fix.x, fix.y);
    const clockS = this.#clockError(tS);
    const began = this.trajectory.crossings[truth.lap - 1];
    return {
      truth,
      fix,
      latDeg: lat,
      lonDeg: lon,
      imu,
      power,
      utcUs: this.#options.startUs + Math.round(tS * 1e6),
      bootUs: Math.max(0, Math.round((tS + clockS) * 1e6)),
      lap: truth.lap,
      lapTimeS: began ? tS - began.tS : 0,
    };
  }
}

function encoderOf(protocol: string): Encoder {
  const [name = "", query = ""] = protocol.split("+")[0]!.split("?");
  const found = findProtocol(name);
  if (!found?.createEncoder) throw new RangeError(`no encoder for "${protocol}"`);
  const options: Record<string, string | number | boolean> = {};
  for (const pair of query.split("&").filter((p) => p !== "")) {
    const [key = "", value = ""] = pair.split("=");
    options[key] = Number.isFinite(Number(value)) ? Number(value) : value;
  }
  return found.createEncoder(options as ProtocolOptions);
}

const plain = (message: string, s: Sensed, values: Record<string, number>): PlainMessage => ({
  tUs: s.utcUs,
  message,
  values: Object.fromEntries(Object.entries(values).filter(([, v]) => Number.isFinite(v))),
});

/** The Blackbox of a vehicle: everything it knows in one packet. */
export const blackboxSource = (rateHz = 30): SourceSpec => ({
  name: "blackbox",
  protocol: "blackbox",
  rateHz,
  latencyS: 0.01,
  needs: "gnss",
  say: (s) => [
    {
      ...plain("blackbox.v4", s, {
        timestampMs: Math.floor(s.bootUs / 1000),
        "vehicle.aLong": s.truth.aLongMps2,
        "vehicle.aLat": s.truth.aLatMps2,
        "vehicle.aUp": 0,
        "vehicle.yawRate": s.truth.yawRateRadps,
        "imu.roll": 0,
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
        lapFlags: 0,
      }),
      bootUs: s.bootUs,
    },
  ],
});

const modeOf = (t: Truth): number =>
  (t.aLongMps2 > 1 ? 1 : 0) | (t.aLongMps2 < -1.8 ? 2 : 0) | (Math.abs(t.aLatMps2) > 1.2 ? 4 : 0);

const ubx = (rateHz: number, latencyS: number): SourceSpec => ({
  name: "gnss",
  protocol: "ubx",
  rateHz,
  latencyS,
  needs: "gnss",
  say: (s) =>
    s.fix.valid
      ? [
          plain("ubx.nav-pvt", s, {
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
          }),
        ]
      : [],
});

const nmea = (rateHz: number, latencyS: number): SourceSpec => ({
  ...ubx(rateHz, latencyS),
  protocol: "nmea",
  say: (s) => [
    plain("nmea.epoch", s, {
      "gnss.fix": 3,
      "gnss.sats": s.fix.sats,
      "gnss.lat": s.latDeg,
      "gnss.lon": s.lonDeg,
      "gnss.alt": s.fix.z,
      "gnss.speed": s.fix.speedMps,
      "gnss.course": s.fix.courseRad,
      "gnss.hdop": 0.9,
    }),
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
    plain("wt901.rates", s, { "imu.gx": s.imu.gx, "imu.gy": s.imu.gy, "imu.gz": s.imu.gz }),
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
  name: "obd",
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
  say: (s) =>
    ubx(25, 0)
      .say(s)
      .map((m) => ({ ...m, message: "racebox.data" })),
};

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
