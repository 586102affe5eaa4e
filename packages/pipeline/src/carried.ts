import { decodeUtf8, encodeUtf8 } from "@pitwall/core";
import { createFusion, type SavedCalibration } from "@pitwall/fusion";
import type { SensorName } from "./stages/one-of.ts";

/** What was learnt of an inertial sensor, with the receiver it was learnt by. */
export type Learnt = {
  readonly imu: SensorName;
  readonly receiver: SensorName;
  readonly calibration: SavedCalibration;
};

/** The same in a later session of the vehicle. */
export type Carried = Learnt & {
  /** The session that learnt it. */
  readonly session: string;
};

/**
 * The source that holds it in a session's journal: frames of its own before the first of a device, one a sensor. So the
 * journal alone says what its columns come from. No listener names a device like this.
 */
export const CARRIED_SOURCE = {
  device: "pitwall",
  boot: "",
  name: "calibration",
  protocol: "carried-calibration",
} as const;

export const isCarriedSource = (s: { readonly device: string; readonly protocol: string }): boolean =>
  s.protocol === CARRIED_SOURCE.protocol && s.device === CARRIED_SOURCE.device;

export const carriedToBytes = ({ imu, receiver, calibration, session }: Carried): Uint8Array =>
  encodeUtf8(JSON.stringify({ imu, receiver, calibration, session }));

const isName = (n: Partial<SensorName> | undefined): boolean =>
  typeof n?.device === "string" && typeof n.source === "string" && typeof n.messages === "string";

/** Undefined for bytes that are none: of a later Pitwall, or damaged. */
export function carriedFromBytes(bytes: Uint8Array): Carried | undefined {
  try {
    const c = JSON.parse(decodeUtf8(bytes)) as Carried;
    if (!isName(c.imu) || !isName(c.receiver) || typeof c.session !== "string") return undefined;
    if (typeof c.calibration !== "object" || c.calibration === null) return undefined;
    // it refuses what is no calibration
    createFusion({ calibration: c.calibration });
    return c;
  } catch {
    return undefined;
  }
}
