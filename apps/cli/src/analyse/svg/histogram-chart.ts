import { frame, xAxis, yAxis } from "./panel.ts";
import { extent, scale } from "./scale.ts";
import { el, heading, INK, picture, WIDTH } from "./svg.ts";

export type HistogramChart = {
  readonly title: string;
  readonly subtitle: string;
  readonly axis: string;
  /** In the unit shown; one more than there are bars. */
  readonly edges: ArrayLike<number>;
  readonly shares: ArrayLike<number>;
};

/** Share of the time in each range. */
export function histogramChart(h: HistogramChart): string {
  const box = { left: 72, top: 104, right: WIDTH - 24, bottom: 464 };
  const n = h.shares.length;
  const x = scale(h.edges[0]!, h.edges[n]!, box.left, box.right, { ticks: 8, nice: false });
  const [, most] = extent(h.shares, [0]);
  const y = scale(0, most * 100, box.bottom, box.top, { ticks: 6 });
  const out = [
    ...heading(h.title, h.subtitle),
    ...yAxis(box, y, "share of the time, %"),
    ...xAxis(box, x, h.axis),
  ];
  for (let i = 0; i < n; i++) {
    const top = y.at(h.shares[i]! * 100);
    const [a, b] = [x.at(h.edges[i]!), x.at(h.edges[i + 1]!)];
    if (h.shares[i]! > 0)
      out.push(
        el("rect", { x: a + 0.8, y: top, width: b - a - 1.6, height: box.bottom - top, fill: INK.blue }),
      );
  }
  out.push(frame(box));
  return picture(box.bottom + 62, `${h.title}. ${h.subtitle}`, out);
}
