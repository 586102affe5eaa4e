import type { StartState } from "./calibration/stationary-start.ts";
import type { ModePreset, ModeThresholds } from "./presets.table.ts";
import type { StationarityLimits } from "./stationarity.ts";

/** One fix as a receiver gives it; NaN for what it does not say. Reuse one object. */
export type GnssFix = {
  /** WGS 84, deg. */
  lat: number;
  lon: number;
  /** Over ground, m/s. */
  speed: number;
  /** Clockwise from north, rad. */
  course: number;
  /** The receiver's own 1 sigma, m and m/s. */
  hAcc: number;
  sAcc: number;
  hdop: number;
  /** 0 none, 2 = 2D, 3 = 3D. */
  fix: number;
  sats: number;
};

export const createFix = (): GnssFix => ({
  lat: Number.NaN,
  lon: Number.NaN,
  speed: Number.NaN,
  course: Number.NaN,
  hAcc: Number.NaN,
  sAcc: Number.NaN,
  hdop: Number.NaN,
  fix: Number.NaN,
  sats: Number.NaN,
});

/** What is kept from one run to the next. Plain JSON. */
export type SavedCalibration = {
  readonly version: 1;
  readonly reference: { readonly lat: number; readonly lon: number } | null;
  readonly mounting: {
    readonly rollRad: number;
    readonly pitchRad: number;
    readonly tiltS: number;
    readonly yawRad: number;
    readonly yawSigmaRad: number;
  };
  readonly gyroBiasRadps: readonly [number, number, number];
  readonly gyroBiasSigmaRadps: number;
  /** From an earlier session: for how long the biases about x and y count as learnt, s. */
  readonly gyroLearntS?: number;
  readonly delay: { readonly positionS: number; readonly velocityS: number; readonly sigmaS: number };
  readonly wheel: { readonly scale: number; readonly sigma: number };
  readonly magnetometer: { readonly sense: number; readonly offsetRad: number; readonly samples: number };
  /** Unit quaternion [w, x, y, z], sensor to vehicle axes; left out while the axes are as agreed. The rest is of the turned sensor. */
  readonly orientation?: readonly [number, number, number, number];
};

export type FusionOptions = {
  /** `full`: covariance with every inertial sample. `light`: state with every sample, covariance at 25 Hz. */
  readonly cost?: "full" | "light";
  /** How late fixes are, s; "auto" estimates it while inertial or wheel data allow it. */
  readonly gnssDelayS?: number | "auto" | { readonly positionS: number; readonly velocityS: number };
  /** Vehicles on wheels do not slide sideways for long; boats do. */
  readonly sideSlip?: "none" | "free";
  /** Origin of x and y; the first fix when left out. */
  readonly reference?: { readonly lat: number; readonly lon: number };
  readonly preset?: ModePreset;
  /** With preset "custom". */
  readonly thresholds?: ModeThresholds;
  readonly stationarity?: Partial<StationarityLimits>;
  /** Low-pass of the shown accelerations and yaw rate. */
  readonly cutoffHz?: number;
  /** 1 sigma of a fix that says neither hAcc nor HDOP; and per unit of HDOP; m. */
  readonly fixSigmaM?: number;
  readonly hdopSigmaM?: number;
  /** 1 sigma of GNSS speed that does not say sAcc, m/s. */
  readonly speedSigmaMps?: number;
  readonly calibration?: SavedCalibration;
  /** Called with every new state; the object is borrowed until the callback returns. */
  readonly onState?: (state: FusionState) => void;
};

/** The fused state. One object, filled anew; NaN is "not known yet". */
export type FusionState = {
  tUs: number;
  lat: number;
  lon: number;
  /** East and north of the reference, m. */
  x: number;
  y: number;
  vx: number;
  vy: number;
  speed: number;
  /** Counter-clockwise from east, (-pi, pi]. */
  yaw: number;
  /** Clockwise from north, [0, 2 pi). */
  course: number;
  yawRate: number;
  aLong: number;
  aLat: number;
  aUp: number;
  /** 1 sigma of the horizontal position, m, and of yaw, rad. */
  sigma: number;
  yawSigma: number;
  mode: number;
};

export const createState = (): FusionState => ({
  tUs: Number.NaN,
  lat: Number.NaN,
  lon: Number.NaN,
  x: Number.NaN,
  y: Number.NaN,
  vx: Number.NaN,
  vy: Number.NaN,
  speed: Number.NaN,
  yaw: Number.NaN,
  course: Number.NaN,
  yawRate: Number.NaN,
  aLong: Number.NaN,
  aLat: Number.NaN,
  aUp: Number.NaN,
  sigma: Number.NaN,
  yawSigma: Number.NaN,
  mode: 0,
});

/** Why values are worse than they could be. A closed list. */
export type Degraded =
  | "no-fix" // no fix has come yet
  | "gnss-stale" // the last fix is old: dead reckoning
  | "gnss-rejected" // fixes come, but contradict the filter
  | "no-imu"
  | "imu-stale"
  | "imu-axes" // z does not read upwards, and how the sensor sits is not known yet
  | "imu-disagrees" // inertial data and GNSS contradict each other for long
  | "yaw-unknown"
  | "delay-unknown"
  | "not-calibrated"
  | "restarted"; // the filter had to start again

export type GnssState = "none" | "searching" | "2d" | "3d" | "stale";

export type SensorSummary = {
  readonly rateHz: number;
  readonly samples: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly invalid: number;
  readonly late: number;
  readonly repeated: number;
  /** Mean normalised innovation squared over its degrees of freedom: 1 when the filter is as sure as it should be. */
  readonly nis: number | null;
};

/** How the sensor sits, any way round; roll, pitch and yaw of the mounting are what is left beyond that. */
export type OrientationSummary = {
  /** The vehicle's movements agree with it. */
  readonly known: boolean;
  /** Samples are turned by `quaternion`, [w, x, y, z], sensor to vehicle axes. Otherwise the axes are as agreed. */
  readonly turned: boolean;
  readonly quaternion: readonly [number, number, number, number];
  /** Seconds of samples it took to find; null when it was not turned, or in an earlier run. */
  readonly foundAfterS: number | null;
};

export type FusionSummary = {
  readonly cost: "full" | "light";
  readonly smoothed: boolean;
  readonly sigmaM: number | null;
  readonly yawSigmaRad: number | null;
  /** Smallest pivot of the covariance scaled to unit diagonal: above 0 while the filter is sound. */
  readonly pivot: number | null;
  readonly stationary: boolean;
  readonly gnssState: GnssState;
  readonly degraded: readonly Degraded[];
  readonly reference: { readonly lat: number; readonly lon: number } | null;
  readonly sensors: {
    readonly imu: SensorSummary;
    readonly position: SensorSummary;
    readonly velocity: SensorSummary;
    readonly wheel: SensorSummary;
    readonly heading: SensorSummary;
  };
  /** How late places and velocities of fixes are taken to be. */
  readonly delay: {
    readonly positionS: number;
    readonly velocityS: number;
    readonly sigmaS: number;
    readonly estimated: boolean;
  };
  readonly calibration: {
    readonly start: StartState;
    readonly orientation: OrientationSummary;
    readonly rollRad: number;
    readonly pitchRad: number;
    readonly yawRad: number;
    readonly yawSigmaRad: number;
    readonly forwardBiasMps2: number;
    readonly leftBiasMps2: number;
    readonly gyroBiasRadps: readonly [number, number, number];
    readonly wheelScale: number;
    readonly wheelScaleSigma: number;
    readonly magnetometerOffsetRad: number | null;
    /** 0 to 1: how well forward acceleration is known. */
    readonly confidence: number;
  };
  readonly counts: {
    readonly stops: number;
    readonly recoveries: number;
    readonly restarts: number;
    readonly repeatedEvents: number;
  };
  readonly preset: ModePreset;
};
