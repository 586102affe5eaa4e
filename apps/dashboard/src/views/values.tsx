import { ageText, staleAfterUs } from "../live/age.ts";
import { displayOf, formatValue, labelOf } from "../state/units.ts";
import { usePage } from "./context.ts";

/** Newest value of every channel with its age; an old one is never shown as current. */
export function Values() {
  const { model, coordinator } = usePage();
  // Ages grow though nothing comes.
  void model.nowMs.value;
  const vehicle = model.vehicle.value;
  const nowUs = coordinator.nowUs();
  const rows = Object.entries(vehicle?.values ?? {}).sort(([a], [b]) => a.localeCompare(b, "en"));
  return (
    <section class="panel values" aria-label="Newest values">
      <h2>Newest values</h2>
      <div class="scroll">
        <table>
          <tbody>
            {rows.map(([channel, v]) => {
              const display = displayOf(channel, v.unit, model.speedUnit.value);
              const series = coordinator.store?.of(channel)[0];
              const fresher = series && series.lastUs > v.tUs;
              const tUs = fresher ? series.lastUs : v.tUs;
              const ageUs = nowUs - tUs;
              const stale =
                !(ageUs <= staleAfterUs(coordinator.usualUs(channel))) ||
                vehicle?.state === "offline" ||
                model.connection.value.kind !== "open";
              return (
                <tr key={channel} class={stale ? "stale" : ""} title={channel}>
                  <th scope="row">{labelOf(channel)}</th>
                  <td class="value">{formatValue(fresher ? series.lastValue : v.value, display)}</td>
                  <td class="unit">{display.unit}</td>
                  <td class="age">{stale && Number.isFinite(ageUs) ? `${ageText(ageUs)} old` : ""}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
        {rows.length === 0 && <p class="empty">No values yet.</p>}
      </div>
    </section>
  );
}
