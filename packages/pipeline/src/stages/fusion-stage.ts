import { type ChannelId, type FieldSpec, findChannel, type MessageSpec, Reading } from "@pitwall/core";
import { createFix, createFusion, type FusionOptions, type FusionState } from "@pitwall/fusion";
import type { StageFactory } from "../pipeline.ts";
import { CarryOver, type Learning } from "./carry-over.ts";
import { OneOf } from "./one-of.ts";
import { Places, valueAt } from "./places.ts";

const CHANNELS = [
  "gnss.lat",
  "gnss.lon",
  "gnss.speed",
  "gnss.course",
  "gnss.hAcc",
  "gnss.sAcc",
  "gnss.hdop",
  "gnss.fix",
  "gnss.sats",
  "imu.ax",
  "imu.ay",
  "imu.az",
  "imu.gx",
  "imu.gy",
  "imu.gz",
  "imu.roll",
  "imu.pitch",
  "imu.yaw",
  "wheel.speed",
  "vehicle.speed",
] as const;

const OUTPUT = [
  "vehicle.lat",
  "vehicle.lon",
  "vehicle.x",
  "vehicle.y",
  "vehicle.vx",
  "vehicle.vy",
  "vehicle.speed",
  "vehicle.yaw",
  "vehicle.course",
  "vehicle.yawRate",
  "vehicle.aLong",
  "vehicle.aLat",
  "vehicle.aUp",
  "vehicle.sigma",
  "vehicle.yawSigma",
  "vehicle.mode",
] as const satisfies readonly ChannelId[];

/** In the order of OUTPUT. Written out: a loop over names would make an object of every number. */
function copyState(s: FusionState, out: Float64Array): void {
  out[0] = s.lat;
  out[1] = s.lon;
  out[2] = s.x;
  out[3] = s.y;
  out[4] = s.vx;
  out[5] = s.vy;
  out[6] = s.speed;
  out[7] = s.yaw;
  out[8] = s.course;
  out[9] = s.yawRate;
  out[10] = s.aLong;
  out[11] = s.aLat;
  out[12] = s.aUp;
  out[13] = s.sigma;
  out[14] = s.yawSigma;
  out[15] = s.mode;
}

const fieldOf = (id: ChannelId): FieldSpec => {
  const { unit, label, resolution } = findChannel(id)!;
  return { name: id, unit, doc: label, resolution, offset: 0 };
};

export const FUSED: MessageSpec = {
  name: "fusion",
  doc: "The filter's state.",
  fields: OUTPUT.map(fieldOf),
};

const ACCELERATIONS = ["imu.ax", "imu.ay", "imu.az"] as const;
/** A sensor that says nothing for so long is not waited for when there is another one, s. */
const IMU_SILENT_S = 1;
const GNSS_SILENT_S = 3;

export type FusionStageOptions = FusionOptions & {
  /** Given once: what is learnt of the sensors can be asked of it at any time. */
  readonly onLearning?: (learning: Learning) => void;
};

/** GNSS, inertial and wheel readings become the fused state. A unit that fuses by itself is left to do so. */
export const fusionStage =
  (options: FusionStageOptions = {}): StageFactory =>
  (emit) => {
    const places = new Places(CHANNELS);
    const fix = createFix();
    const out = new Reading(FUSED);
    const fusion = createFusion({
      ...options,
      onState(state) {
        copyState(state, out.values);
        carry.state(state);
        emit(out, state.tUs);
      },
    });
    const carry = new CarryOver(fusion);
    options.onLearning?.(carry);
    /** Accelerations that wait for the rates of the same instant: some sensors send them apart. */
    const accel = new Float64Array(3).fill(Number.NaN);
    const inertial = new OneOf(IMU_SILENT_S);
    const receiver = new OneOf(GNSS_SILENT_S);
    return {
      wants(message) {
        const p = places.of(message);
        return p["vehicle.speed"] < 0 && CHANNELS.some((c) => p[c] >= 0);
      },
      carried: (known) => carry.know(known),
      reading(r, tUs, source) {
        const p = places.of(r.message);
        if (p["vehicle.speed"] >= 0) return;
        const v = r.values;
        if (p["imu.ax"] >= 0 && inertial.take(source, r.message, tUs))
          for (let i = 0; i < 3; i++) accel[i] = valueAt(v, p[ACCELERATIONS[i]!]);
        if (p["imu.gz"] >= 0 && Number.isFinite(accel[0]!) && inertial.is(source, r.message)) {
          carry.use(inertial.chosen, receiver.chosen);
          fusion.imu(
            tUs,
            accel[0]!,
            accel[1]!,
            accel[2]!,
            valueAt(v, p["imu.gx"]),
            valueAt(v, p["imu.gy"]),
            valueAt(v, p["imu.gz"]),
          );
          accel.fill(Number.NaN);
        }
        if (p["imu.yaw"] >= 0)
          fusion.attitude(
            tUs,
            valueAt(v, p["imu.roll"]),
            valueAt(v, p["imu.pitch"]),
            valueAt(v, p["imu.yaw"]),
          );
        if (p["wheel.speed"] >= 0 && Number.isFinite(v[p["wheel.speed"]]!))
          fusion.wheel(tUs, v[p["wheel.speed"]]!);
        if (p["gnss.lat"] < 0 || !Number.isFinite(v[p["gnss.lat"]]!)) return;
        if (!receiver.take(source, r.message, tUs)) return;
        carry.use(inertial.chosen, receiver.chosen);
        fix.lat = v[p["gnss.lat"]]!;
        fix.lon = valueAt(v, p["gnss.lon"]);
        fix.speed = valueAt(v, p["gnss.speed"]);
        fix.course = valueAt(v, p["gnss.course"]);
        fix.hAcc = valueAt(v, p["gnss.hAcc"]);
        fix.sAcc = valueAt(v, p["gnss.sAcc"]);
        fix.hdop = valueAt(v, p["gnss.hdop"]);
        fix.fix = valueAt(v, p["gnss.fix"]);
        fix.sats = valueAt(v, p["gnss.sats"]);
        fusion.gnss(tUs, fix);
      },
      end: () => fusion.end(),
    };
  };
