import { type GgDiagram, ggDiagram, percentile, type Series, sampleAt } from "@pitwall/laps";
import { command, UsageError } from "../../command.ts";
import { withoutNaN } from "../json.ts";
import { SVG, saveSvg } from "../save-svg.ts";
import { G, show } from "../shown.ts";
import { spansOf, within } from "../spans.ts";
import {
  ACCELERATIONS,
  openSubject,
  SUBJECT,
  SUBJECT_USAGE,
  seriesNamed,
  tellNotes,
  trackOf,
} from "../subject.ts";
import { ggChart } from "../svg/gg-chart.ts";
import { table } from "../table.ts";

const SHARES = [0.5, 0.9, 0.98] as const;
const DIRECTIONS = 36;
/** Of the largest acceleration: what is smaller has no direction worth counting. */
const LEAST = 0.15;
/** Counter-clockwise from the left; each eighth of the diagram. */
const NAMES = [
  "left",
  "accelerating, left",
  "accelerating",
  "accelerating, right",
  "right",
  "braking, right",
  "braking",
  "braking, left",
] as const;

export const gg = command({
  name: "analyse gg",
  summary: "G-G diagram: how much grip was used in which direction",
  usage: `pitwall analyse gg FILE-or-SESSION [--lap N|best|all] [--svg FILE] ${SUBJECT_USAGE}`,
  options: { ...SUBJECT, ...SVG, lap: { type: "string" } },
  async run({ values, positionals }, io) {
    const [what, ...more] = positionals;
    if (what === undefined || more.length > 0) throw new UsageError("one file or session");
    const subject = await openSubject(io, what, values);
    const lat = seriesNamed(subject, "vehicle.aLat");
    const long = seriesNamed(subject, "vehicle.aLong");
    const spans = spansOf(subject, values.lap);
    const axis: Series = lat.tUs.length >= long.tUs.length ? lat : long;
    const inside = within(axis, spans, axis.field.name);
    const times = axis.tUs.filter((_, i) => Number.isFinite(inside.values[i]!));
    const [x, y] = [sampleAt(lat, times), sampleAt(long, times)];
    const sizes = x.map((v, i) => Math.hypot(v, y[i]!)).filter(Number.isFinite);
    const leastMps2 = LEAST * percentile(sizes.sort(), 0.99);
    const diagram = ggDiagram(x, y, { directions: DIRECTIONS, shares: SHARES, leastMps2, reach: 1 });
    if (values.json)
      await io.out(`${JSON.stringify(withoutNaN({ over: spans.name, leastMps2, ...diagram }))}\n`);
    else {
      const eighths = ggDiagram(...turned(x, y), { directions: NAMES.length, shares: SHARES, leastMps2 });
      const head = `grip used over ${spans.name}, above ${show(leastMps2, G)} g`;
      await io.out(`${[head, "", ...inWords(eighths)].join("\n")}\n`);
    }
    if (values.svg !== undefined) {
      const track = trackOf(subject);
      const title = track === undefined ? "G-G diagram" : `${track}: G-G diagram`;
      const subtitle = `${spans.name}, ${diagram.latMps2.length} samples`;
      await saveSvg(io, values.svg, ggChart(diagram, title, subtitle));
    }
    tellNotes(io, [subject], ACCELERATIONS);
    return 0;
  },
});

/** Turned by half an eighth, so that "left" is the middle of the first and not its edge. */
function turned(x: Float64Array, y: Float64Array): [Float64Array, Float64Array] {
  const half = Math.PI / NAMES.length;
  const [c, s] = [Math.cos(half), Math.sin(half)];
  return [x.map((v, i) => v * c - y[i]! * s), x.map((v, i) => v * s + y[i]! * c)];
}

function inWords(g: GgDiagram): string[] {
  const rows = NAMES.map((name, i) => [name, ...g.envelopeMps2.map((e) => show(e[i]!, G))]);
  return table(
    [
      { title: "direction", left: true },
      ...SHARES.map((s) => ({ title: `${Math.round(s * 100)} %`, unit: "g" })),
    ],
    rows,
  );
}
