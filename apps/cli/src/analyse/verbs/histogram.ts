import { histogram as histogramOf } from "@pitwall/laps";
import { command, intOption, numberOption, UsageError } from "../../command.ts";
import { withoutNaN } from "../json.ts";
import { SVG, saveSvg } from "../save-svg.ts";
import { channelShown, show, speedShown } from "../shown.ts";
import { spansOf, within } from "../spans.ts";
import { openSubject, SUBJECT, SUBJECT_USAGE, seriesNamed, tellNotes, trackOf } from "../subject.ts";
import { histogramChart } from "../svg/histogram-chart.ts";
import { extent, niceStep } from "../svg/scale.ts";
import { bar, table } from "../table.ts";

export const histogram = command({
  name: "analyse histogram",
  summary: "how long a channel was in which range",
  usage: `pitwall analyse histogram FILE-or-SESSION --channel ID [--bins 20] [--min V] [--max V] [--lap N|best|all] [--svg FILE] ${SUBJECT_USAGE}`,
  options: {
    ...SUBJECT,
    ...SVG,
    lap: { type: "string" },
    channel: { type: "string" },
    bins: { type: "string", default: "20" },
    min: { type: "string" },
    max: { type: "string" },
  },
  async run({ values, positionals }, io) {
    const [what, ...more] = positionals;
    if (what === undefined || more.length > 0) throw new UsageError("one file or session");
    if (values.channel === undefined) throw new UsageError("--channel says of what");
    const speed = speedShown(values["speed-unit"]);
    const bins = intOption("bins", values.bins, 1, 500)!;
    const [min, max] = [numberOption("min", values.min), numberOption("max", values.max)];
    if (min !== undefined && max !== undefined && !(max > min)) throw new UsageError("--max is above --min");
    const subject = await openSubject(io, what, values);
    const series = seriesNamed(subject, values.channel);
    const spans = spansOf(subject, values.lap);
    const { tUs, values: inside } = within(series, spans, values.channel);
    const shown = channelShown(series.field, speed);
    const scaled = inside.map((v) => v * shown.factor);
    const range = evenly(extent(scaled), bins, min, max);
    const h = histogramOf(tUs, scaled, { ...range, gapUs: series.gapUs });
    if (values.json) {
      const edges = h.edges.map((e) => e / shown.factor);
      const { seconds, shares } = h;
      const told = {
        channel: values.channel,
        unit: series.field.unit,
        over: spans.name,
        edges,
        seconds,
        shares,
      };
      await io.out(`${JSON.stringify(withoutNaN(told))}\n`);
    } else {
      const digits = Math.max(
        0,
        Math.min(6, 1 - Math.floor(Math.log10((range.max - range.min) / range.bins))),
      );
      const plain = { label: "", factor: 1, digits };
      const most = h.shares.reduce((a, b) => Math.max(a, b), 0);
      const rows = Array.from(h.shares, (share, i) => [
        show(h.edges[i]!, plain),
        show(h.edges[i + 1]!, plain),
        h.seconds[i]!.toFixed(2),
        (100 * share).toFixed(1),
        bar(share / (most || 1), 40),
      ]);
      const unit = shown.label;
      const lines = table(
        [
          { title: "from", unit },
          { title: "to", unit },
          { title: "time", unit: "s" },
          { title: "share", unit: "%" },
          { title: "", left: true },
        ],
        rows,
      );
      await io.out(`${[`${values.channel} over ${spans.name}`, "", ...lines].join("\n")}\n`);
    }
    if (values.svg !== undefined) {
      const axis = shown.label === "" ? values.channel : `${values.channel}, ${shown.label}`;
      const track = trackOf(subject);
      const subtitle = `${track === undefined ? "" : `${track}, `}${spans.name}`;
      const title = `Time in ranges of ${values.channel}`;
      await saveSvg(
        io,
        values.svg,
        histogramChart({ title, subtitle, axis, edges: h.edges, shares: h.shares }),
      );
    }
    tellNotes(io, [subject], [values.channel, ...(values.math ?? [])].join(" "));
    return 0;
  },
});

/** Ranges that begin at round numbers; between the ends that were asked for exactly as many as were. */
function evenly([low, high]: readonly [number, number], bins: number, min?: number, max?: number) {
  const [from, to] = [min ?? low, max ?? high];
  if (min !== undefined && max !== undefined) return { min, max, bins };
  if (!(to > from)) return { min: from - 0.5, max: from + 0.5, bins: 1 };
  const step = niceStep(to - from, bins);
  const first = min ?? Math.floor(from / step + 1e-9) * step;
  const count = Math.max(1, Math.ceil((to - first) / step - 1e-9));
  return { min: first, max: max ?? first + count * step, bins: count };
}
