/** Channels that the instruments read, best first. */
export const SPEED = ["vehicle.speed", "gnss.speed", "wheel.speed", "obd.speed"] as const;
export const POSITIONS = [
  ["vehicle.lat", "vehicle.lon"],
  ["gnss.lat", "gnss.lon"],
] as const;
export const ACCELERATION = ["vehicle.aLong", "vehicle.aLat"] as const;
export const MODE = "vehicle.mode";
const LAP = ["lap.number", "lap.time", "lap.delta"] as const;

export const INSTRUMENT_CHANNELS: readonly string[] = [
  ...SPEED,
  ...POSITIONS.flat(),
  ...ACCELERATION,
  MODE,
  ...LAP,
];

/** Charts for a vehicle whose channels are known: what a driver looks at first. */
export function defaultCharts(has: (channel: string) => boolean): string[][] {
  const first = (...ids: string[]) => ids.find(has);
  const charts = [
    [first(...SPEED)],
    has("vehicle.aLong") || has("vehicle.aLat") ? [...ACCELERATION] : ["imu.ax", "imu.ay"].filter(has),
    [first("engine.rpm", "motor.rpm", "vehicle.yawRate", "imu.gz", "battery.voltage")],
  ];
  return charts.map((c) => c.filter((id) => id !== undefined)).filter((c) => c.length > 0);
}
