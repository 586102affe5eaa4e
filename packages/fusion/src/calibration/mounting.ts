import { REF_CENTRIPETAL, REF_FORWARD, type Reference } from "../reference.ts";

/** No mounting is off by more than this: 15 deg. */
const MOST_RAD = 0.26;
/** Nor turned by more about the vertical: what is beyond 40 deg is another orientation. */
const MOST_YAW_RAD = 0.75;
const WINDOW_S = 0.5;
const PRIOR_YAW_RAD = 0.06;
/** Bias of the forward force drifts with the slope of the road, (m/s^2)^2/s. */
const BIAS_DRIFT = 0.05 ** 2;

const clamp = (v: number, most = MOST_RAD): number => Math.max(-most, Math.min(most, v));

/**
 * How the sensor sits in the vehicle.
 *
 * Pitch and roll: the mean of the tilt over minutes; a track and a town have no slope on average.
 * Yaw: a sensor turned by e reads a_long cos e + a_lat sin e forward. Over half a second, forward force minus the
 * change of GNSS speed is bias + e x centripetal force; a two-state Kalman filter on [bias, e] separates them.
 */
export class Mounting {
  yawRad = 0;
  yawSigmaRad = PRIOR_YAW_RAD;
  pitchRad = 0;
  rollRad = 0;
  /** Seconds of tilt in the mean, up to two minutes. */
  tiltS = 0;
  #bias = Number.NaN;
  #pBias = 1;
  #pCross = 0;
  #pYaw = PRIOR_YAW_RAD ** 2;
  #lastS = Number.NaN;
  #lastMps = Number.NaN;

  /** The vehicle was told to be level and at rest, or has been for a while. */
  learnTilt(rollRad: number, pitchRad: number, dtS: number): void {
    this.tiltS = Math.min(120, this.tiltS + dtS);
    const share = Math.min(1, dtS / this.tiltS);
    this.rollRad += share * (rollRad - this.rollRad);
    this.pitchRad += share * (pitchRad - this.pitchRad);
  }

  /**
   * GNSS speed at time tS (delay already taken off), with its sigma. `ref` holds forward force already turned by
   * `yawRad`. Returns true when the estimate moved.
   */
  gnssSpeed(tS: number, speedMps: number, sigmaMps: number, ref: Reference): boolean {
    const dt = tS - this.#lastS;
    if (!(dt > 0) || dt > 1.5) {
      this.#lastS = tS;
      this.#lastMps = speedMps;
      return false;
    }
    if (dt < WINDOW_S) return false;
    const from = this.#lastS;
    const change = speedMps - this.#lastMps;
    this.#lastS = tS;
    this.#lastMps = speedMps;
    if (!(speedMps > 3) || !ref.covers(REF_FORWARD, from, tS)) return false;
    const force = ref.at(tS, REF_FORWARD) - ref.at(from, REF_FORWARD);
    const centripetal = ref.at(tS, REF_CENTRIPETAL) - ref.at(from, REF_CENTRIPETAL);
    return this.#update(force - change, dt, centripetal, 2 * sigmaMps * sigmaMps + (0.2 * dt) ** 2);
  }

  #update(residual: number, hBias: number, hYaw: number, variance: number): boolean {
    if (Number.isNaN(this.#bias)) this.#bias = residual / hBias;
    this.#pBias += BIAS_DRIFT * hBias;
    this.#pYaw += 1e-8 * hBias;
    const cBias = this.#pBias * hBias + this.#pCross * hYaw;
    const cYaw = this.#pCross * hBias + this.#pYaw * hYaw;
    const s = hBias * cBias + hYaw * cYaw + variance;
    const innovation = residual - this.#bias * hBias;
    if (!((innovation * innovation) / s < 9)) return false;
    this.#bias += (cBias / s) * innovation;
    // the force is turned by yawRad already: the innovation is of what is left
    const before = this.yawRad;
    this.yawRad = clamp(this.yawRad + (cYaw / s) * innovation, MOST_YAW_RAD);
    this.#pBias = Math.max(1e-6, this.#pBias - (cBias * cBias) / s);
    this.#pCross -= (cBias * cYaw) / s;
    this.#pYaw = Math.max(1e-7, this.#pYaw - (cYaw * cYaw) / s);
    this.yawSigmaRad = Math.sqrt(this.#pYaw);
    return this.yawRad !== before;
  }

  /** Another sensor, or another orientation of it, of which only the heading is known roughly. */
  clear(yawRad: number): void {
    this.restore(0, 0, 0, yawRad, PRIOR_YAW_RAD);
    this.#bias = Number.NaN;
    this.#pBias = 1;
    this.#pCross = 0;
    this.#lastS = Number.NaN;
  }

  /** From a saved calibration. */
  restore(rollRad: number, pitchRad: number, tiltS: number, yawRad: number, yawSigmaRad: number): void {
    this.rollRad = clamp(rollRad);
    this.pitchRad = clamp(pitchRad);
    this.tiltS = Math.max(0, Math.min(120, tiltS));
    this.yawRad = clamp(yawRad, MOST_YAW_RAD);
    this.yawSigmaRad = Math.max(1e-3, Math.min(PRIOR_YAW_RAD, yawSigmaRad));
    this.#pYaw = this.yawSigmaRad ** 2;
  }
}
