import { useState } from "preact/hooks";
import { Banners, Listening, ListeningLine } from "./banners.tsx";
import { Charts } from "./charts.tsx";
import { usePage } from "./context.ts";
import { Devices } from "./devices.tsx";
import { Gaps } from "./gaps.tsx";
import { GMeter } from "./gmeter.tsx";
import { Header } from "./header.tsx";
import { Readout } from "./readout.tsx";
import { SimulateButton, SimulateDialog } from "./simulate.tsx";
import { Track } from "./track.tsx";
import { Values } from "./values.tsx";
import { Vehicles } from "./vehicles.tsx";

export function App() {
  const { model } = usePage();
  const [devices, setDevices] = useState(false);
  const open = () => setDevices(true);
  const some = (model.vehicles.value?.length ?? 0) > 0;
  return (
    <>
      <Header onDevices={open} />
      <Banners />
      {some ? (
        <main>
          <div class="rail">
            <Vehicles />
            <Values />
            <Gaps onDevices={open} />
            <ListeningLine />
          </div>
          <div class="instruments">
            <Readout />
            <GMeter />
            <Track />
          </div>
          <Charts />
        </main>
      ) : (
        <Welcome />
      )}
      <SimulateDialog />
      {devices && <Devices onClose={() => setDevices(false)} />}
    </>
  );
}

/** Nothing to show: what to do about it. */
function Welcome() {
  const { model } = usePage();
  if (!model.vehicles.value)
    return (
      <main class="welcome">
        <section class="panel">
          <h2>Connecting to the Pitwall server</h2>
          <p>This page keeps trying. If it takes long, see whether the server is still running.</p>
        </section>
      </main>
    );
  return (
    <main class="welcome">
      <section class="panel">
        <h2>No vehicle yet</h2>
        <p>
          Pitwall waits for the first frame. Point a device, a phone or a script at one of these addresses; a
          vehicle appears here as soon as something arrives.
        </p>
        <p class="hint">
          Nothing at hand?{" "}
          <code>
            npx pitwall replay FILE --to udp://127.0.0.1:{model.server.value?.listening.udp ?? 9000}
          </code>{" "}
          sends a recording as the device would.
        </p>
        <SimulateButton label="Simulate a drive …" />
      </section>
      <Listening />
    </main>
  );
}
