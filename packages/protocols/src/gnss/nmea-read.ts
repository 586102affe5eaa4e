import type { Column } from "./nmea-column.ts";
import { BAD, EMPTY, type Fields, OK, parseAngle, parseNumber, parseTimeOfDay } from "./nmea-fields.ts";
import { OP, type Plan } from "./nmea-plan.ts";

const code = (letter: string): number => letter.charCodeAt(0);
const NORTH = code("N");
const SOUTH = code("S");
const EAST = code("E");
const WEST = code("W");
const TURN_DEG = 360;

/**
 * Reads one sentence into a row. `todUs[0]` becomes its microseconds of the day, NaN where it has none. `onBad` hears of
 * a field that breaks its format or range; its value is NaN then. One loop, everything it needs in locals: this is
 * where the time of decoding NMEA goes.
 */
export function readSentence(
  plan: Plan,
  fields: Fields,
  row: Float64Array,
  todUs: Float64Array,
  onBad: (column: Column, at: number) => void,
): void {
  todUs[0] = Number.NaN;
  const { op, at, scale, per, missingFrom, alternativeAt } = plan;
  const { bytes, starts, count } = fields;
  const limit = plan.inFours ? 3 + ((count - 3) & ~3) : count;
  for (let i = 0; i < op.length; i++) {
    row[i] = Number.NaN;
    const o = op[i]!;
    const field = o === OP.signal ? limit + 1 : at[i]!;
    if (field > (o === OP.signal ? count : limit)) continue;
    const from = starts[field]!;
    const end = starts[field + 1]! - 1;
    let parsed: number = EMPTY;
    switch (o) {
      case OP.number:
        if (from < end) {
          parsed = parseNumber(bytes, from, end, row, i);
          const x = row[i]!;
          row[i] = x < missingFrom[i]! ? (x * scale[i]!) / per[i]! : Number.NaN;
        } else if (alternativeAt[i] !== 0) parsed = alternative(plan, i, fields, row);
        break;
      case OP.course: {
        if (from === end) break;
        parsed = parseNumber(bytes, from, end, row, i);
        let deg = row[i]!;
        if (!(deg > -TURN_DEG && deg <= TURN_DEG)) parsed = BAD;
        // some receivers count from -180 to 180
        if (deg < 0) deg += TURN_DEG;
        row[i] = deg === TURN_DEG ? 0 : (deg * scale[i]!) / per[i]!;
        break;
      }
      case OP.lat:
      case OP.lon: {
        const side = fields.only(field + 1);
        if (from === end && side >= 0) break;
        const negative = o === OP.lat ? SOUTH : WEST;
        parsed =
          side === negative || side === (o === OP.lat ? NORTH : EAST)
            ? parseAngle(bytes, from, end, side === negative, row, i)
            : BAD;
        if (Math.abs(row[i]!) > (o === OP.lat ? 90 : 180)) parsed = BAD;
        break;
      }
      case OP.time:
        parsed = parseTimeOfDay(bytes, from, end, todUs, 0);
        row[i] = todUs[0]! / 1e6;
        break;
      case OP.east: {
        if (from === end) break;
        parsed = parseNumber(bytes, from, end, row, i);
        const side = fields.only(field + 1);
        if (side !== EAST && side !== WEST) parsed = BAD;
        const rad = (row[i]! * scale[i]!) / per[i]!;
        row[i] = side === WEST ? 0 - rad : rad;
        break;
      }
      case OP.fix: {
        if (from === end) break;
        parsed = parseNumber(bytes, from, end, row, i);
        const dimensions = row[i]!;
        if (dimensions !== 1 && dimensions !== 2 && dimensions !== 3) parsed = BAD;
        else if (dimensions === 1) row[i] = 0;
        break;
      }
      default: {
        const c = from + plan.char[i]!;
        if (c >= end) break;
        const value = plan.letters[i]![bytes[c]!]!;
        parsed = value < 0 ? BAD : OK;
        row[i] = value;
      }
    }
    if (parsed !== BAD) continue;
    row[i] = Number.NaN;
    onBad(plan.columns[i]!, field);
  }
}

/** The same quantity from another field, where its own is empty. */
function alternative(plan: Plan, i: number, fields: Fields, row: Float64Array): number {
  const at = plan.alternativeAt[i]!;
  if (at > fields.count) return EMPTY;
  const parsed = parseNumber(fields.bytes, fields.start(at), fields.end(at), row, i);
  if (parsed === OK) row[i] = row[i]! / plan.columns[i]!.alternativePer;
  return parsed;
}
