import { useRef } from "preact/hooks";
import { beginFrame, createLayer } from "../canvas/surface.ts";
import { extentOf } from "../canvas/trace-path.ts";
import { drawTrackHistory, drawTrackNow } from "../canvas/track.ts";
import { staleAfterUs } from "../live/age.ts";
import { POSITIONS, SPEED } from "../live/instruments.ts";
import type { Series } from "../live/series.ts";
import { Trace } from "../live/trace.ts";
import { TRACE_US } from "../live/wants.ts";
import { displayOf } from "../state/units.ts";
import { usePage } from "./context.ts";
import { usePainter } from "./use-painter.ts";

/** The way so far is drawn into a layer this often; only what came since is drawn every frame. */
const LAYER_MS = 1000;

export function Track() {
  const { coordinator, model, palette, probe } = usePage();
  const trace = useRef(new Trace());
  const shown = useRef({ slow: 0, fast: 0 });
  const layer = useRef({ canvas: createLayer(document), drawnMs: Number.NEGATIVE_INFINITY, key: "", to: 0 });
  const empty = useRef<HTMLParagraphElement>(null);

  /** Takes in what is new; the position's newest series, or nothing while there is no position. */
  function update(nowUs: number): Series | undefined {
    const store = coordinator.store;
    const t = trace.current;
    const lat = store?.best(POSITIONS.map(([id]) => id));
    const pair = POSITIONS.find(([id]) => id === lat?.channel);
    const lon = pair && store?.of(pair[1]).find((s) => s.group === lat?.group);
    if (!lat || !lon) {
      t.length = 0;
      return undefined;
    }
    if (t.update(lat, lon, store?.best(SPEED), nowUs - TRACE_US)) {
      const { min, max } = extentOf(t.speed, 0, t.length);
      shown.current = max > min ? { slow: min, fast: max } : { slow: 0, fast: 0 };
    }
    return lat;
  }

  probe.trace = () => {
    update(coordinator.edgeUs());
    const t = trace.current;
    return Array.from({ length: t.length }, (_, i) => [t.x[i]!, t.y[i]!]);
  };

  const canvas = usePainter<HTMLCanvasElement>((el, nowMs) => {
    const surface = beginFrame(el);
    if (!surface) return;
    const t = trace.current;
    const nowUs = coordinator.edgeUs();
    const found = update(nowUs);
    if (empty.current) empty.current.hidden = found !== undefined;
    if (!found) return;
    const display = displayOf("vehicle.speed", "m/s", model.speedUnit.value);
    const stale =
      !(coordinator.nowUs() - found.lastUs <= staleAfterUs(Number.NaN)) ||
      model.connection.value.kind !== "open";
    const data = {
      trace: t,
      nowUs,
      fromUs: nowUs - TRACE_US,
      stale,
      ...shown.current,
      speedText: (mps: number) => `${Math.round(mps * display.factor)}`,
    };
    const l = layer.current;
    const colours = palette();
    const { minX, maxX, minY, maxY } = t.box;
    const { slow, fast } = shown.current;
    const key = [
      model.theme.value,
      display.unit,
      el.width,
      el.height,
      minX,
      maxX,
      minY,
      maxY,
      slow,
      fast,
    ].join();
    if (nowMs - l.drawnMs > LAYER_MS || key !== l.key || t.length < l.to) {
      l.canvas.redraw(surface, (s) => drawTrackHistory(s, colours, data));
      l.drawnMs = nowMs;
      l.key = key;
      l.to = t.length;
    }
    l.canvas.copyTo(surface);
    drawTrackNow(surface, colours, data, l.to);
  }, 40);

  const speedUnit = model.speedUnit.value;
  return (
    <section class="panel track" aria-label="Track">
      <header>
        <h2>Track</h2>
        <span class="hint">last 10 min · colour is speed in {speedUnit}</span>
      </header>
      <div class="fill">
        <canvas
          ref={canvas}
          data-testid="trace"
          role="img"
          aria-label="Way of the vehicle over the ground, north up"
        />
        <p class="empty" ref={empty} hidden>
          No position yet. The track appears with the first GNSS fix.
        </p>
      </div>
    </section>
  );
}
