import type { VehicleState } from "@pitwall/api";
import { useEffect, useRef } from "preact/hooks";
import { usePage } from "./context.ts";

const STATES: Readonly<Record<VehicleState["state"], string>> = {
  live: "Live",
  quiet: "Quiet",
  offline: "Offline",
};

export function Vehicles() {
  const { model, choose } = usePage();
  const vehicles = model.vehicles.value ?? [];
  const chosen = model.selectedId.value;
  // Without a line to the server nothing is known of any vehicle.
  const linked = model.connection.value.kind === "open";
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    const ul = list.current;
    const button = ul?.querySelector("[aria-current]");
    if (!ul || !button) return;
    // the list alone scrolls: the page stays where its reader has it
    const [outer, inner] = [ul.getBoundingClientRect(), button.getBoundingClientRect()];
    ul.scrollBy({
      left: inner.left - outer.left - (outer.width - inner.width) / 2,
      top: inner.top - outer.top - (outer.height - inner.height) / 2,
    });
  }, [chosen, vehicles.length]);
  return (
    <nav class={linked ? "panel vehicles" : "panel vehicles unlinked"} aria-label="Vehicles">
      <h2>Vehicles</h2>
      <ul ref={list}>
        {vehicles.map((v) => (
          <li key={v.id}>
            <button
              type="button"
              data-testid={`vehicle-${v.id}`}
              data-state={linked ? v.state : "unknown"}
              aria-current={v.id === chosen ? "true" : undefined}
              onClick={() => choose(v.id)}
            >
              <span class="name">
                <span class="id">{v.id}</span>
                <span class="state">
                  {v.replay && <span class="badge">{v.simulated ? "SIMULATED" : "REPLAY"}</span>}
                  <i class="dot" aria-hidden="true" />
                  {linked ? STATES[v.state] : "Unknown"}
                </span>
              </span>
              <span class="counts">
                <b>{v.framesPerS.toFixed(v.framesPerS > 0 && v.framesPerS < 10 ? 1 : 0)}</b> frames/s
                <span class={v.missingFrames > 0 ? "warn" : ""}>
                  <b>{v.missingFrames}</b> missing
                </span>
                <span class={v.badFrames > 0 ? "bad" : ""}>
                  <b>{v.badFrames}</b> bad
                </span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}
