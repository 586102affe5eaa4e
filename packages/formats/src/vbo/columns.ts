import { type NamedColumn, nameColumn } from "../names/channel-names.ts";
import { splitTitle, unitOf } from "../names/units.ts";
import { placeColumn, unitWithout } from "../racechrono/columns.ts";
import type { CellPlan } from "../table/plan.ts";
import type { VboSections } from "./sections.ts";

/** Channels of Racelogic's standard set by the many ways in which their columns are spelled, with the unit that holds where none is written. */
const STANDARD: Readonly<Record<string, { readonly channel: string; readonly unit: string }>> = {
  sats: { channel: "gnss.sats", unit: "" },
  satellites: { channel: "gnss.sats", unit: "" },
  velocity: { channel: "gnss.speed", unit: "km/h" },
  speed: { channel: "gnss.speed", unit: "km/h" },
  heading: { channel: "gnss.course", unit: "deg" },
  height: { channel: "gnss.alt", unit: "m" },
  altitude: { channel: "gnss.alt", unit: "m" },
  vertvel: { channel: "gnss.vUp", unit: "km/h" },
  verticalvelocity: { channel: "gnss.vUp", unit: "km/h" },
  longacc: { channel: "vehicle.aLong", unit: "g" },
  longaccel: { channel: "vehicle.aLong", unit: "g" },
  longitudinalacceleration: { channel: "vehicle.aLong", unit: "g" },
  latacc: { channel: "vehicle.aLat", unit: "g" },
  lataccel: { channel: "vehicle.aLat", unit: "g" },
  lateralacceleration: { channel: "vehicle.aLat", unit: "g" },
  // RaceBox: rests at +1 g, so gravity is in it
  vertacc: { channel: "imu.az", unit: "g" },
  xrotationgyroscope: { channel: "imu.gx", unit: "deg/s" },
  yrotationgyroscope: { channel: "imu.gy", unit: "deg/s" },
  zrotationgyroscope: { channel: "imu.gz", unit: "deg/s" },
  yawrate: { channel: "imu.gz", unit: "deg/s" },
  hdop: { channel: "gnss.hdop", unit: "" },
};
const key = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");

export const TIME = /^(?:time|utctime)$/;
export const LATITUDE = /^(?:lat|latitude)$/;
export const LONGITUDE = /^(?:long|lon|lng|longitude)$/;
/** Bookkeeping of the logger, no samples. */
const FRAME = /^(?:tsample|avi(?:file|sync).*|index)$/;

export type VboColumns = {
  readonly cells: CellPlan[];
  readonly time: number;
  readonly lat: number;
  readonly lon: number;
  readonly lap: number;
  readonly count: number;
};

/** The titles of `[header]` and the names of `[column names]` describe the same columns; either may be missing. */
export function columnsOf(s: VboSections): VboColumns {
  const count = s.names.length > 0 ? s.names.length : s.header.length;
  const aligned = s.header.length === count;
  // units are those of the last columns: the standard ones have none
  const listed = s.units.length > 0 && s.header.length > 0 ? unitsByColumn(s, count) : [];
  const names = Array.from({ length: count }, (_, i) => s.names[i] ?? splitTitle(s.header[i]!).name);
  const at = (pattern: RegExp) => names.findIndex((n) => pattern.test(key(n)));
  const time = at(TIME);
  const lat = at(LATITUDE);
  const lon = at(LONGITUDE);
  const lap = at(/^(?:lap|lapnumber|lapcounter)$/);
  const cells = names.flatMap((name, cell): CellPlan[] => {
    const k = key(name);
    if (cell === time || cell === lap || FRAME.test(k)) return [];
    const place = { cell, group: "vbox" };
    if (cell === lat || cell === lon) {
      const axis = cell === lat ? "gnss.lat" : "gnss.lon";
      const named = nameColumn(axis, "deg", { channel: axis });
      return [{ ...place, ...named, scale: 1 / 60 }];
    }
    const standard = STANDARD[k];
    const title = (aligned ? s.header[cell] : s.header.find((h) => key(splitTitle(h).name) === k)) ?? name;
    const said = listed[cell] || unitBehind(name, title) || splitTitle(title).unit || splitTitle(name).unit;
    const racechrono = sourced(name, said);
    if (racechrono) return [{ ...place, ...racechrono }];
    const unit = said || standard?.unit || "";
    const bare = standard || listed[cell] ? name : splitTitle(name).name;
    return [{ ...place, ...nameColumn(bare, unit, { channel: standard?.channel, system: "vbo" }) }];
  });
  return { cells, time, lat, lon, lap, count };
}

/** `latacc-calc g` beside the name `latacc-calc`: what follows the name is the unit. */
function unitBehind(name: string, title: string): string {
  const rest = title.toLowerCase().startsWith(`${name.toLowerCase()} `)
    ? title.slice(name.length).trim()
    : "";
  return rest !== "" && unitOf(rest) ? rest : "";
}

/** Standard columns as RaceChrono works them out from the positions, beside those of the receiver. */
const CALCULATED: Readonly<Record<string, string>> = { latacc: "lateral_acc", longacc: "longitudinal_acc" };

/**
 * RaceChrono names the source behind the channel: `rpm-obd`, `x_acc-acc`, `z_rate_of_rotation-gyro`. What it works out
 * itself keeps the source in its name; the reader takes it where the receiver gave nothing.
 */
function sourced(name: string, said: string): NamedColumn | undefined {
  const m = /^(.+)-(calc|acc|gyro|magn|obd|canbus)$/i.exec(name);
  if (!m) return undefined;
  const [bare, source] = [m[1]!.toLowerCase(), m[2]!.toLowerCase()];
  const plain = CALCULATED[bare] ?? (bare === "velocity" ? "speed" : bare);
  const unit = said || unitWithout(plain);
  if (!CALCULATED[bare]) {
    const { field, scale, offset } = placeColumn(plain, unit, source, 0) ?? nameColumn(name, unit);
    return { field, scale, offset };
  }
  return nameColumn(`${bare}_${source}`, unit, { channel: "" });
}

/** `[channel units]` lines belong to the last columns; "(null)" and a blank line are none. */
function unitsByColumn(s: VboSections, count: number): string[] {
  // the section ends in one blank line that is no unit
  const lines = s.units.at(-1) === "" ? s.units.slice(0, -1) : s.units;
  const out = new Array<string>(count).fill("");
  lines.slice(-count).forEach((unit, i, all) => {
    out[count - all.length + i] = unit === "(null)" ? "" : unit;
  });
  return out;
}
