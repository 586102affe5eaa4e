import type { NamingSystem, Recording } from "@pitwall/core";
import { FormatError } from "../errors.ts";
import type { WriteOptions } from "../format.ts";
import { decimalText } from "../text/decimal.ts";
import { TextWriter } from "../text/writer.ts";
import { outColumns, PERCENT } from "../write/out-columns.ts";
import { rateOf, spanOf } from "../write/rate.ts";

/** What the writers of MoTeC CSV and AiM CSV have in common: one rate, times from a whole second on. */
export type LoggerSheet = {
  readonly titles: readonly string[];
  readonly units: readonly string[];
  readonly rateHz: number;
  /** Whole second from which the column of times counts, µs. */
  readonly baseUs: number;
  readonly fromS: number;
  readonly toS: number;
  /** Lap boundaries, seconds. */
  readonly beaconsS: readonly number[];
  /** Cells of one row after the other; times in µs from the base. */
  readonly rows: () => Generator<{ readonly us: number; readonly cells: readonly string[] }>;
};

export function sheetOf(
  recording: Recording,
  options: WriteOptions,
  system: NamingSystem,
  gUnit: string,
): LoggerSheet {
  const [from, to] = spanOf(recording);
  if (!(to >= from)) throw new FormatError("empty", `${system}-csv`, "the recording has no sample");
  const columns = outColumns(recording, {
    hold: true,
    system,
    taste: {
      byUnit: { "m/s": "km/h", rad: "deg", "rad/s": "deg/s", "m/s^2": gUnit, degC: "C" },
      byChannel: PERCENT,
    },
    leaveOut: new Set(["lap.number"]),
  });
  const rateHz = rateOf(recording, options);
  const baseUs = Math.floor(from / 1e6) * 1e6;
  const count = Math.floor(((to - from) * rateHz) / 1e6 + 1e-6) + 1;
  const boundaries = new Set(recording.laps.flatMap((l) => [l.startUs, l.endUs]));
  return {
    titles: columns.map((c) => c.title),
    units: columns.map((c) => c.unit),
    rateHz,
    baseUs,
    fromS: (from - baseUs) / 1e6,
    toS: (to - baseUs) / 1e6,
    beaconsS: [...boundaries].sort((a, b) => a - b).map((t) => (t - baseUs) / 1e6),
    *rows() {
      for (let i = 0; i < count; i++) {
        const tUs = from + Math.round((i * 1e6) / rateHz);
        yield {
          us: tUs - baseUs,
          cells: columns.map((c) => {
            const x = c.sampler.at(tUs);
            return Number.isNaN(x) ? "0" : decimalText(c.toFile(x), c.decimals);
          }),
        };
      }
    },
  };
}

/** Seconds with three decimals, or as many as there are. */
export function seconds(us: number): string {
  const s = (us / 1e6).toFixed(6);
  return s.endsWith("000") ? s.slice(0, -3) : s;
}

export async function* writeRows(
  head: string,
  sheet: LoggerSheet,
  line: (time: string, cells: readonly string[]) => string,
): AsyncGenerator<Uint8Array> {
  const out = new TextWriter().text(head);
  for (const { us, cells } of sheet.rows()) {
    out.text(line(seconds(us), cells));
    const piece = out.full();
    if (piece) yield piece;
  }
  yield out.rest();
}
