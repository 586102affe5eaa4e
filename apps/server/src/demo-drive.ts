import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { DemoChoices, DemoDrive } from "@pitwall/api";
import { starterTracks } from "@pitwall/laps/library";
import {
  blackboxSource,
  GNSS_25HZ,
  SimUnit,
  Trajectory,
  trackOfDegrees,
  VEHICLES,
  type VehicleName,
} from "@pitwall/simulator";
import type { Demo } from "./demo.ts";
import { safeName } from "./ingest/door.ts";

const HALF_WIDTH_M = 6;
const RATE_HZ = 25;

const drivable = () => starterTracks().filter((t) => t.layouts[0]?.centreLine !== undefined);

/** What a simulated demo can be made of. */
export const demoChoices = (): DemoChoices => ({
  vehicles: Object.keys(VEHICLES),
  tracks: drivable().map((t) => t.name),
});

/** Vehicle of a simulated drive, one for each course, so that nobody jumps from one to the next: plain letters. */
export const vehicleOfDrive = ({ track, vehicle }: DemoDrive): string =>
  safeName(
    `${vehicle} ${track}`
      .normalize("NFD")
      .replace(/\p{M}/gu, "")
      .replace(/[\s-]+/g, " "),
  );

/** Sends the Blackbox packets of a simulated drive to the UDP listener at the pace of time. Throws RangeError. */
export async function startDrive(
  udpPort: number,
  choice: DemoDrive,
  begin: (endpoint: string) => void,
  onEnd: () => void,
): Promise<Demo> {
  const track = drivable().find((t) => t.name === choice.track);
  if (!Object.hasOwn(VEHICLES, choice.vehicle)) throw new RangeError(`no vehicle "${choice.vehicle}"`);
  if (!track) throw new RangeError(`no track "${choice.track}"`);
  const vehicle = choice.vehicle as VehicleName;
  const seed = Date.now() % 2 ** 32;
  const course = trackOfDegrees(track.name, track.layouts[0]!.centreLine!, HALF_WIDTH_M);
  const trajectory = new Trajectory(course, VEHICLES[vehicle], { seed, laps: choice.laps, driverNoise: 1 });
  const options = { seed, name: vehicle, startUs: Date.now() * 1000, gnss: GNSS_25HZ };
  const unit = new SimUnit(trajectory, [blackboxSource(RATE_HZ)], options);
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const endpoint = `127.0.0.1:${socket.address().port}`;
  begin(endpoint);
  const start = performance.now();
  const timer = setInterval(() => {
    const nowS = (performance.now() - start) / 1000;
    while (unit.nextS <= nowS) unit.step((frame) => socket.send(frame.bytes, udpPort, "127.0.0.1"));
    if (unit.nextS !== Number.POSITIVE_INFINITY) return;
    clearInterval(timer);
    onEnd();
  }, 1000 / RATE_HZ);
  return {
    endpoint,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      socket.close();
      await once(socket, "close");
    },
  };
}
