/** A RaceChrono file of hours of laps as the app writes it: a row at each instant of any source, every cell filled. */
import { open } from "node:fs/promises";
import {
  courseOf,
  createTruth,
  metresPerDegree,
  Random,
  type SimTrack,
  Trajectory,
  VEHICLES,
} from "@pitwall/simulator";

const G = 9.80665;
const ROWS_HZ = 50;
/** The receiver is half as fast as the rows: each fix is repeated once. A control unit answers five times a second. */
const FIX_EVERY = 2;
const OBD_EVERY = 10;
const START_S = 1_767_150_797;

const COLUMNS = [
  ["altitude", "m", "100: gps"],
  ["bearing", "deg", "100: gps"],
  ["device_update_rate", "Hz", "100: gps"],
  ["fix_type", "", "100: gps"],
  ["latitude", "deg", "100: gps"],
  ["longitude", "deg", "100: gps"],
  ["satellites", "sats", "100: gps"],
  ["speed", "m/s", "100: gps"],
  ["x_acc", "G", "101: acc"],
  ["y_acc", "G", "101: acc"],
  ["z_acc", "G", "101: acc"],
  ["x_rate_of_rotation", "deg/s", "102: gyro"],
  ["y_rate_of_rotation", "deg/s", "102: gyro"],
  ["z_rate_of_rotation", "deg/s", "102: gyro"],
  ["combined_acc", "G", "calc"],
  ["lateral_acc", "G", "calc"],
  ["longitudinal_acc", "G", "calc"],
  ["speed", "m/s", "calc"],
  ["accelerator_pos", "%", "200: obd"],
  ["coolant_temp", ".C", "200: obd"],
  ["rpm", "rpm", "200: obd"],
  ["speed", "m/s", "200: obd"],
  ["throttle_pos", "%", "200: obd"],
] as const;

const head = (): string =>
  [
    "This file is created using RaceChrono Pro v9.1.3 ( http://racechrono.com/ ).",
    "Format,3",
    'Session title,"Bench"',
    "Session type,Lap timing",
    'Track name,"Bench"',
    "Driver name,",
    "Created,31/12/2025,03:13",
    "Note,",
    "",
    `timestamp,fragment_id,lap_number,elapsed_time,distance_traveled,${COLUMNS.map((c) => c[0])}`,
    `unix time,,,s,m,${COLUMNS.map((c) => c[1])}`,
    `,,,,,${COLUMNS.map((c) => c[2])}`,
    "",
  ].join("\n");

/** Writes a file of about so many bytes; returns its length. Ends early where the drive does. */
export async function writeSession(path: string, track: SimTrack, bytes: number): Promise<number> {
  const drive = new Trajectory(track, VEHICLES.car, { seed: 1, laps: 700, driverNoise: 1 });
  const phi = (track.reference.lat * Math.PI) / 180;
  const scale = metresPerDegree(Math.cos(phi), Math.sin(phi));
  const random = new Random(1, "receiver");
  const noise = (sigma: number) => sigma * random.gauss();
  const t = createTruth();
  const file = await open(path, "w");
  let size = (await file.write(head())).bytesWritten;
  let text = "";
  let gps = "";
  let obd = "";
  for (let row = 0; size < bytes; row++) {
    const tS = row / ROWS_HZ;
    if (tS > drive.durationS) break;
    drive.at(tS, t);
    if (row % FIX_EVERY === 0) {
      const lat = track.reference.lat + (t.y + noise(0.4)) / scale.lat;
      const lon = track.reference.lon + (t.x + noise(0.4)) / scale.lon;
      const course = ((((courseOf(t.yawRad) * 180) / Math.PI + noise(0.1)) % 360) + 360) % 360;
      gps = `${(103 + noise(0.3)).toFixed(1)},${course.toFixed(2)},25.0,3.0,${lat.toFixed(7)},${lon.toFixed(7)},14.0,${Math.abs(t.speedMps + noise(0.05)).toFixed(3)}`;
    }
    const [along, left] = [t.aLongMps2 / G, t.aLatMps2 / G];
    const pedal = Math.max(0, Math.min(100, 20 + along * 150));
    if (row % OBD_EVERY === 0)
      obd = `${pedal.toFixed(5)},${(88 + Math.sin(tS / 60)).toFixed(5)},${(900 + ((t.speedMps * 95) % 6000)).toFixed(5)},${(t.speedMps * 0.98).toFixed(5)},${(pedal * 0.9).toFixed(5)}`;
    const imu = `${(along + noise(0.02)).toFixed(5)},${(left + noise(0.02)).toFixed(5)},${(1 + noise(0.03)).toFixed(5)},${noise(0.5).toFixed(3)},${noise(0.5).toFixed(3)},${((t.yawRateRadps * 180) / Math.PI + noise(0.2)).toFixed(3)}`;
    const calc = `${Math.hypot(along, left).toFixed(5)},${left.toFixed(5)},${along.toFixed(5)},${t.speedMps.toFixed(4)}`;
    text += `${(START_S + tS).toFixed(3)},0,${t.lap},${tS.toFixed(3)},${t.sM.toFixed(3)},${gps},${imu},${calc},${obd}\n`;
    if (row % 2000 < 1999) continue;
    size += (await file.write(text)).bytesWritten;
    text = "";
  }
  size += (await file.write(text)).bytesWritten;
  await file.close();
  return size;
}
