import { useRef } from "preact/hooks";
import { beginFrame } from "../canvas/surface.ts";
import { drawTrack } from "../canvas/track.ts";
import { TRACE_US } from "../coordinator.ts";
import { staleAfterUs } from "../live/age.ts";
import { POSITIONS, SPEED } from "../live/instruments.ts";
import { Trace } from "../live/trace.ts";
import { displayOf } from "../state/units.ts";
import { usePage } from "./context.ts";
import { usePainter } from "./use-painter.ts";

export function Track() {
  const { coordinator, model, palette, probe } = usePage();
  const trace = useRef(new Trace());
  const shown = useRef({ slow: 0, fast: 0 });
  const empty = useRef<HTMLParagraphElement>(null);

  probe.trace = () => {
    const t = trace.current;
    return Array.from({ length: t.length }, (_, i) => [t.x[i]!, t.y[i]!]);
  };

  const canvas = usePainter<HTMLCanvasElement>((el) => {
    const surface = beginFrame(el);
    if (!surface) return;
    const store = coordinator.store;
    const t = trace.current;
    const nowUs = coordinator.edgeUs();
    const found = store?.best(POSITIONS.map(([lat]) => lat));
    const pair = POSITIONS.find(([lat]) => lat === found?.channel);
    const lon = pair && store?.of(pair[1]).find((s) => s.group === found?.group);
    const none = !found || !lon;
    if (empty.current) empty.current.hidden = !none;
    if (none) {
      t.length = 0;
      return;
    }
    const speed = store?.best(SPEED);
    if (t.update(found, lon, speed, nowUs - TRACE_US)) {
      let slow = Number.POSITIVE_INFINITY;
      let fast = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < t.length; i++) {
        const v = t.speed[i]!;
        if (v < slow) slow = v;
        if (v > fast) fast = v;
      }
      shown.current = fast > slow ? { slow, fast } : { slow: 0, fast: 0 };
    }
    const display = displayOf("vehicle.speed", "m/s", model.speedUnit.value);
    const stale =
      !(coordinator.nowUs() - found.lastUs <= staleAfterUs(Number.NaN)) ||
      model.connection.value.kind !== "open";
    drawTrack(surface, palette(), {
      trace: t,
      nowUs,
      fromUs: nowUs - TRACE_US,
      stale,
      ...shown.current,
      speedText: (mps) => `${Math.round(mps * display.factor)}`,
    });
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
