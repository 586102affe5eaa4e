import { useRef } from "preact/hooks";
import { drawGMeter } from "../canvas/gmeter.ts";
import { gScale } from "../canvas/nice.ts";
import { beginFrame } from "../canvas/surface.ts";
import { staleAfterUs } from "../live/age.ts";
import { Maxima } from "../live/maxima.ts";
import { forEachPair } from "../live/pairs.ts";
import { G0 } from "../state/units.ts";
import { usePage } from "./context.ts";
import { usePainter } from "./use-painter.ts";

const TRAIL_US = 6e6;
/** Six seconds at 400 Hz; of faster ones the newest count. */
const MOST_POINTS = 2400;
const DIRECTIONS = ["accelerating", "braking", "left", "right"] as const;

export function GMeter() {
  const { coordinator, model, palette } = usePage();
  const numbers = useRef<Partial<Record<(typeof DIRECTIONS)[number], HTMLElement | null>>>({});
  const state = useRef({
    x: new Float64Array(MOST_POINTS),
    y: new Float64Array(MOST_POINTS),
    age: new Float64Array(MOST_POINTS),
    maxima: new Maxima(),
    largest: 0,
  });

  const canvas = usePainter<HTMLCanvasElement>((el) => {
    const surface = beginFrame(el);
    if (!surface) return;
    const s = state.current;
    const nowUs = coordinator.nowUs();
    const edgeUs = coordinator.edgeUs();
    const aLong = coordinator.store?.best(["vehicle.aLong"]);
    const aLat = coordinator.store?.best(["vehicle.aLat"]);
    s.maxima.update(aLong, aLat, coordinator.maximaSinceUs());
    let length = 0;
    if (aLong && aLat) {
      const from = Math.max(aLong.indexAtOrAfter(edgeUs - TRAIL_US), aLong.length - MOST_POINTS);
      forEachPair(aLong, aLat, from, (tUs, long, lat) => {
        s.x[length] = lat / G0;
        s.y[length] = long / G0;
        s.age[length++] = Math.min(0.999, Math.max(0, (edgeUs - tUs) / TRAIL_US));
      });
    }
    const { accelerating, braking, left, right } = s.maxima;
    const maxima = {
      accelerating: accelerating / G0,
      braking: braking / G0,
      left: left / G0,
      right: right / G0,
    };
    const fullG = gScale(Math.max(...DIRECTIONS.map((d) => maxima[d])));
    const stale =
      length === 0 ||
      !(nowUs - aLong!.lastUs <= staleAfterUs(Number.NaN)) ||
      model.connection.value.kind !== "open";
    drawGMeter(surface, palette(), { x: s.x, y: s.y, age: s.age, length, fullG, maxima, stale });
    for (const d of DIRECTIONS) {
      const n = numbers.current[d];
      const text = aLong || aLat ? maxima[d].toFixed(2) : "–";
      if (n && n.textContent !== text) n.textContent = text;
    }
  }, 33);

  const place = (d: (typeof DIRECTIONS)[number]) => (el: HTMLElement | null) => {
    numbers.current[d] = el;
  };
  return (
    <section
      class="panel gmeter"
      aria-label="G-meter: acceleration of the vehicle, with the last six seconds"
    >
      <header>
        <h2>G-meter</h2>
        <button type="button" class="quiet" onClick={() => coordinator.resetMaxima()}>
          Reset maxima
        </button>
      </header>
      <canvas ref={canvas} data-testid="gmeter" role="img" aria-label="G-meter" />
      <dl class="maxima" aria-label="Greatest values, in g">
        <div>
          <dt>Accel</dt>
          <dd ref={place("accelerating")}>0.00</dd>
        </div>
        <div>
          <dt>Brake</dt>
          <dd ref={place("braking")}>0.00</dd>
        </div>
        <div>
          <dt>Left</dt>
          <dd ref={place("left")}>0.00</dd>
        </div>
        <div>
          <dt>Right</dt>
          <dd ref={place("right")}>0.00</dd>
        </div>
      </dl>
    </section>
  );
}
