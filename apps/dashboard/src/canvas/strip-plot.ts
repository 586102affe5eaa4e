import uPlot from "uplot";
import type { Range } from "../live/coverage.ts";
import { createGapRule, findGaps, gapLimitOf } from "../live/gaps.ts";
import type { Series } from "../live/series.ts";
import type { Display } from "../state/units.ts";
import { axisRange, axisTicks, type Extent } from "./nice.ts";
import type { Palette } from "./palette.ts";
import { clockText, timeTicks } from "./time-axis.ts";
import { extentOf, tracePath } from "./trace-path.ts";

/** One line of a chart: a channel, with the series of all groups that have it. */
export type StripLine = { readonly channel: string; readonly display: Display };

export type StripFrame = {
  readonly range: Range;
  /** Series of each line, in the order of the lines. */
  readonly series: readonly (readonly Series[])[];
  /** Where a finger or the mouse points, in time. */
  readonly cursorUs: number | undefined;
  /** Up to here samples may be expected: a gap before it is a gap. */
  readonly edgeUs: number;
};

/** Two axes are drawn, left and right; lines in a third unit have a scale of their own and no axis. */
const AXIS_PX = 58;
const X_AXIS_PX = 26;
let plots = 0;

/**
 * A uPlot chart that is drawn straight from the columns: uPlot has the axes and scales, the lines come from
 * `tracePath`, so that a redraw neither copies nor joins samples and draws gaps as gaps.
 */
export function createStripPlot(
  host: HTMLElement,
  lines: readonly StripLine[],
  palette: () => Palette,
  withTimeAxis: boolean,
) {
  const units = [...new Set(lines.map((l) => l.display.unit))];
  const scaleOf = (l: StripLine) => `y${units.indexOf(l.display.unit)}`;
  const ranges: (Extent | undefined)[] = units.map(() => undefined);
  const made = ++plots;
  let frame: StripFrame | undefined;

  const yRange = (k: number): uPlot.Range.MinMax => {
    const r = ranges[k] ?? { min: 0, max: 1 };
    return [r.min, r.max];
  };

  function linePath(u: uPlot, index: number): uPlot.Series.Paths | null {
    const line = lines[index - 1];
    if (!frame || !line) return null;
    const stroke = new Path2D();
    const { fromUs, toUs } = frame.range;
    const k = units.indexOf(line.display.unit);
    const { min, max } = ranges[k] ?? { min: 0, max: 1 };
    const { left, top, width, height } = u.bbox;
    const pxPerUs = width / (toUs - fromUs);
    const pxPerUnit = height / (max - min);
    const { factor } = line.display;
    for (const s of frame.series[index - 1]!) {
      tracePath(
        {
          tUs: s.tUs,
          values: s.values,
          from: Math.max(0, s.indexAtOrAfter(fromUs) - 1),
          to: Math.min(s.length, s.indexAtOrAfter(toUs) + 1),
          isGap: createGapRule(s.coverage.spans, gapLimitOf(s)),
          x: (t) => left + (t - fromUs) * pxPerUs,
          y: (v) => top + height - (v * factor - min) * pxPerUnit,
        },
        stroke,
      );
    }
    return { stroke, fill: null, clip: null, flags: 0 };
  }

  /** Bands where samples are missing, behind the lines. */
  function drawGaps(u: uPlot): void {
    const first = frame?.series.find((list) => list.length > 0);
    if (!frame || !first) return;
    const { fromUs, toUs } = frame.range;
    const { left, top, width, height } = u.bbox;
    const px = (t: number) =>
      left + ((Math.min(toUs, Math.max(fromUs, t)) - fromUs) / (toUs - fromUs)) * width;
    const ctx = u.ctx;
    ctx.save();
    ctx.fillStyle = palette().warn;
    ctx.globalAlpha = 0.14;
    for (const s of first) {
      const gaps = findGaps(s, fromUs, toUs);
      if (frame.edgeUs - s.lastUs > Math.max(gapLimitOf(s), 1e6)) gaps.push([s.lastUs, frame.edgeUs]);
      for (const [a, b] of gaps) ctx.fillRect(px(a), top, Math.max(1, px(b) - px(a)), height);
      break;
    }
    ctx.restore();
  }

  function drawCursor(u: uPlot): void {
    const at = frame?.cursorUs;
    if (!frame || at === undefined || at < frame.range.fromUs || at > frame.range.toUs) return;
    const { left, top, width, height } = u.bbox;
    const x = left + ((at - frame.range.fromUs) / (frame.range.toUs - frame.range.fromUs)) * width;
    const ctx = u.ctx;
    ctx.save();
    ctx.strokeStyle = palette().text;
    ctx.globalAlpha = 0.6;
    ctx.lineWidth = uPlot.pxRatio;
    ctx.beginPath();
    ctx.moveTo(x, top);
    ctx.lineTo(x, top + height);
    ctx.stroke();
    if (withTimeAxis) {
      const ratio = uPlot.pxRatio;
      const text = clockText(at / 1e6, 0.1);
      ctx.globalAlpha = 1;
      ctx.font = `600 ${11 * ratio}px ${palette().font}`;
      ctx.textAlign = "center";
      ctx.textBaseline = "middle";
      const w = ctx.measureText(text).width + 12 * ratio;
      const middle = Math.max(left + w / 2, Math.min(left + width - w / 2, x));
      ctx.fillStyle = palette().text;
      ctx.fillRect(middle - w / 2, top + height + 3 * ratio, w, 18 * ratio);
      ctx.fillStyle = palette().panel;
      ctx.fillText(text, middle, top + height + 12.5 * ratio);
    }
    ctx.restore();
  }

  const axisStyle = {
    stroke: () => palette().muted,
    font: `500 11px ${palette().font}`,
    grid: { stroke: () => palette().line, width: 1 },
    ticks: { show: false },
  };
  const u = new uPlot(
    {
      width: Math.max(50, host.clientWidth),
      height: Math.max(50, host.clientHeight),
      padding: [8, units.length > 1 ? 0 : 10, withTimeAxis ? 0 : 6, 0],
      cursor: { show: false },
      legend: { show: false },
      scales: {
        x: {
          time: false,
          range: () => (frame ? [frame.range.fromUs / 1e6, frame.range.toUs / 1e6] : [0, 1]),
        },
        ...Object.fromEntries(units.map((_, k) => [`y${k}`, { range: () => yRange(k) }])),
      },
      axes: [
        {
          ...axisStyle,
          scale: "x",
          size: withTimeAxis ? X_AXIS_PX : 0,
          gap: 4,
          splits: (self, _axis, min, max) => timeTicks(min, max, self.width / 90).ticks,
          values: (self, ticks) => {
            if (!withTimeAxis) return ticks.map(() => "");
            const { min, max } = self.scales["x"]!;
            const { stepS } = timeTicks(min ?? 0, max ?? 1, self.width / 90);
            return ticks.map((t) => clockText(t, stepS));
          },
        },
        ...units.slice(0, 2).map(
          (_, k): uPlot.Axis => ({
            ...axisStyle,
            scale: `y${k}`,
            side: k === 0 ? 3 : 1,
            size: AXIS_PX,
            gap: 6,
            splits: (self, _axis, min, max) => axisTicks(min, max, self.bbox.height / uPlot.pxRatio),
            grid: { ...axisStyle.grid, show: k === 0 },
          }),
        ),
      ],
      series: [
        {},
        ...lines.map(
          (l, i): uPlot.Series => ({
            scale: scaleOf(l),
            width: 1.75,
            stroke: () => palette().series[i % palette().series.length]!,
            points: { show: false },
            paths: linePath,
            auto: false,
          }),
        ),
      ],
      hooks: { drawAxes: [drawGaps], draw: [drawCursor] },
    },
    // Two points span the time; the lines come from the columns.
    [[0, 1], ...lines.map(() => [0, 0])],
    host,
  );

  /** Ranges of the values on show, by unit; an axis in use stays as long as it fits. */
  function fitAxes(f: StripFrame): void {
    for (const [k, unit] of units.entries()) {
      let min = Number.POSITIVE_INFINITY;
      let max = Number.NEGATIVE_INFINITY;
      let step = 0;
      for (const [i, line] of lines.entries()) {
        if (line.display.unit !== unit) continue;
        step = Math.max(step, 10 ** -line.display.digits);
        for (const s of f.series[i]!) {
          const e = extentOf(s.values, s.indexAtOrAfter(f.range.fromUs), s.indexAtOrAfter(f.range.toUs + 1));
          min = Math.min(min, e.min * line.display.factor);
          max = Math.max(max, e.max * line.display.factor);
        }
      }
      const isSpeed = lines.some((l) => l.display.unit === unit && l.channel.endsWith(".speed"));
      ranges[k] = axisRange({ min, max }, Math.max(step * 10, 1e-6), ranges[k], isSpeed);
    }
  }

  return {
    draw(f: StripFrame): void {
      frame = f;
      fitAxes(f);
      const fromS = f.range.fromUs / 1e6;
      const toS = f.range.toUs / 1e6;
      u.batch(() => {
        u.setData([[fromS, toS], ...lines.map(() => [0, 0])], false);
        u.setScale("x", { min: fromS, max: toS });
      });
    },
    resize(): void {
      const width = Math.max(50, host.clientWidth);
      const height = Math.max(50, host.clientHeight);
      if (width !== u.width || height !== u.height) u.setSize({ width, height });
    },
    /** Changes when what was drawn is gone. */
    get key(): string {
      return `${made}:${u.width}x${u.height}`;
    },
    /** Plot area in CSS pixels, from the left of the host. */
    get plot(): { left: number; width: number } {
      const ratio = uPlot.pxRatio;
      return { left: u.bbox.left / ratio, width: u.bbox.width / ratio };
    },
    destroy: () => u.destroy(),
  };
}
export type StripPlot = ReturnType<typeof createStripPlot>;
