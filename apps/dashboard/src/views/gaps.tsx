import type { DeviceState } from "@pitwall/api";
import { usePage } from "./context.ts";

const total = (d: DeviceState) => d.missing.reduce((n, r) => n + r.last - r.first + 1, 0);

/** "bad-checksum" as people say it. */
export const reasonText = (code: string): string => code.replaceAll("-", " ");

/** What is missing of the vehicle's frames, and what was refused, over all of its devices. */
export function Gaps({ onDevices }: { readonly onDevices: () => void }) {
  const { model } = usePage();
  const vehicle = model.vehicle.value;
  if (!vehicle) return null;
  const devices = model.devices.value.filter((d) => d.vehicle === vehicle.id);
  const ranges = devices.flatMap((d) => d.missing);
  const rangeFrames = devices.reduce((n, d) => n + total(d), 0);
  const reasons = new Map<string, number>();
  for (const d of devices)
    for (const [code, n] of Object.entries(d.problems)) reasons.set(code, (reasons.get(code) ?? 0) + n);
  const missing = Math.max(vehicle.missingFrames, rangeFrames);
  const clean = missing === 0 && vehicle.badFrames === 0 && reasons.size === 0;
  return (
    <section
      class="panel gaps"
      data-testid="gaps"
      data-missing={missing}
      data-bad={vehicle.badFrames}
      aria-label="Gaps and bad frames"
    >
      <header>
        <h2>Gaps</h2>
        <button type="button" class="quiet" onClick={onDevices}>
          Details
        </button>
      </header>
      {clean ? (
        <p class="clean">
          <i class="dot" aria-hidden="true" /> Nothing missing, nothing refused
        </p>
      ) : (
        <ul>
          <li class={missing > 0 ? "warn" : ""}>
            <b>{missing}</b> frames missing
            {ranges.length > 0 && ` in ${ranges.length} ${ranges.length === 1 ? "range" : "ranges"}`}
          </li>
          <li class={vehicle.badFrames > 0 ? "bad" : ""}>
            <b>{vehicle.badFrames}</b> bad frames
          </li>
          {[...reasons]
            .sort((a, b) => b[1] - a[1])
            .map(([code, n]) => (
              <li key={code} class="reason">
                <b>{n}</b> {reasonText(code)}
              </li>
            ))}
        </ul>
      )}
    </section>
  );
}
