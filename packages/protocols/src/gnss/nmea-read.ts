import type { Column, Sentence } from "./nmea-column.ts";
import {
  BAD,
  EMPTY,
  type Fields,
  OK,
  type Parsed,
  parseAngle,
  parseNumber,
  parseTimeOfDay,
} from "./nmea-fields.ts";

const code = (letter: string): number => letter.charCodeAt(0);
const NORTH = code("N");
const SOUTH = code("S");
const EAST = code("E");
const WEST = code("W");
const TURN_DEG = 360;

/** Reads one sentence into a row; `onBad` hears of a field that breaks its format or range, its value is NaN then. */
export class SentenceReader {
  /** Microseconds of the day in slot 0; NaN where the sentence read last has none. */
  readonly timeOfDayUs = new Float64Array(1);
  readonly #scratch = new Float64Array(1);
  readonly #onBad: (column: Column, at: number) => void;

  constructor(onBad: (column: Column, at: number) => void) {
    this.#onBad = onBad;
  }

  read(sentence: Sentence, fields: Fields, row: Float64Array): void {
    this.timeOfDayUs[0] = Number.NaN;
    // satellites come in fours; what is left over behind them is the signal, not another satellite
    const limit = sentence.kind === "GSV" ? 3 + ((fields.count - 3) & ~3) : fields.count;
    const columns = sentence.columns;
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i]!;
      row[i] = Number.NaN;
      const at = column.kind === "signal" ? limit + 1 : column.at;
      if (at > (column.kind === "signal" ? fields.count : limit)) continue;
      if (this.#column(column, at, fields, row, i) === BAD) {
        row[i] = Number.NaN;
        this.#onBad(column, at);
      }
    }
  }

  #column(column: Column, at: number, fields: Fields, row: Float64Array, i: number): Parsed {
    const scratch = this.#scratch;
    switch (column.kind) {
      case "lat":
      case "lon": {
        const isLat = column.kind === "lat";
        const parsed = parseAngle(fields, at, isLat ? NORTH : EAST, isLat ? SOUTH : WEST, row, i);
        return parsed === OK && Math.abs(row[i]!) > (isLat ? 90 : 180) ? BAD : parsed;
      }
      case "time": {
        const parsed = parseTimeOfDay(fields, at, this.timeOfDayUs, 0);
        if (parsed === OK) row[i] = this.timeOfDayUs[0]! / 1e6;
        return parsed;
      }
      case "signal":
      case "letter": {
        const c = fields.code(at, column.char);
        if (c < 0) return EMPTY;
        const letters = column.letters!;
        for (let k = 0; k < letters.length; k++)
          if (letters.charCodeAt(k) === c) {
            row[i] = k;
            return OK;
          }
        return BAD;
      }
      case "fix": {
        const parsed = parseNumber(fields, at, scratch, 0);
        if (parsed !== OK) return parsed;
        const fix = scratch[0]!;
        if (fix !== 1 && fix !== 2 && fix !== 3) return BAD;
        row[i] = fix === 1 ? 0 : fix;
        return OK;
      }
      case "course": {
        const parsed = parseNumber(fields, at, scratch, 0);
        if (parsed !== OK) return parsed;
        let deg = scratch[0]!;
        if (!(deg > -TURN_DEG && deg <= TURN_DEG)) return BAD;
        // some receivers count from -180 to 180
        if (deg < 0) deg += TURN_DEG;
        row[i] = deg === TURN_DEG ? 0 : (deg * column.scale) / column.per;
        return OK;
      }
      case "east": {
        const parsed = parseNumber(fields, at, scratch, 0);
        if (parsed !== OK) return parsed;
        const side = fields.code(at + 1, 0);
        if (side !== EAST && side !== WEST) return BAD;
        row[i] = ((side === WEST ? 0 - scratch[0]! : scratch[0]!) * column.scale) / column.per;
        return OK;
      }
      default: {
        const parsed = parseNumber(fields, at, scratch, 0);
        if (parsed === EMPTY && column.alternativeAt > 0) {
          const other = parseNumber(fields, column.alternativeAt, scratch, 0);
          if (other === OK) row[i] = scratch[0]! / column.alternativePer;
          return other;
        }
        if (parsed !== OK) return parsed;
        if (scratch[0]! < column.missingFrom) row[i] = (scratch[0]! * column.scale) / column.per;
        return OK;
      }
    }
  }
}
