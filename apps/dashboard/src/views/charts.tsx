import { useRef, useState } from "preact/hooks";
import { LIVE_SPANS_US, toLive } from "../state/viewport.ts";
import { Chart, type SharedCursor } from "./chart.tsx";
import { usePage } from "./context.ts";
import { Icon } from "./icons.tsx";
import { ChannelPicker } from "./picker.tsx";

const MOST_CHARTS = 8;

const spanText = (us: number) => (us < 60e6 ? `${us / 1e6} s` : `${us / 60e6} min`);

export function Charts() {
  const { model, coordinator, loop, memory } = usePage();
  const charts = coordinator.charts.value;
  const viewport = model.viewport.value;
  const cursor = useRef<SharedCursor>({ us: undefined });
  /** Chart whose channels are being chosen; one past the last is a new one. */
  const [editing, setEditing] = useState<number | undefined>(undefined);

  const keep = (next: readonly (readonly string[])[]) => {
    model.charts.value = next;
    memory.set("charts", JSON.stringify(next));
    loop.invalidateAll();
  };
  const show = (spanUs: number) => {
    model.viewport.value = { spanUs, endUs: null };
    loop.invalidateAll();
  };
  const live = viewport.endUs === null;
  const ended = model.vehicle.value?.state === "offline";

  return (
    <section class="charts" aria-label="Strip charts">
      <header class="tools">
        <h2>Strip charts</h2>
        <fieldset class="segments" aria-label="Time shown">
          {LIVE_SPANS_US.map((us) => (
            <button
              type="button"
              key={us}
              aria-pressed={live && viewport.spanUs === us}
              onClick={() => show(us)}
            >
              {spanText(us)}
            </button>
          ))}
        </fieldset>
        <button
          type="button"
          class={live ? "live on" : "live"}
          data-testid="live"
          onClick={() => {
            model.viewport.value = toLive(viewport);
            loop.invalidateAll();
          }}
        >
          {live ? (ended ? "Ended" : "Live") : ended ? "To the end" : "Back to live"}
        </button>
        {model.historyFailing.value && <span class="hint warn">history does not answer, trying again</span>}
        <button
          type="button"
          class="add"
          aria-label="Add a chart"
          disabled={charts.length >= MOST_CHARTS}
          onClick={() => setEditing(charts.length)}
        >
          <Icon name="plus" /> <span class="wide-only">Chart</span>
        </button>
      </header>
      <div class="strips">
        {charts.map((channels, i) => (
          <Chart
            key={i}
            channels={channels}
            last={i === charts.length - 1}
            cursor={cursor.current}
            onEdit={() => setEditing(i)}
            onRemove={() => keep(charts.filter((_, k) => k !== i))}
          />
        ))}
        {charts.length === 0 && <p class="empty">No chart. Add one to draw any channel over time.</p>}
      </div>
      {editing !== undefined && (
        <ChannelPicker
          chosen={charts[editing] ?? []}
          onClose={() => {
            setEditing(undefined);
            if (charts.some((c) => c.length === 0)) keep(charts.filter((c) => c.length > 0));
          }}
          onChange={(channels) => {
            const next = [...charts];
            next[editing] = channels;
            keep(next);
          }}
        />
      )}
    </section>
  );
}
