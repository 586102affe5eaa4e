import { type CanFrame, createCanFrame, readCanRecord } from "@pitwall/core";
import { createEcuResponder, type EcuData, type EcuResponder } from "@pitwall/protocols";
import { SlcanAdapter } from "@pitwall/simulator";
import { carrierOf, type HostDevice } from "./sim-sink.ts";

/** Address of an engine's control unit with 29-bit identifiers. */
const ENGINE_29 = 0x10;

/**
 * A CAN adapter on the bus of a vehicle. The control unit, where there is one, is on the same bus and answers a tester
 * in both ways of addressing, as a car's gateway does. `say` gets one answer at a time.
 */
export function adapterOnBus(ecu: () => EcuData | undefined, say: (bytes: Uint8Array) => void): HostDevice {
  const nowUs = () => performance.now() * 1000;
  let lines: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  let units: readonly EcuResponder[] | undefined;
  const adapter = new SlcanAdapter({
    write: (line) => void lines.push(line),
    onBus: (frame) => ask(frame),
  });
  const take = (): readonly string[] => {
    const taken = lines;
    lines = [];
    return taken;
  };
  const answer = () => {
    for (const line of take()) say(Buffer.from(line, "latin1"));
  };
  /** The bus as the adapter sees it: its clock runs since its start. */
  const send = (frame: CanFrame) => void adapter.fromBus({ ...frame, tUs: nowUs() });

  function ask(frame: CanFrame): void {
    const data = ecu();
    if (!data) return;
    units ??= [
      createEcuResponder({ ...data, send }),
      createEcuResponder({ ...data, addressing: "29", ecu: ENGINE_29, send }),
    ];
    for (const unit of units) unit.onFrame(frame, nowUs());
    work();
  }
  /** Sends what is due of long answers, and comes back for the rest. */
  function work(): void {
    clearTimeout(timer);
    const now = nowUs();
    for (const unit of units!) if (unit.dueUs <= now) unit.tick(now);
    answer();
    const due = Math.min(...units!.map((u) => u.dueUs));
    if (Number.isFinite(due)) timer = setTimeout(work, Math.max(1, (due - nowUs()) / 1000)).unref();
  }

  const frame = createCanFrame();
  return {
    fromHost(bytes) {
      adapter.fromHost(bytes);
      answer();
    },
    fromVehicle(packet) {
      try {
        readCanRecord(packet.bytes, 0, packet.bytes.length, frame);
      } catch {
        return undefined; // cut short on the way: a controller would not have passed it on
      }
      frame.tUs = packet.atUs;
      return adapter.fromBus(frame) ? Buffer.from(take().join(""), "latin1") : undefined;
    },
    // who asks a car gets answers; another tester's are not on the bus
    takes: (packet) => carrierOf(packet.protocol) === "can" && packet.protocol !== "obd2",
  };
}
