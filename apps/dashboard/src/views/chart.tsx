import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { attachGestures } from "../canvas/gestures.ts";
import { createStripPlot, type StripPlot } from "../canvas/strip-plot.ts";
import type { Series } from "../live/series.ts";
import { displayOf, formatValue, labelOf } from "../state/units.ts";
import { pan, rangeOf, toLive, zoom } from "../state/viewport.ts";
import { usePage } from "./context.ts";
import { Icon } from "./icons.tsx";

/** All charts point at the same time. */
export type SharedCursor = { us: number | undefined };

type ChartProps = {
  readonly channels: readonly string[];
  readonly last: boolean;
  readonly cursor: SharedCursor;
  readonly onEdit: () => void;
  readonly onRemove: () => void;
};

export function Chart({ channels, last, cursor, onEdit, onRemove }: ChartProps) {
  const page = usePage();
  const { coordinator, model, loop, palette } = page;
  const host = useRef<HTMLDivElement>(null);
  const empty = useRef<HTMLParagraphElement>(null);
  const values = useRef<(HTMLElement | null)[]>([]);
  const speedUnit = model.speedUnit.value;
  const theme = model.theme.value;
  const key = channels.join(" ");
  const drawn = useRef({ key: "", toUs: 0 });
  const [units, setUnits] = useState("");

  const lines = useMemo(() => {
    const detail = model.session.peek()?.channels;
    const newest = model.vehicle.peek()?.values;
    return channels.map((channel) => {
      const unit =
        coordinator.store?.of(channel)[0]?.unit ??
        newest?.[channel]?.unit ??
        detail?.find((c) => c.channel === channel)?.unit ??
        "";
      return { channel, display: displayOf(channel, unit, speedUnit) };
    });
    // Units become known after the channel was chosen.
  }, [key, speedUnit, units]);

  useEffect(() => {
    const el = host.current;
    if (!el) return;
    const plot = createStripPlot(el, lines, palette, last);
    const now = () => coordinator.edgeUs();
    const change = (next: (nowUs: number) => typeof model.viewport.value) => {
      model.viewport.value = next(now());
      loop.invalidateAll();
    };
    const painter = loop.add(() => paint(plot, el));
    const undo = attachGestures(el, {
      plot: () => plot.plot,
      pan: (share) => change((n) => pan(model.viewport.value, share * model.viewport.value.spanUs, n)),
      zoom: (factor, at) =>
        change((n) => {
          const { fromUs, toUs } = rangeOf(model.viewport.value, n);
          return zoom(model.viewport.value, factor, fromUs + at * (toUs - fromUs), n);
        }),
      toLive: () => change(() => toLive(model.viewport.value)),
      point: (at) => {
        const { fromUs, toUs } = rangeOf(model.viewport.value, now());
        cursor.us = at === undefined ? undefined : fromUs + at * (toUs - fromUs);
        loop.invalidateAll();
      },
    });
    const sized = new ResizeObserver(() => {
      plot.resize();
      painter.invalidate();
    });
    const seen = new IntersectionObserver((entries) => painter.show(entries.at(-1)!.isIntersecting));
    sized.observe(el);
    seen.observe(el);
    return () => {
      sized.disconnect();
      seen.disconnect();
      painter.remove();
      undo();
      plot.destroy();
    };
    // A new theme has other fonts and colours on its axes.
  }, [lines, last, theme]);

  function paint(plot: StripPlot, el: HTMLElement): void {
    const edgeUs = coordinator.edgeUs();
    if (!Number.isFinite(edgeUs)) return;
    coordinator.setChartWidth(plot.plot.width * (devicePixelRatio || 1));
    const range = rangeOf(model.viewport.value, edgeUs);
    const series = lines.map((l) => coordinator.store?.of(l.channel) ?? []);
    const versions = series.map((list) => list.map((s) => s.version).join(" ")).join(",");
    const key = [
      model.viewport.value.spanUs,
      model.viewport.value.endUs,
      cursor.us,
      versions,
      plot.key,
    ].join();
    const usPerPx = model.viewport.value.spanUs / (plot.plot.width * (devicePixelRatio || 1));
    // Less than a pixel of new time changes nothing that could be seen.
    if (key !== drawn.current.key || Math.abs(edgeUs - drawn.current.toUs) >= usPerPx) {
      drawn.current = { key, toUs: edgeUs };
      plot.draw({ range, series, cursorUs: cursor.us, edgeUs });
    }
    let count = 0;
    let seen = false;
    for (const [i, line] of lines.entries()) {
      const list = series[i]!;
      for (const s of list) {
        count += s.length;
        seen ||= s.indexAtOrAfter(range.fromUs) < s.indexAtOrAfter(range.toUs);
      }
      const v = cursor.us === undefined ? newestOf(list) : valueAt(list, cursor.us);
      const text = v === undefined ? "–" : formatValue(v, line.display);
      const at = values.current[i];
      if (at && at.textContent !== text) at.textContent = text;
    }
    el.dataset["samples"] = String(count);
    if (empty.current) empty.current.hidden = seen;
    const known = series.map((list) => list[0]?.unit ?? "").join(" ");
    if (known !== units) setUnits(known);
  }

  return (
    <section class="panel chart" aria-label={`Chart of ${channels.map(labelOf).join(", ")}`}>
      <header>
        <ul class="legend">
          {lines.map((l, i) => (
            <li key={l.channel}>
              <i class="swatch" style={{ "--c": palette().series[i % palette().series.length] }} />
              <span class="name">{labelOf(l.channel)}</span>
              <b
                ref={(el) => {
                  values.current[i] = el;
                }}
              >
                –
              </b>
              <span class="unit">{l.display.unit}</span>
            </li>
          ))}
        </ul>
        <button type="button" class="icon" onClick={onEdit} aria-label="Choose the channels of this chart">
          <Icon name="edit" />
        </button>
        <button type="button" class="icon" onClick={onRemove} aria-label="Remove this chart">
          <Icon name="close" />
        </button>
      </header>
      <div
        class="plot"
        data-testid="chart"
        data-channels={key}
        ref={host}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move the chart
        tabIndex={0}
        role="application"
        aria-label="Arrow keys move in time, plus and minus zoom, End goes back to live"
      />
      <p class="empty over" ref={empty} hidden>
        Nothing in this time.
      </p>
    </section>
  );
}

function newestOf(list: readonly Series[]): number | undefined {
  let best: Series | undefined;
  for (const s of list) if (s.length > 0 && (!best || s.lastUs > best.lastUs)) best = s;
  return best?.lastValue;
}

/** The sample at or before a time, unless it lies further back than half a second. */
function valueAt(list: readonly Series[], tUs: number): number | undefined {
  for (const s of list) {
    const i = s.indexAtOrAfter(tUs + 1) - 1;
    if (i >= 0 && tUs - s.tUs[i]! < 1e6) return s.values[i];
  }
  return undefined;
}
