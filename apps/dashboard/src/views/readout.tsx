import { useRef } from "preact/hooks";
import { ageText, staleAfterUs } from "../live/age.ts";
import { gapLimitOf } from "../live/gaps.ts";
import { MODE, SPEED } from "../live/instruments.ts";
import type { Series } from "../live/series.ts";
import { displayOf, lapTimeText, modeText } from "../state/units.ts";
import { usePage } from "./context.ts";
import { usePainter } from "./use-painter.ts";

/** Digits may change this often: more cannot be read. */
const EVERY_MS = 50;

/** Speed, driving mode and lap in large: written straight into the page at frame rate. */
export function Readout() {
  const page = usePage();
  const { coordinator, model } = page;
  const digits = useRef<HTMLSpanElement>(null);
  const unit = useRef<HTMLSpanElement>(null);
  const note = useRef<HTMLSpanElement>(null);
  const mode = useRef<HTMLElement>(null);
  const lap = useRef<HTMLElement>(null);
  const lapTime = useRef<HTMLElement>(null);
  const bar = useRef<HTMLElement>(null);

  const isStale = (s: Series, nowUs: number) =>
    !(nowUs - s.lastUs <= staleAfterUs(gapLimitOf(s) / 5)) || model.connection.value.kind !== "open";

  const ref = usePainter<HTMLElement>((el) => {
    const store = coordinator.store;
    const nowUs = coordinator.nowUs();
    const speed = store?.best(SPEED);
    const display = displayOf("vehicle.speed", "m/s", model.speedUnit.value);
    if (speed && digits.current && unit.current && note.current) {
      const stale = isStale(speed, nowUs);
      const mps = speed.lastValue;
      write(digits.current, (mps * display.factor).toFixed(model.speedUnit.value === "m/s" ? 1 : 0));
      digits.current.dataset["mps"] = String(mps);
      digits.current.dataset["tus"] = String(speed.lastUs);
      el.dataset["state"] = stale ? "stale" : "fresh";
      const age = nowUs - speed.lastUs;
      write(note.current, stale ? `stale${age > 0 ? ` · ${ageText(age)} old` : ""}` : "");
      bar.current?.style.setProperty("--share", String(Math.min(1, mps / fullScale(speed))));
    } else {
      el.dataset["state"] = "none";
      if (digits.current) {
        write(digits.current, "–");
        delete digits.current.dataset["mps"];
        delete digits.current.dataset["tus"];
      }
      if (note.current) write(note.current, "no speed yet");
      bar.current?.style.setProperty("--share", "0");
    }
    if (unit.current) write(unit.current, display.unit);
    show(mode.current, store?.best([MODE]), modeText, nowUs);
    show(lap.current, store?.best(["lap.number"]), (v) => String(v), nowUs);
    show(lapTime.current, store?.best(["lap.time"]), lapTimeText, nowUs);
  }, EVERY_MS);

  function show(
    el: HTMLElement | null,
    s: Series | undefined,
    text: (v: number) => string,
    nowUs: number,
  ): void {
    if (!el) return;
    write(el, s ? text(s.lastValue) : "–");
    const stale = !s || isStale(s, nowUs);
    if (el.classList.contains("stale") !== stale) el.classList.toggle("stale", stale);
  }

  return (
    <section class="panel readout" ref={ref} aria-label="Speed, driving mode and lap">
      <div class="speed">
        <span class="digits" data-testid="speed" ref={digits}>
          –
        </span>
        <span class="aside">
          <span class="unit" ref={unit}>
            km/h
          </span>
          <span class="note" ref={note} />
        </span>
      </div>
      <div class="bar" aria-hidden="true">
        <i ref={bar} />
      </div>
      <dl class="facts">
        <div class="wide">
          <dt>Mode</dt>
          <dd ref={mode} data-testid="mode">
            –
          </dd>
        </div>
        <div>
          <dt>Lap</dt>
          <dd ref={lap} data-testid="lap">
            –
          </dd>
        </div>
        <div>
          <dt>Lap time</dt>
          <dd ref={lapTime} data-testid="lap-time">
            –
          </dd>
        </div>
      </dl>
    </section>
  );
}

/** Only a change of text touches the page. */
function write(el: HTMLElement, text: string): void {
  if (el.textContent !== text) el.textContent = text;
}

const scales = new WeakMap<Series, number>();
/** Speed at which the bar is full: the fastest seen, with a little room, m/s. */
function fullScale(s: Series): number {
  const full = Math.max(scales.get(s) ?? 15, s.lastValue * 1.08);
  scales.set(s, full);
  return full;
}
