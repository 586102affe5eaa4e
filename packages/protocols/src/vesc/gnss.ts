import { CodecError, epochUs, Reading } from "@pitwall/core";
import { CAN_PACKET, GNSS, GNSS_ALT_SPEED, GNSS_TIME } from "./can-packets.ts";

const E16 = 1e16;
const U32 = 2 ** 32;
const PART: Readonly<Record<number, number>> = {
  [CAN_PACKET.gnssTime]: 1,
  [CAN_PACKET.gnssLat]: 2,
  [CAN_PACKET.gnssLon]: 4,
  [CAN_PACKET.gnssAltSpeed]: 8,
};
export const isGnssCommand = (command: number): boolean =>
  command >= CAN_PACKET.gnssTime && command <= CAN_PACKET.gnssAltSpeed;

type Fix = { readonly reading: Reading; parts: number };

/** Joins a receiver's fix from its four frames: out with the last of them, or when one comes a second time. */
export function createGnss(emit: (r: Reading) => void) {
  const fixes = new Map<number, Fix>();
  const time = new Float64Array(GNSS_TIME.spec.fields.length);

  function flush(fix: Fix): void {
    const hasPlace = (fix.parts & 6) === 6;
    // half a position is none
    if (!hasPlace) fix.reading.values.fill(Number.NaN, 1, 3);
    if (hasPlace || (fix.parts & 8) !== 0) emit(fix.reading);
    fix.parts = 0;
    fix.reading.clear();
  }

  return {
    frame(command: number, controller: number, view: DataView): void {
      let fix = fixes.get(controller);
      if (!fix) {
        fix = { reading: new Reading(GNSS), parts: 0 };
        fixes.set(controller, fix);
      }
      const part = PART[command]!;
      if ((fix.parts & part) !== 0) flush(fix);
      fix.parts |= part;
      const { values } = fix.reading;
      values[0] = controller;
      if (command === CAN_PACKET.gnssTime) {
        GNSS_TIME.read(view, 0, time, 0);
        const ms = time[0]!;
        const year = time[1]!;
        const month = time[2]!;
        const day = time[3]!;
        const isDate = ms >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
        fix.reading.tUs = isDate
          ? epochUs(year < 100 ? year + 2000 : year, month, day, 0, 0, 0, ms * 1000)
          : Number.NaN;
      } else if (command === CAN_PACKET.gnssAltSpeed) {
        GNSS_ALT_SPEED.read(view, 0, values, 3);
        flush(fix);
      } else {
        const degrees = (view.getInt32(0) * U32 + view.getUint32(4)) / E16;
        const limit = command === CAN_PACKET.gnssLat ? 90 : 180;
        values[command === CAN_PACKET.gnssLat ? 1 : 2] = Math.abs(degrees) <= limit ? degrees : Number.NaN;
      }
    },
    end(): void {
      for (const fix of fixes.values()) flush(fix);
    },
  };
}

/** The frames of a fix as command and data; what is absent is not sent. */
export function gnssFrames(values: ArrayLike<number>, tUs: number): [command: number, data: Uint8Array][] {
  const frames: [number, Uint8Array][] = [];
  const add = (command: number): DataView => {
    const data = new Uint8Array(8);
    frames.push([command, data]);
    return new DataView(data.buffer);
  };
  if (Number.isFinite(tUs)) {
    const date = new Date(tUs / 1000);
    const msToday = Math.floor(tUs / 1000) % 86_400_000;
    const row = [msToday, date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
    GNSS_TIME.write(add(CAN_PACKET.gnssTime), 0, row);
  }
  for (const [at, command] of [
    [1, CAN_PACKET.gnssLat],
    [2, CAN_PACKET.gnssLon],
  ] as const) {
    const degrees = values[at]!;
    if (Number.isNaN(degrees)) continue;
    if (!(Math.abs(degrees) <= 180))
      throw new CodecError("out-of-range", GNSS.name, 0, `${degrees} deg is no place`);
    const view = add(command);
    const raw = Math.round(degrees * E16);
    const high = Math.floor(raw / U32);
    view.setInt32(0, high);
    view.setUint32(4, raw - high * U32);
  }
  const rest = [values[3]!, values[4]!, values[5]!];
  if (rest.some((x) => !Number.isNaN(x)))
    GNSS_ALT_SPEED.write(
      add(CAN_PACKET.gnssAltSpeed),
      0,
      rest.map((x) => (Number.isNaN(x) ? 0 : x)),
    );
  return frames;
}
