import { carriedToBytes } from "@pitwall/pipeline";
import type { Catalogue } from "@pitwall/store";
import type { LiveVehicle, OpenSession } from "./vehicle.ts";

/** What earlier sessions learnt of the sensors of a vehicle, as records for the journal of a session that begins. */
export const knownCalibrations = (catalogue: Catalogue, vehicle: LiveVehicle): Uint8Array[] =>
  vehicle.replay ? [] : catalogue.calibrations.of(vehicle.id).map((row) => row.content);

/** Keeps what an open session has learnt for the next one of the vehicle, where that is enough to be kept. Throws what SQLite does. */
export function keepCalibration(catalogue: Catalogue, vehicle: LiveVehicle, session: OpenSession): void {
  const learnt = vehicle.replay ? undefined : session.learning?.learnt();
  if (!learnt) return;
  const { device, source, messages } = learnt.imu;
  catalogue.calibrations.keep({
    vehicle: vehicle.id,
    sensor: JSON.stringify([device, source, messages]),
    learntUs: vehicle.lastSeenUs,
    content: carriedToBytes({ ...learnt, session: session.ref.id }),
  });
}
