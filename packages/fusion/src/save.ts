import { BIAS_YAW, VARIANCE } from "./ekf/filter.ts";
import type { Parts } from "./parts.ts";
import type { SavedCalibration } from "./types.ts";

const quaternion = (q: Float64Array): readonly [number, number, number, number] => [
  q[0]!,
  q[1]!,
  q[2]!,
  q[3]!,
];

export function saveCalibration(p: Parts): SavedCalibration {
  const e = p.estimator;
  const own = e.running && p.imuActive;
  const { mounting, magnetometer, wheelScale } = p;
  return {
    version: 1,
    reference: p.local ? { lat: p.local.plane.latDeg, lon: p.local.plane.lonDeg } : null,
    mounting: {
      rollRad: mounting.rollRad,
      pitchRad: mounting.pitchRad,
      tiltS: mounting.tiltS,
      yawRad: mounting.yawRad,
      yawSigmaRad: mounting.yawSigmaRad,
    },
    gyroBiasRadps: [p.tilt.gyroBias[0]!, p.tilt.gyroBias[1]!, own ? e.filter.x[BIAS_YAW]! : p.gyroBias[0]!],
    gyroBiasSigmaRadps: own ? Math.sqrt(e.filter.p[VARIANCE[BIAS_YAW]!]!) : p.gyroBias[1]!,
    delay: {
      positionS: Math.max(0, p.delay.delayS + p.delay.placeLagS),
      velocityS: p.delay.delayS,
      sigmaS: p.delay.sigmaS,
    },
    wheel: { scale: wheelScale.scale, sigma: wheelScale.sigma },
    magnetometer: {
      sense: magnetometer.sense,
      offsetRad: magnetometer.offsetRad,
      samples: magnetometer.samples,
    },
    ...(p.orientation.turned ? { orientation: quaternion(p.orientation.q) } : {}),
  };
}

/** Values that are not finite numbers throw a RangeError: a calibration is a file, and files break. */
export function restoreCalibration(p: Parts, c: SavedCalibration): void {
  const numbers = [
    ...Object.values(c.mounting),
    ...c.gyroBiasRadps,
    c.gyroBiasSigmaRadps,
    c.gyroLearntS ?? 0,
    c.delay.positionS,
    c.delay.velocityS,
    c.delay.sigmaS,
    c.wheel.scale,
    c.wheel.sigma,
    ...Object.values(c.magnetometer),
    ...(c.orientation ?? []),
    ...(c.reference ? [c.reference.lat, c.reference.lon] : []),
  ];
  if (c.version !== 1 || !numbers.every((v) => Number.isFinite(v)))
    throw new RangeError("calibration: not a saved calibration of version 1");
  if (c.orientation) {
    const q = Float64Array.from(c.orientation);
    const length = Math.hypot(...q);
    if (q.length !== 4 || !(Math.abs(length - 1) < 1e-3))
      throw new RangeError("calibration: orientation is not a unit quaternion");
    p.orientation.use(q.map((v) => v / length));
  }
  if (c.reference && !p.options.reference) p.anchor(c.reference.lat, c.reference.lon);
  const m = c.mounting;
  p.mounting.restore(m.rollRad, m.pitchRad, m.tiltS, m.yawRad, m.yawSigmaRad);
  if (m.tiltS > 0) p.tilt.setAttitude(p.mounting.rollRad, p.mounting.pitchRad);
  p.tilt.mountingYawRad = p.mounting.yawRad;
  if (m.tiltS > 30 || c.gyroLearntS !== undefined) p.tilt.setGyroBias(c.gyroBiasRadps[0], c.gyroBiasRadps[1]);
  if (c.gyroLearntS !== undefined) p.tilt.settledS = Math.max(0, Math.min(p.tilt.settledS, c.gyroLearntS));
  p.gyroBias[0] = c.gyroBiasRadps[2];
  // switched off and on, a gyro does not come back where it was
  p.gyroBias[1] = Math.min(0.01, c.gyroBiasSigmaRadps + 0.001);
  if (p.estimateDelay) {
    p.delay.restore(c.delay.velocityS, c.delay.positionS - c.delay.velocityS, c.delay.sigmaS + 0.005);
    p.velocityDelayS = p.delay.delayS;
    p.positionDelayS = Math.max(0, p.delay.delayS + p.delay.placeLagS);
  }
  p.wheelScale.restore(c.wheel.scale, c.wheel.sigma);
  p.magnetometer.restore(c.magnetometer.sense, c.magnetometer.offsetRad, c.magnetometer.samples);
}
