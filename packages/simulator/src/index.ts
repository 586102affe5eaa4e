export { type Answerer, createAnswerer } from "./answerer.ts";
export type { DriveOptions } from "./driver.ts";
export { vehicleEcu } from "./ecu.ts";
export { type Faults, FaultyLink, type LinkCounts, NO_FAULTS, parseFaults, within } from "./faults.ts";
export { Random } from "./random.ts";
export { GNSS_10HZ, GNSS_25HZ, type GnssModel, IMU_WT901, type ImuModel } from "./sensors.ts";
export { SlcanAdapter } from "./slcan-adapter.ts";
export { blackboxSource, jsonSource } from "./sources/displays.ts";
export { equipmentOf, sourcesOf } from "./sources/equipment.ts";
export { metresPerDegree, prepareTrack, type SimTrack, trackOfDegrees } from "./track.ts";
export { type Crossing, courseOf, createTruth, Trajectory, type Truth } from "./trajectory.ts";
export {
  phaseOf,
  type SimFrame,
  SimUnit,
  type SourceSpec,
  type UnitCounts,
  type UnitOptions,
} from "./unit.ts";
export { VEHICLES, type Vehicle, type VehicleName } from "./vehicles.ts";
