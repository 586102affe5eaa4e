/**
 * A segment of the comma2k19 data set (as CSV files of one folder) to Pitwall CSV on stdout.
 *
 *   node scripts/convert-comma2k19.ts DIR            sensors: GNSS, inertial sensor, wheel
 *   node scripts/convert-comma2k19.ts DIR --truth    the reference: tUs, lat, lon, and velocity east and north
 *
 * Times are microseconds since the first sample of the folder. The sensor's axes forward, right, down become forward,
 * left, up, so that z reads +9.8 at rest. The wheel speed is the mean of the rear wheels, which are not driven.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

type Table = Readonly<Record<string, readonly number[]>>;

function read(dir: string, name: string): Table {
  const [head, ...lines] = readFileSync(join(dir, name), "utf8").trim().split(/\r?\n/);
  const rows = lines.map((line) => line.split(",").map(Number));
  return Object.fromEntries(head!.split(",").map((id, k) => [id, rows.map((row) => row[k]!)]));
}

const column = (table: Table, id: string): readonly number[] => {
  const values = table[id];
  if (!values) throw new Error(`no column "${id}"`);
  return values;
};

/** Shortest text that is exact to so many digits after the point. */
const text = (value: number, digits: number): string => String(Number(value.toFixed(digits)));

const SENSOR_CHANNELS = [
  "gnss.lat",
  "gnss.lon",
  "gnss.speed",
  "gnss.course",
  "imu.ax",
  "imu.ay",
  "imu.az",
  "imu.gx",
  "imu.gy",
  "imu.gz",
  "wheel.speed",
] as const;

type Row = { readonly tUs: number; readonly first: number; readonly cells: readonly string[] };

function sensors(dir: string, tUs: (s: number) => number): string[] {
  const gnss = read(dir, "gnss_ublox.csv");
  const accel = read(dir, "imu_accel.csv");
  const gyro = read(dir, "imu_gyro.csv");
  const wheel = read(dir, "can_wheel_speed.csv");
  const rows: Row[] = [];
  const add = (table: Table, first: number, cells: (k: number) => string[]): void => {
    column(table, "t_boot_s").forEach((s, k) => {
      rows.push({ tUs: tUs(s), first, cells: cells(k) });
    });
  };
  const g = (id: string, k: number): number => column(gnss, id)[k]!;
  add(gnss, 0, (k) => [
    text(g("lat", k), 8),
    text(g("lon", k), 8),
    text(g("speed_mps", k), 3),
    text((g("bearing_deg", k) * Math.PI) / 180, 6),
  ]);
  const a = (id: string, k: number): number => column(accel, id)[k]!;
  const w = (id: string, k: number): number => column(gyro, id)[k]!;
  if (column(accel, "t_boot_s").some((s, k) => s !== column(gyro, "t_boot_s")[k]))
    throw new Error("accelerometer and gyro are not on the same times");
  add(accel, 4, (k) => [
    text(a("ax_fwd_mps2", k), 6),
    text(-a("ay_right", k), 6),
    text(-a("az_down", k), 6),
    text(w("gx_rad_s", k), 7),
    text(-w("gy", k), 7),
    text(-w("gz", k), 7),
  ]);
  add(wheel, 10, (k) => [text((column(wheel, "rl")[k]! + column(wheel, "rr")[k]!) / 2, 5)]);
  rows.sort((p, q) => p.tUs - q.tUs || p.first - q.first);
  return [
    ["tUs", ...SENSOR_CHANNELS].join(","),
    ...rows.map((row) => {
      const cells: string[] = new Array(SENSOR_CHANNELS.length).fill("");
      row.cells.forEach((cell, k) => {
        cells[row.first + k] = cell;
      });
      return [row.tUs, ...cells].join(",");
    }),
  ];
}

function truth(dir: string, tUs: (s: number) => number): string[] {
  const t = read(dir, "truth_pose.csv");
  const at = (id: string, k: number): number => column(t, id)[k]!;
  return [
    "tUs,lat,lon,vEast,vNorth",
    ...column(t, "t_boot_s").map((s, k) =>
      [tUs(s), text(at("lat", k), 9), text(at("lon", k), 9), text(at("ve", k), 5), text(at("vn", k), 5)].join(
        ",",
      ),
    ),
  ];
}

const [dir, flag] = process.argv.slice(2);
if (!dir || (flag !== undefined && flag !== "--truth")) {
  process.stderr.write("usage: convert-comma2k19.ts DIR [--truth]\n");
  process.exitCode = 2;
} else {
  const files = ["gnss_ublox.csv", "imu_accel.csv", "imu_gyro.csv", "can_wheel_speed.csv", "truth_pose.csv"];
  const start = Math.min(...files.map((name) => column(read(dir, name), "t_boot_s")[0]!));
  const tUs = (s: number): number => Math.round((s - start) * 1e6);
  const lines = flag === "--truth" ? truth(dir, tUs) : sensors(dir, tUs);
  process.stdout.write(`${lines.join("\n")}\n`);
}
