import type { GnssModel } from "../sensors.ts";
import type { SourceSpec } from "../unit.ts";
import { VEHICLES, type VehicleName } from "../vehicles.ts";
import { BATTERIES } from "./batteries.ts";
import { obd2, telemetryNode, vescCan, vescUart } from "./motors.ts";
import { nmea, racebox, racechronoDiy, racehfBean, racehfKart, ubx, wt901 } from "./receivers.ts";

type Place = "receiver" | "inertial" | "motor" | "battery" | "diagnosis";

type Device = {
  readonly protocol: string;
  readonly place: Place;
  readonly fits: (vehicle: VehicleName) => boolean;
  readonly sources: (gnss: GnssModel) => readonly SourceSpec[];
};

const anything = () => true;
const electric = (vehicle: VehicleName) => VEHICLES[vehicle].drive === "electric";

const DEVICES: readonly Device[] = [
  { protocol: "ubx", place: "receiver", fits: anything, sources: (g) => [ubx(g.rateHz, g.latencyS)] },
  {
    protocol: "nmea",
    place: "receiver",
    fits: anything,
    // at the line rates of such receivers more sentences than this do not get through
    sources: (g) => [nmea(Math.min(10, g.rateHz), g.latencyS)],
  },
  { protocol: "racebox", place: "receiver", fits: anything, sources: (g) => [racebox(g.rateHz, g.latencyS)] },
  {
    protocol: "racechrono-diy",
    place: "receiver",
    fits: anything,
    sources: (g) => [racechronoDiy(Math.min(10, g.rateHz), g.latencyS)],
  },
  {
    protocol: "racehf-kart",
    place: "receiver",
    fits: (v) => v === "kart-combustion",
    sources: () => racehfKart,
  },
  { protocol: "racehf-bean", place: "receiver", fits: anything, sources: () => [racehfBean] },
  { protocol: "wt901", place: "inertial", fits: anything, sources: () => wt901 },
  { protocol: "vesc-can", place: "motor", fits: electric, sources: () => [vescCan] },
  { protocol: "vesc-uart", place: "motor", fits: electric, sources: () => [vescUart] },
  {
    protocol: "telemetry-node",
    place: "motor",
    fits: (v) => v === "boat",
    sources: () => [telemetryNode],
  },
  {
    protocol: "obd2",
    place: "diagnosis",
    fits: (v) => v === "car" || v === "road",
    sources: () => obd2,
  },
  ...BATTERIES.map(
    (b): Device => ({ protocol: b.protocol, place: "battery", fits: electric, sources: () => [b] }),
  ),
];

const BY_DEFAULT: Readonly<Record<VehicleName, readonly string[]>> = {
  kart: ["ubx", "wt901", "vesc-can", "vesc-bms"],
  "kart-combustion": ["racehf-kart"],
  car: ["racebox", "obd2"],
  road: ["nmea", "obd2"],
  boat: ["nmea", "telemetry-node"],
};

/** Protocols that can be on board of a vehicle. */
export const equipmentOf = (vehicle: VehicleName): readonly string[] =>
  DEVICES.filter((d) => d.fits(vehicle)).map((d) => d.protocol);

/**
 * What is on board. A protocol that is wanted takes the place of the device that is there by default, if one is:
 * `jbd` instead of the controller maker's BMS. Throws RangeError for one that does not fit the vehicle, or where two
 * want the same place.
 */
export function sourcesOf(
  vehicle: VehicleName,
  gnss: GnssModel,
  wanted: readonly string[] = [],
): readonly SourceSpec[] {
  const chosen = new Map<Place, Device>();
  for (const protocol of new Set(wanted)) {
    const device = DEVICES.find((d) => d.protocol === protocol && d.fits(vehicle));
    if (!device)
      throw new RangeError(`a ${vehicle} has no ${protocol}; it can have ${equipmentOf(vehicle).join(" ")}`);
    const other = chosen.get(device.place);
    if (other)
      throw new RangeError(
        `${other.protocol} and ${protocol} are both a ${device.place}: a ${vehicle} has one`,
      );
    chosen.set(device.place, device);
  }
  for (const protocol of BY_DEFAULT[vehicle]) {
    const device = DEVICES.find((d) => d.protocol === protocol)!;
    if (!chosen.has(device.place)) chosen.set(device.place, device);
  }
  const order: readonly Place[] = ["receiver", "inertial", "motor", "battery", "diagnosis"];
  return order.flatMap((place) => chosen.get(place)?.sources(gnss) ?? []);
}
