import type { DeviceState } from "@pitwall/api";
import { ageText } from "../live/age.ts";
import { Listening } from "./banners.tsx";
import { usePage } from "./context.ts";
import { Dialog } from "./dialog.tsx";
import { reasonText } from "./gaps.tsx";

const CLOCKS: Readonly<Record<DeviceState["clock"], string>> = {
  none: "no time yet",
  arrival: "by arrival",
  ntp: "NTP",
  gnss: "GNSS",
};
const MOST_RANGES = 8;

const bytesText = (n: number) =>
  n < 1e4 ? `${n} B` : n < 1e7 ? `${(n / 1e3).toFixed(0)} kB` : `${(n / 1e6).toFixed(1)} MB`;

export function Devices({ onClose }: { readonly onClose: () => void }) {
  const { model, http } = usePage();
  void model.nowMs.value;
  const serverNowMs = http.serverNowMs();
  const devices = model.devices.value;
  return (
    <Dialog title="Devices" onClose={onClose}>
      {devices.length === 0 && <p class="empty">No device has sent anything yet.</p>}
      <ul class="devices" data-testid="devices">
        {devices.map((d) => {
          const ageUs =
            d.lastSeenUs === null || serverNowMs === undefined
              ? Number.NaN
              : serverNowMs * 1000 - d.lastSeenUs;
          return (
            <li key={`${d.vehicle} ${d.id} ${d.transport}`} data-testid={`device-${d.id}`}>
              <h3>
                <i class="dot" data-on={d.online} aria-hidden="true" />
                {d.id}
                <small>
                  {d.online ? "online" : "offline"}
                  {Number.isFinite(ageUs) && !d.online ? `, last seen ${ageText(ageUs)} ago` : ""}
                </small>
              </h3>
              <dl>
                <Fact name="Vehicle" value={d.vehicle} />
                <Fact name="Transport" value={`${d.transport.toUpperCase()} ${d.address}`} />
                <Fact name="Protocols" value={d.protocols.join(", ") || "not recognised yet"} />
                <Fact name="Clock" value={CLOCKS[d.clock]} />
                <Fact name="Frames" value={d.frames.toLocaleString("en")} />
                <Fact name="Bytes" value={bytesText(d.bytes)} />
              </dl>
              {Object.keys(d.problems).length > 0 && (
                <ul class="reasons">
                  {Object.entries(d.problems).map(([code, n]) => (
                    <li key={code}>
                      <b>{n}</b> {reasonText(code)}
                    </li>
                  ))}
                </ul>
              )}
              {d.lastProblem && (
                <p class="problem">
                  Last refused: {reasonText(d.lastProblem.code)} at byte {d.lastProblem.offset}:{" "}
                  {d.lastProblem.reason}
                  {d.lastProblem.hex !== undefined && <code>{d.lastProblem.hex}</code>}
                </p>
              )}
              {d.missing.length > 0 && (
                <p class="problem">
                  Missing:{" "}
                  {d.missing
                    .slice(-MOST_RANGES)
                    .map((r) => (r.first === r.last ? `${r.first}` : `${r.first} to ${r.last}`))
                    .join(", ")}
                  {d.missing.length > MOST_RANGES && `, and ${d.missing.length - MOST_RANGES} ranges before`}
                </p>
              )}
            </li>
          );
        })}
      </ul>
      <Listening />
    </Dialog>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
