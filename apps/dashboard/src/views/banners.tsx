import type { ServerInfo, VehicleState } from "@pitwall/api";
import { usePage } from "./context.ts";
import { SimulateButton, useDemo } from "./simulate.tsx";

/** Nothing sends, and what did was a demo: the banner offers to begin again. */
const asksToBegin = (server: ServerInfo, vehicles: readonly VehicleState[] | undefined): boolean =>
  server.demo === "stopped" && (vehicles ?? []).every((v) => v.state === "offline");

/** What everyone has to know before reading a number: that it is a replay, and who can connect. */
export function Banners() {
  const { model, http } = usePage();
  const { act, busy } = useDemo();
  const server = model.server.value;
  if (!server) return null;

  return (
    <div class="banners">
      {server.trouble !== null && (
        <p class="banner trouble" data-testid="trouble">
          {server.trouble}
        </p>
      )}
      {model.notice.value !== undefined && (
        <p class="banner trouble">
          {model.notice.value}
          <button type="button" onClick={() => (model.notice.value = undefined)}>
            Close
          </button>
        </p>
      )}
      {server.demo === "running" && (
        <p class="banner replay" data-testid="replay">
          <strong>
            {server.demoDrive
              ? `SIMULATED ${server.demoDrive.vehicle}, ${server.demoDrive.track}`
              : "REPLAY of a recorded drive"}
          </strong>
          <span class="more">
            Not a real vehicle.{server.demoDrive ? "" : " It ends by itself when a device sends."}
          </span>
          <button type="button" disabled={busy} onClick={() => void act(http.stopDemo)}>
            {server.demoDrive ? "Stop simulation" : "Stop replay"}
          </button>
          <SimulateButton label={server.demoDrive ? "Another …" : "Simulate …"} />
        </p>
      )}
      {asksToBegin(server, model.vehicles.value) && (
        <p class="banner">
          <span class="more">No device is sending.</span>
          <button type="button" disabled={busy} onClick={() => void act(http.startDemo)}>
            Start replay
          </button>
          <SimulateButton label="Simulate …" />
        </p>
      )}
    </div>
  );
}

/** The same in two lines, always in view. */
export function ListeningLine() {
  const { model } = usePage();
  const server = model.server.value;
  if (!server) return null;
  const { udp, tcp, mqtt } = server.listening;
  return (
    <section class="panel listening" aria-label="Where devices send to">
      <p class="ports">
        <span>Devices send to</span> <b>{server.loopbackOnly ? "127.0.0.1" : location.hostname}</b>
        <br />
        UDP <b>{udp}</b> TCP <b>{tcp}</b> MQTT <b>{mqtt ?? "off"}</b>
      </p>
      {server.loopbackOnly && (
        <p class="hint" data-testid="loopback">
          Only this computer can connect. Start with <code>--host 0.0.0.0</code> to let others in.
        </p>
      )}
      {server.demo !== "running" && !asksToBegin(server, model.vehicles.value) && (
        <SimulateButton label="Simulate a drive …" />
      )}
    </section>
  );
}

/** Where a newcomer sends data to. */
export function Listening() {
  const { model } = usePage();
  const server = model.server.value;
  if (!server) return null;
  const host = server.loopbackOnly ? "127.0.0.1" : location.hostname;
  const { udp, tcp, mqtt, http } = server.listening;
  return (
    <section class="panel listening" aria-label="Where devices send to">
      <h2>Send data to</h2>
      <dl>
        <div>
          <dt>UDP</dt>
          <dd>
            {host}:{udp}
          </dd>
        </div>
        <div>
          <dt>TCP</dt>
          <dd>
            {host}:{tcp}
          </dd>
        </div>
        <div>
          <dt>MQTT</dt>
          <dd>{mqtt === null ? "off" : `${host}:${mqtt}`}</dd>
        </div>
        <div>
          <dt>Page</dt>
          <dd>
            {host}:{http}
          </dd>
        </div>
      </dl>
      {server.loopbackOnly && (
        <p class="hint">
          Only this computer can connect. Start with <code>--host 0.0.0.0</code> to let others in.
        </p>
      )}
    </section>
  );
}
