import { useState } from "preact/hooks";
import { usePage } from "./context.ts";
import { DemoDialog } from "./demo-dialog.tsx";

/** What everyone has to know before reading a number: that it is a replay, and who can connect. */
export function Banners() {
  const { model, http } = usePage();
  const [busy, setBusy] = useState(false);
  const [choosing, setChoosing] = useState(false);
  const server = model.server.value;
  if (!server) return null;

  const act = async (call: () => ReturnType<typeof http.stopDemo>) => {
    setBusy(true);
    try {
      model.server.value = await call();
      model.notice.value = undefined;
    } catch (e) {
      model.notice.value = (e as Error).message;
    } finally {
      setBusy(false);
    }
  };
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
          <span class="more">Not a real vehicle. It ends by itself when a device sends.</span>
          <button type="button" disabled={busy} onClick={() => void act(http.stopDemo)}>
            {server.demoDrive ? "Stop simulation" : "Stop replay"}
          </button>
          <button type="button" disabled={busy} onClick={() => setChoosing(true)}>
            Simulate …
          </button>
        </p>
      )}
      {server.demo === "stopped" && (model.vehicles.value ?? []).every((v) => v.state === "offline") && (
        <p class="banner">
          <span class="more">The replay is stopped and no device is sending.</span>
          <button type="button" disabled={busy} onClick={() => void act(http.startDemo)}>
            Start replay
          </button>
          <button type="button" disabled={busy} onClick={() => setChoosing(true)}>
            Simulate …
          </button>
        </p>
      )}
      {choosing && (
        <DemoDialog
          onClose={() => setChoosing(false)}
          onChosen={(drive) => {
            setChoosing(false);
            void act(() => http.startDemo(drive));
          }}
        />
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
