import type { SavedCalibration } from "../types.ts";

/** Tilt starts where it was, and its mean begins anew. */
const TILT_S = 1;
/** 1.7 deg: what a sensor moves that was taken off and put back. One that was put elsewhere is learnt within two laps. */
const YAW_SIGMA_RAD = 0.03;
/** A gyro that was switched off comes back with another bias: some tenths of a degree a second. */
const GYRO_SIGMA_RADPS = 0.004;
const GYRO_LEARNT_S = 20;
/** Other tyres. */
const WHEEL_SIGMA = 0.02;

/**
 * What one session learnt as a start for the next of the same vehicle: the values, with as much doubt as it takes that
 * a sensor which sits differently now is learnt again as fast as one that is new. The place is not kept, nor the offset
 * of a compass: many count from where they were switched on.
 */
export const carriedOver = (c: SavedCalibration): SavedCalibration => ({
  ...c,
  reference: null,
  mounting: {
    ...c.mounting,
    tiltS: Math.min(TILT_S, c.mounting.tiltS),
    yawSigmaRad: Math.max(YAW_SIGMA_RAD, c.mounting.yawSigmaRad),
  },
  gyroBiasSigmaRadps: Math.max(GYRO_SIGMA_RADPS, c.gyroBiasSigmaRadps),
  gyroLearntS: GYRO_LEARNT_S,
  wheel: { ...c.wheel, sigma: Math.max(WHEEL_SIGMA, c.wheel.sigma) },
  magnetometer: { sense: 0, offsetRad: 0, samples: 0 },
});
