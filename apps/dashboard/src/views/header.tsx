import { ageText } from "../live/age.ts";
import { SPEED_UNITS } from "../state/units.ts";
import { usePage } from "./context.ts";
import { Icon } from "./icons.tsx";

type HeaderProps = { readonly onDevices: () => void };

export function Header({ onDevices }: HeaderProps) {
  const { model, memory, loop } = usePage();
  const theme = model.theme.value;
  const nextUnit = SPEED_UNITS[(SPEED_UNITS.indexOf(model.speedUnit.value) + 1) % SPEED_UNITS.length]!;
  return (
    <header class="top">
      <h1>
        <svg class="mark" viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
          <path
            d="M3 21h6l3-12 6 17 3-10h8"
            fill="none"
            stroke="currentColor"
            stroke-width="3"
            stroke-linejoin="round"
            stroke-linecap="round"
          />
        </svg>
        Pitwall
      </h1>
      <ConnectionState />
      <div class="actions">
        <button
          type="button"
          title={`Show speed in ${nextUnit}`}
          aria-label={`Speed in ${model.speedUnit.value}; show it in ${nextUnit}`}
          onClick={() => {
            model.speedUnit.value = nextUnit;
            memory.set("speedUnit", nextUnit);
            loop.invalidateAll();
          }}
        >
          {model.speedUnit.value}
        </button>
        <button
          type="button"
          class="icon"
          aria-label={theme === "dark" ? "Light theme, for sunlight" : "Dark theme"}
          title={theme === "dark" ? "Light theme, for sunlight" : "Dark theme"}
          onClick={() => {
            model.theme.value = theme === "dark" ? "light" : "dark";
            memory.set("theme", model.theme.value);
          }}
        >
          <Icon name={theme === "dark" ? "sun" : "moon"} />
        </button>
        <button type="button" onClick={onDevices} data-testid="open-devices">
          Devices
        </button>
      </div>
    </header>
  );
}

/** What the line to the server does, in words, with the age of the newest sample. */
function ConnectionState() {
  const { model, coordinator, retryNow } = usePage();
  const state = model.connection.value;
  const nowMs = model.nowMs.value;
  const nowUs = coordinator.nowUs();
  const slow = nowMs - model.thinnedAtMs.value < 10_000;
  let lastUs = Number.NEGATIVE_INFINITY;
  for (const v of Object.values(model.vehicle.value?.values ?? {})) if (v.tUs > lastUs) lastUs = v.tUs;
  for (const series of coordinator.store?.all() ?? []) if (series.lastUs > lastUs) lastUs = series.lastUs;
  const ageUs = nowUs - lastUs;

  let word = "Connecting";
  let kind = "wait";
  let detail = "";
  if (state.kind === "open") {
    word = "Connected";
    kind = "ok";
    if (Number.isFinite(ageUs)) {
      detail = ageUs < 1e6 ? "data now" : `last data ${ageText(ageUs)} ago`;
      if (ageUs > 2.5e6) kind = "old";
    } else detail = "no data yet";
  } else if (state.kind === "waiting") {
    word = `Reconnecting in ${Math.max(0, Math.ceil((state.retryAtMs - nowMs) / 1000))} s`;
    if (Number.isFinite(ageUs)) detail = `last data ${ageText(ageUs)} ago`;
  }
  const spoken =
    state.kind === "open"
      ? "Connected"
      : model.everConnected.value
        ? "Connection lost, reconnecting"
        : "Connecting";
  return (
    <div class="connection" data-testid="connection" data-state={state.kind} data-kind={kind}>
      <i class="dot" aria-hidden="true" />
      <span class="word">{word}</span>
      {detail && <span class="detail">{detail}</span>}
      {state.kind === "waiting" && (
        <button type="button" class="quiet" onClick={retryNow}>
          Now
        </button>
      )}
      {model.thinnedRows.value > 0 && (
        <span class={slow ? "thinned now" : "thinned"}>
          {slow ? "this page is slow: " : "page was slow: "}
          {model.thinnedRows.value} rows left out
        </span>
      )}
      <span class="only-spoken" aria-live="polite">
        {spoken}
      </span>
    </div>
  );
}
