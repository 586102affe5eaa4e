import { biasConfidence } from "./blend.ts";
import { smallestPivot } from "./ekf/condition.ts";
import { BIAS_FORWARD, BIAS_LEFT, BIAS_YAW, VARIANCE, YAW } from "./ekf/filter.ts";
import { MODEL_HOLD } from "./ekf/motion.ts";
import type { GnssInput } from "./gnss-input.ts";
import type { Output } from "./output.ts";
import { IMU_SILENT_S, type Parts } from "./parts.ts";
import type { Degraded, FusionState, FusionSummary, GnssState } from "./types.ts";

const STALE_S = 2;

const confidence = (p: Parts): number => biasConfidence(p.estimator.filter.p[VARIANCE[BIAS_FORWARD]!]!);

function gnssState(g: GnssInput, nowS: number): GnssState {
  if (Number.isNaN(g.freshS)) return !Number.isNaN(g.quality) ? "searching" : "none";
  if (nowS - g.freshS > STALE_S) return g.quality === 0 ? "searching" : "stale";
  return g.quality === 2 ? "2d" : "3d";
}

function reasons(p: Parts, g: GnssInput, nowS: number): Degraded[] {
  const e = p.estimator;
  const list: Degraded[] = [];
  const standing = e.model === MODEL_HOLD;
  if (Number.isNaN(g.freshS)) list.push("no-fix");
  else if (nowS - g.freshS > STALE_S && !standing) list.push("gnss-stale");
  if (p.position.streak >= 3 || p.velocity.streak >= 3) list.push("gnss-rejected");
  if (p.imuCount.accepted === 0) list.push("no-imu");
  else if (nowS - p.imuS > IMU_SILENT_S) list.push("imu-stale");
  if (p.imuFault) list.push(p.imuFault);
  else if (p.imuActive && e.noiseScale > 30) list.push("imu-disagrees");
  if (e.running && !(e.filter.p[VARIANCE[YAW]!]! < 0.1)) list.push("yaw-unknown");
  if (p.estimateDelay && p.imuActive && p.delay.sigmaS > 0.03) list.push("delay-unknown");
  if (p.imuActive && confidence(p) < 0.3) list.push("not-calibrated");
  if (e.restarts + p.clockRestarts > 0) list.push("restarted");
  return list;
}

export function summarize(
  p: Parts,
  g: GnssInput,
  out: Output,
  state: FusionState,
  nowS: number,
): FusionSummary {
  const e = p.estimator;
  const { x } = e.filter;
  const attitude = new Float64Array(2);
  p.tilt.attitude(attitude);
  const { sigma, yawSigma } = state;
  const { q } = p.orientation;
  const own = p.imuActive && e.running;
  return {
    cost: p.light ? "light" : "full",
    smoothed: false,
    sigmaM: !Number.isNaN(sigma) ? sigma : null,
    yawSigmaRad: !Number.isNaN(yawSigma) ? yawSigma : null,
    pivot: e.running ? smallestPivot(e.filter) : null,
    stationary: e.model === MODEL_HOLD,
    gnssState: gnssState(g, nowS),
    degraded: reasons(p, g, nowS),
    reference: p.local ? { lat: p.local.plane.latDeg, lon: p.local.plane.lonDeg } : null,
    sensors: {
      imu: p.imuCount.summary(),
      position: p.position.summary(),
      velocity: p.velocity.summary(),
      wheel: p.wheel.summary(),
      heading: p.heading.summary(),
    },
    delay: {
      positionS: p.positionDelayS,
      velocityS: p.velocityDelayS,
      sigmaS: p.delay.sigmaS,
      estimated: p.estimateDelay,
    },
    calibration: {
      start: p.start.state,
      orientation: {
        known: p.orientation.known && p.imuTrusted,
        turned: p.orientation.turned,
        quaternion: [q[0]!, q[1]!, q[2]!, q[3]!],
        foundAfterS: Number.isNaN(p.orientation.foundAfterS) ? null : p.orientation.foundAfterS,
      },
      rollRad: p.mounting.rollRad,
      pitchRad: p.mounting.pitchRad,
      yawRad: p.mounting.yawRad,
      yawSigmaRad: p.mounting.yawSigmaRad,
      forwardBiasMps2: own ? x[BIAS_FORWARD]! : 0,
      leftBiasMps2: own ? x[BIAS_LEFT]! : 0,
      gyroBiasRadps: [p.tilt.gyroBias[0]!, p.tilt.gyroBias[1]!, own ? x[BIAS_YAW]! : p.gyroBias[0]!],
      wheelScale: p.wheelScale.scale,
      wheelScaleSigma: p.wheelScale.sigma,
      magnetometerOffsetRad: p.magnetometer.sense === 0 ? null : p.magnetometer.offsetRad,
      confidence: p.imuActive ? confidence(p) : 0,
    },
    counts: {
      stops: p.stops,
      recoveries: p.recoveries,
      restarts: e.restarts + p.clockRestarts,
      repeatedEvents: e.history.repeated,
    },
    preset: out.mode.preset,
  };
}
