import type { Recording } from "@pitwall/core";
import { type Lap, MATH_FUNCTIONS, percentile, type Series, seriesOf } from "@pitwall/laps";
import { command, UsageError } from "../../command.ts";
import { lapTime } from "../../lap-time.ts";
import { channelNames } from "../channel-names.ts";
import { withoutNaN } from "../json.ts";

import { openSubject, SUBJECT, SUBJECT_USAGE, seriesNamed, tellNotes, wholeLaps } from "../subject.ts";
import { table } from "../table.ts";

const NAME = "channel";

export const channel = command({
  name: "analyse channel",
  summary: "a math channel from an expression, lap by lap; without one, which channels there are",
  usage: `pitwall analyse channel FILE-or-SESSION [EXPRESSION] [--functions] ${SUBJECT_USAGE}`,
  options: { ...SUBJECT, functions: { type: "boolean" } },
  async run({ values, positionals }, io) {
    if (values.functions) {
      const rows = Object.entries(MATH_FUNCTIONS).map(([name, f]) => [name, f.doc]);
      await io.out(
        `${table(
          [
            { title: "function", left: true },
            { title: "gives", left: true },
          ],
          rows,
        ).join("\n")}\n`,
      );
      return 0;
    }
    const [what, expression, ...more] = positionals;
    if (what === undefined || more.length > 0)
      throw new UsageError("one file or session, and one expression in quotes");
    const extra = expression === undefined ? [] : [{ name: NAME, expression }];
    const subject = await openSubject(io, what, values, extra);
    if (expression === undefined) {
      const all = listed(subject.recording);
      await io.out(
        values.json ? `${JSON.stringify(withoutNaN({ channels: all }))}\n` : `${inWords(all).join("\n")}\n`,
      );
      return 0;
    }
    const series = seriesNamed(subject, NAME);
    const laps = wholeLaps(subject);
    const over =
      laps.length > 0
        ? laps.map((l) => ({ lap: l, s: statistics(series, l) }))
        : [{ lap: undefined, s: statistics(series) }];
    const { unit } = series.field;
    if (values.json) {
      const each = over.map(({ lap, s }) => ({ lap: lap?.number ?? null, ...s }));
      await io.out(`${JSON.stringify(withoutNaN({ expression, unit, laps: each }))}\n`);
    } else {
      const digits = digitsFor(over.flatMap(({ s }) => [s.minimum, s.maximum]));
      const number = (v: number): string => (Number.isFinite(v) ? v.toFixed(digits) : "-");
      const rows = over.map(({ lap, s }) => [
        lap ? String(lap.number) : "all",
        lap ? lapTime(lap.timeS) : "",
        String(s.samples),
        ...[s.minimum, s.low, s.median, s.mean, s.high, s.maximum, s.last].map(number),
      ]);
      const shown = unit === "1" ? "" : unit;
      const lines = table(
        [
          { title: "lap" },
          { title: "time" },
          { title: "samples" },
          ...["min", "5 %", "median", "mean", "95 %", "max", "last"].map((title) => ({ title, unit: shown })),
        ],
        rows,
      );
      const kind = unit === "1" ? "a number without a unit" : `in ${unit}`;
      await io.out(`${[`${expression}: ${kind}`, "", ...lines].join("\n")}\n`);
    }
    tellNotes(io, [subject], [expression, ...(values.math ?? [])].join(" "));
    return 0;
  },
});

/** Four figures of the larger end. */
function digitsFor(values: readonly number[]): number {
  const most = values.filter(Number.isFinite).reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  return most > 0 ? Math.max(0, Math.min(9, 3 - Math.floor(Math.log10(most)))) : 3;
}

function statistics({ tUs, values }: Series, lap?: Lap) {
  const inside = lap ? values.filter((_, i) => tUs[i]! >= lap.startUs && tUs[i]! < lap.endUs) : values;
  const sorted = inside.slice().sort();
  return {
    samples: inside.length,
    minimum: sorted[0] ?? Number.NaN,
    low: percentile(sorted, 0.05),
    median: percentile(sorted, 0.5),
    mean: inside.length > 0 ? inside.reduce((sum, v) => sum + v, 0) / inside.length : Number.NaN,
    high: percentile(sorted, 0.95),
    maximum: sorted.at(-1) ?? Number.NaN,
    last: inside.at(-1) ?? Number.NaN,
  };
}

function listed(recording: Recording) {
  return channelNames(recording).map((name) => {
    const { field, tUs, values } = seriesOf(recording, name)!;
    const spanS = (tUs.at(-1)! - tUs[0]!) / 1e6;
    const sorted = values.slice().sort();
    return {
      name,
      unit: field.unit,
      samples: values.length,
      rateHz: spanS > 0 ? (values.length - 1) / spanS : Number.NaN,
      minimum: sorted[0]!,
      maximum: sorted.at(-1)!,
    };
  });
}

function inWords(all: ReturnType<typeof listed>): string[] {
  const number = (v: number): string => String(Number(v.toPrecision(5)));
  const rows = all.map((c) => [
    c.name,
    c.unit === "1" ? "" : c.unit,
    String(c.samples),
    Number.isFinite(c.rateHz) ? c.rateHz.toFixed(1) : "-",
    number(c.minimum),
    number(c.maximum),
  ]);
  return table(
    [
      { title: "channel", left: true },
      { title: "unit", left: true },
      { title: "samples" },
      { title: "Hz" },
      { title: "min" },
      { title: "max" },
    ],
    rows,
  );
}
