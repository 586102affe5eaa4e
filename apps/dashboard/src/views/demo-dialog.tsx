import type { DemoChoices, DemoDrive } from "@pitwall/api";
import { useEffect, useRef, useState } from "preact/hooks";
import { usePage } from "./context.ts";

const LAPS = 10;

/** What the vehicles of the simulator are; one that is not here goes by its own name. */
const VEHICLES: Readonly<Record<string, string>> = {
  kart: "Electric kart",
  "kart-combustion": "Kart with an engine",
  car: "Track car",
  road: "Road car, slow and careful",
  boat: "Solar boat",
};

/** Asks for a vehicle and a track to simulate. `onChosen` starts the drive. */
export function DemoDialog(props: {
  readonly onChosen: (drive: DemoDrive) => void;
  readonly onClose: () => void;
}) {
  const { http, model } = usePage();
  const dialog = useRef<HTMLDialogElement>(null);
  const [choices, setChoices] = useState<DemoChoices>();
  const [vehicle, setVehicle] = useState("kart");
  const [track, setTrack] = useState("");
  const [laps, setLaps] = useState(LAPS);

  useEffect(() => {
    dialog.current?.showModal();
    http.demoChoices().then(
      (c) => {
        setChoices(c);
        setTrack(c.tracks[0] ?? "");
      },
      (e: Error) => {
        model.notice.value = e.message;
        props.onClose();
      },
    );
  }, []);

  const options = (names: readonly string[] | undefined) =>
    names?.map((name) => (
      <option key={name} value={name}>
        {VEHICLES[name] ?? name}
      </option>
    ));
  return (
    <dialog ref={dialog} class="demo-dialog" onClose={props.onClose} data-testid="demo-dialog">
      <form
        method="dialog"
        onSubmit={(e) => {
          e.preventDefault();
          props.onChosen({ vehicle, track, laps });
        }}
      >
        <h2>Simulate a drive</h2>
        <label>
          Vehicle
          <select value={vehicle} onChange={(e) => setVehicle(e.currentTarget.value)}>
            {options(choices?.vehicles)}
          </select>
        </label>
        <label>
          Track
          <select value={track} onChange={(e) => setTrack(e.currentTarget.value)}>
            {options(choices?.tracks)}
          </select>
        </label>
        <label>
          Laps
          <input
            type="number"
            min={1}
            max={1000}
            required
            value={laps}
            onInput={(e) => setLaps(e.currentTarget.valueAsNumber)}
          />
        </label>
        <div class="actions">
          <button type="button" onClick={props.onClose}>
            Cancel
          </button>
          <button type="submit" disabled={track === "" || !(laps >= 1)}>
            Start
          </button>
        </div>
      </form>
    </dialog>
  );
}
