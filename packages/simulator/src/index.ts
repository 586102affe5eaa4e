export { SIM_VIN, vehicleEcu } from "./ecu.ts";
export { type Faults, FaultyLink, type LinkCounts, NO_FAULTS, parseFaults, within } from "./faults.ts";
export { Random } from "./random.ts";
export { GNSS_10HZ, GNSS_25HZ, type GnssModel, IMU_WT901, type ImuModel } from "./sensors.ts";
export { blackboxSource, courseOf, jsonSource, sourcesOf } from "./sources.ts";
export { metresPerDegree, prepareTrack, type SimTrack, trackOfDegrees } from "./track.ts";
export { type Crossing, createTruth, type DriveOptions, Trajectory, type Truth } from "./trajectory.ts";
export { type SimFrame, SimUnit, type SourceSpec, type UnitCounts, type UnitOptions } from "./unit.ts";
export { VEHICLES, type Vehicle, type VehicleName } from "./vehicles.ts";
