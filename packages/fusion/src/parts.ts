import { Between } from "./between.ts";
import { Magnetometer } from "./calibration/magnetometer.ts";
import { Mounting } from "./calibration/mounting.ts";
import { StationaryStart } from "./calibration/stationary-start.ts";
import { WheelScale } from "./calibration/wheel-scale.ts";
import { SensorCount } from "./counters.ts";
import { DelayEstimator, LONGEST_DELAY_S } from "./delay.ts";
import { Estimator } from "./ekf/estimator.ts";
import type { EventSink } from "./ekf/history.ts";
import { TangentPlane } from "./geodesy.ts";
import { LocalGeodetic } from "./local-geodetic.ts";
import { createMoment } from "./moment.ts";
import { Orientation } from "./orientation/orientation.ts";
import { PositionLag } from "./position-lag.ts";
import { Reference } from "./reference.ts";
import { STATIONARITY, Stationarity } from "./stationarity.ts";
import { Tilt } from "./tilt.ts";
import type { FusionOptions } from "./types.ts";

/** Light: a step with covariance 25 times a second. Full: with every sample up to 250 Hz. */
const LIGHT_STEP_S = 0.04;
const FULL_STEP_S = 0.004;
/** The longest delay of a fix that can be put in its place. */
export const HISTORY_S = LONGEST_DELAY_S + 0.1;
/** An inertial sensor that is silent for this long is gone. */
export const IMU_SILENT_S = 0.3;
/** Receivers on a serial line are about this late; the prior of the estimate. */
const DELAY_S = 0.07;
const DELAY_SIGMA_S = 0.06;

/** Everything one fusion consists of; its parts know each other through this. */
export class Parts {
  readonly options: FusionOptions;
  readonly light: boolean;
  readonly stepS: number;
  readonly moment = createMoment();
  readonly estimator: Estimator;
  readonly tilt = new Tilt();
  readonly between: Between;
  readonly reference = new Reference();
  readonly delay: DelayEstimator;
  readonly estimateDelay: boolean;
  readonly positionLag = new PositionLag();
  readonly orientation: Orientation;
  readonly mounting = new Mounting();
  readonly wheelScale = new WheelScale();
  readonly magnetometer = new Magnetometer();
  readonly start = new StationaryStart();
  readonly stationarity: Stationarity;
  readonly imuCount = new SensorCount(1, 0.02);
  readonly position = new SensorCount(2);
  readonly velocity = new SensorCount(2);
  readonly wheel = new SensorCount(1, 0.05);
  readonly heading = new SensorCount(1);
  local: LocalGeodetic | undefined;
  /** Newest time of the inertial sensor, s; -Infinity before the first. */
  imuS = Number.NEGATIVE_INFINITY;
  /** The filter takes its inputs from the inertial sensor. */
  imuActive = false;
  imuTrusted = true;
  /** It came, or came back, while the vehicle was on its way. */
  imuJoined = false;
  /** Why it is not trusted. */
  imuFault: "imu-axes" | "imu-disagrees" | undefined;
  /** Ends the use of the inertial sensor; set by whoever reads it. */
  distrustImu: (fault: "imu-axes" | "imu-disagrees") => void = () => {};
  /** Begins to use it anew, with the orientation as it is known now; nothing that was learnt of it counts any more. */
  renewImu: () => void = () => {};
  /** The same with what was measured of it; its delay stays. */
  restartImu: () => void = () => {};
  stops = 0;
  recoveries = 0;
  /** A gyro bias that was calibrated or restored, with its sigma: given to the filter at its start. */
  readonly gyroBias = new Float64Array([0, 0.01]);
  clockRestarts = 0;

  constructor(options: FusionOptions, onLeave?: EventSink) {
    this.options = options;

    this.light = options.cost === "light";
    this.stepS = this.light ? LIGHT_STEP_S : FULL_STEP_S;
    this.estimator = new Estimator({
      capacity: this.light ? 160 : 512,
      spanS: HISTORY_S,
      ...(onLeave ? { onLeave } : {}),
    });
    this.between = new Between(this.estimator, this.tilt);
    const given = options.gnssDelayS ?? "auto";
    this.estimateDelay = given === "auto";
    const both = typeof given === "object" ? given : undefined;
    const velocityS = both ? both.velocityS : typeof given === "number" ? given : DELAY_S;
    this.orientation = new Orientation(this.estimateDelay ? Number.NaN : velocityS);
    this.delay = new DelayEstimator(velocityS, DELAY_SIGMA_S);
    this.positionDelayS = both ? both.positionS : velocityS;
    this.stationarity = new Stationarity({ ...STATIONARITY, ...options.stationarity });
    this.velocityDelayS = velocityS;
    if (options.reference) this.anchor(options.reference.lat, options.reference.lon);
  }

  anchor(lat: number, lon: number): LocalGeodetic {
    this.local = new LocalGeodetic(new TangentPlane(lat, lon));
    return this.local;
  }

  /** Delays in use: they follow the estimates slowly, so that nothing jumps. */
  velocityDelayS = 0;
  positionDelayS = 0;

  /** How unsure the delay in use is, s; 0 when it was given. */
  get unsureDelayS(): number {
    return this.estimateDelay ? this.delay.unsureS : 0;
  }

  /** Delays of velocity and place as known now. Without anything to compare with, only their difference is. */
  wantedVelocityDelayS(tS: number): number {
    if (!this.estimateDelay) return this.velocityDelayS;
    const lag = this.positionLag.lagS;
    return this.imuActive || this.delay.learnt || this.reference.hasWheel(tS)
      ? Math.max(0, this.delay.delayS, -lag)
      : Math.max(0, -lag);
  }

  wantedPositionDelayS(tS: number): number {
    if (!this.estimateDelay) return this.positionDelayS;
    const lag = this.positionLag.lagS;
    return Math.max(0, this.wantedVelocityDelayS(tS) + (lag === 0 ? this.delay.placeLagS : lag));
  }
}
