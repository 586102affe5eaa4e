import type { Corner } from "@pitwall/laps";
import { type Box, frame, legend, tickText, xAxis, yAxis } from "./panel.ts";
import { extent, type Scale, scale } from "./scale.ts";
import { el, heading, INK, linePath, picture, text, WIDTH } from "./svg.ts";

/** A channel of both laps in the unit it is shown in; undefined where a lap's recording has none. */
export type ComparedChannel = {
  readonly title: string;
  readonly lap: ArrayLike<number> | undefined;
  readonly reference: ArrayLike<number> | undefined;
};

export type CompareChart = {
  readonly title: string;
  readonly subtitle: string;
  readonly lapName: string;
  readonly referenceName: string;
  readonly distanceM: ArrayLike<number>;
  readonly corners: readonly Corner[];
  /** The first is drawn larger. */
  readonly channels: readonly ComparedChannel[];
  readonly deltaS: ArrayLike<number>;
};

const LEFT = 72;
const RIGHT = WIDTH - 20;
const GAP = 46;

/** Channels over distance, one above the other, and how far the lap is behind at the bottom. */
export function compareChart(c: CompareChart): string {
  const n = c.distanceM.length;
  const x = scale(0, c.distanceM[n - 1] ?? 1, LEFT, RIGHT, { ticks: 8, nice: false });
  const px = (i: number): number => x.at(c.distanceM[i]!);
  const out = heading(c.title, c.subtitle);
  out.push(
    ...legend(LEFT, 92, [
      { name: c.lapName, colour: INK.orange },
      { name: `${c.referenceName} (reference)`, colour: INK.blue, dash: "7 3" },
    ]),
  );
  let top = 156;
  const next = (height: number): Box => {
    const box = { left: LEFT, top, right: RIGHT, bottom: top + height };
    top += height + GAP;
    return box;
  };
  for (const [k, channel] of c.channels.entries()) {
    const box = next(k === 0 ? 250 : 150);
    const both = [channel.reference, channel.lap].filter((v) => v !== undefined);
    const [min, max] = extent(...both);
    const y = scale(min, max, box.bottom, box.top, { ticks: k === 0 ? 6 : 4 });
    out.push(
      ...bands(c.corners, x, box, k === 0),
      ...xAxis(box, x),
      ...yAxis(box, y, channel.title, { above: k === 0 ? 30 : 9 }),
      frame(box),
    );
    const line = (values: ArrayLike<number> | undefined, stroke: string, dash?: string): void => {
      if (!values) return;
      const d = linePath(n, px, (i) => y.at(values[i]!));
      out.push(
        el("path", {
          d,
          fill: "none",
          stroke,
          "stroke-width": 2.2,
          "stroke-linejoin": "round",
          "stroke-dasharray": dash,
        }),
      );
    };
    line(channel.reference, INK.blue, "7 3");
    line(channel.lap, INK.orange);
  }
  const box = next(170);
  out.push(...bands(c.corners, x, box, false), ...deltaPanel(c, box, x, px));
  return picture(top + 24, `${c.title}. ${c.subtitle}`, out);
}

/** Corners as grey bands, numbered above the first chart where there is room. */
function bands(corners: readonly Corner[], x: Scale, box: Box, numbered: boolean): string[] {
  let free = Number.NEGATIVE_INFINITY;
  return corners.flatMap((c) => {
    const [a, b] = [x.at(c.startM), x.at(c.endM)];
    const out = [
      el("rect", { x: a, y: box.top, width: b - a, height: box.bottom - box.top, fill: INK.band }),
    ];
    const middle = (a + b) / 2;
    if (!numbered || middle - free < 16) return out;
    const name = `T${c.number}`;
    free = middle + name.length * 4.6;
    out.push(
      text(middle, box.top - 9, name, { "text-anchor": "middle", "font-weight": 600, "font-size": 13 }),
    );
    return out;
  });
}

function deltaPanel(c: CompareChart, box: Box, x: Scale, px: (i: number) => number): string[] {
  const n = c.deltaS.length;
  const [min, max] = extent(c.deltaS, [0]);
  const y = scale(min, max, box.bottom, box.top, { ticks: 4 });
  const zero = y.at(0);
  const area = (pick: (v: number) => number): string =>
    `M${px(0).toFixed(1)} ${zero.toFixed(1)}${linePath(n, px, (i) => y.at(pick(c.deltaS[i]!))).replace("M", "L")}L${px(n - 1).toFixed(1)} ${zero.toFixed(1)}Z`;
  const last = c.deltaS[n - 1]!;
  return [
    el("path", { d: area((v) => Math.max(0, v)), fill: INK.orange, "fill-opacity": 0.22 }),
    el("path", { d: area((v) => Math.min(0, v)), fill: INK.blue, "fill-opacity": 0.22 }),
    ...xAxis(box, x, "distance from the start line, m"),
    ...yAxis(box, y, `time behind the reference, s (finish ${tickText(last, 3, true)})`, { sign: true }),
    el("line", { x1: box.left, x2: box.right, y1: zero, y2: zero, stroke: INK.frame, "stroke-width": 1.5 }),
    el("path", {
      d: linePath(n, px, (i) => y.at(c.deltaS[i]!)),
      fill: "none",
      stroke: INK.text,
      "stroke-width": 2,
    }),
    frame(box),
  ];
}
