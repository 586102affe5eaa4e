import { type PlainMessage, toPlain } from "@pitwall/core";
import { findProtocol } from "@pitwall/protocols";
import { describe, expect, it } from "vitest";
import { createAnswerer } from "./answerer.ts";
import { GNSS_10HZ } from "./sensors.ts";
import { sourcesOf } from "./sources/equipment.ts";
import { oval } from "./testing/oval.ts";
import { Trajectory } from "./trajectory.ts";
import { SimUnit } from "./unit.ts";
import { VEHICLES } from "./vehicles.ts";

const question = (message: string, values: Record<string, number>): PlainMessage => ({
  tUs: null,
  message,
  values,
});

/** A device on a kart that drives for ten seconds, and a host that asks it something. */
function ask(name: string, asked: PlainMessage): string[] {
  const sources = sourcesOf("kart", GNSS_10HZ, [name]);
  const trajectory = new Trajectory(oval(), VEHICLES.kart, { seed: 1, laps: 1, driverNoise: 0 });
  const unit = new SimUnit(trajectory, sources, { seed: 1, name: "kart", startUs: 1_780_000_000e6 });
  const answerer = createAnswerer(name)!;
  while (unit.nextS < 10)
    unit.step((frame) => {
      if (sources[frame.source]!.protocol === name) answerer.hear(frame.bytes);
    });
  const protocol = findProtocol(name)!;
  const got: string[] = [];
  const decoder = protocol.createDecoder({ onReading: (r) => void got.push(toPlain(r).message) });
  const bytes = protocol.createEncoder!().encode(asked);
  // a host's bytes come in pieces
  for (let i = 0; i < bytes.length; i++)
    for (const reply of answerer.ask(bytes.subarray(i, i + 1))) decoder.push(reply);
  decoder.end();
  return got;
}

describe("a device on a line answers", () => {
  it.each([
    ["vesc-uart", question("vesc.request", { command: 4 }), ["vesc.values"]],
    ["vesc-uart", question("vesc.request", { command: 0 }), ["vesc.firmware"]],
    ["jbd", question("jbd.request", { register: 3 }), ["jbd.basic"]],
    ["jbd", question("jbd.request", { register: 4 }), ["jbd.cells"]],
    ["jbd", question("jbd.request", { register: 5 }), ["jbd.hardware"]],
    ["daly", question("daly.request", { command: 0x90 }), ["daly.pack"]],
    ["daly", question("daly.request", { command: 0x95 }), ["daly.cells"]],
    ["ant", question("ant.request", { function: 1 }), ["ant.status"]],
    ["jk", question("jk.request", { command: 151 }), ["jk.device"]],
    ["jk", question("jk.request", { command: 150 }), ["jk.status"]],
  ] as const)("%s: %o", (name, asked, expected) => {
    expect(ask(name, asked)).toEqual(expected);
  });

  it("and is silent to what it does not know, and where nobody asks", () => {
    expect(ask("daly", question("daly.request", { command: 0x50 }))).toEqual([]);
    expect(createAnswerer("nmea")).toBeUndefined();
  });
});
