/** What a simulated vehicle costs: physics, sensors and bytes, beside encoding the same messages alone. */
import { cpuUsage } from "node:process";
import { findProtocol } from "@pitwall/protocols";
import {
  GNSS_25HZ,
  prepareTrack,
  type SimFrame,
  SimUnit,
  type SourceSpec,
  sourcesOf,
  Trajectory,
  VEHICLES,
} from "@pitwall/simulator";
import type { Figure } from "./measure.ts";

const UNITS = 200;
const WARM_UP_S = 5;
const MEASURED_S = 5;

const cpuS = (): number => {
  const { system, user } = cpuUsage();
  return (user + system) / 1e6;
};

/** Two straights joined by half circles, metres. */
function oval() {
  const points: { x: number; y: number; z: number }[] = [];
  for (let x = 0; x < 400; x += 2) points.push({ x, y: 0, z: 0 });
  for (let i = 0; i < 64; i++) {
    const a = (i * Math.PI) / 64;
    points.push({ x: 400 + 40 * Math.sin(a), y: 40 - 40 * Math.cos(a), z: 0 });
  }
  for (let x = 400; x > 0; x -= 2) points.push({ x, y: 80, z: 0 });
  for (let i = 0; i < 64; i++) {
    const a = (i * Math.PI) / 64;
    points.push({ x: -40 * Math.sin(a), y: 40 + 40 * Math.cos(a), z: 0 });
  }
  return prepareTrack({ name: "oval", points, reference: { lat: 48, lon: 11, height: 0 }, halfWidthM: 5 });
}

/** 25 Hz GNSS, 200 Hz inertial sensor and the controller's frames at 50 Hz. */
const SOURCES: readonly SourceSpec[] = sourcesOf("kart", GNSS_25HZ).filter((s) => s.rateHz >= 25);

function fleet(): SimUnit[] {
  const track = oval();
  return Array.from({ length: UNITS }, (_, i) => {
    const trajectory = new Trajectory(track, VEHICLES.kart, { seed: i, laps: 2, driverNoise: 1 });
    const options = { seed: i, name: `kart-${i}`, startUs: 1_780_000_000e6, gnss: GNSS_25HZ };
    return new SimUnit(trajectory, SOURCES, options);
  });
}

function driveUntil(units: readonly SimUnit[], untilS: number, emit: (frame: SimFrame) => void): void {
  for (const unit of units) while (unit.nextS < untilS) unit.step(emit);
}

export async function run(report: (figure: Figure) => void): Promise<void> {
  const units = fleet();
  let frames = 0;
  let bytes = 0;
  const count = (frame: SimFrame) => {
    frames++;
    bytes += frame.bytes.length;
  };
  driveUntil(units, WARM_UP_S, count);
  frames = bytes = 0;
  const before = cpuS();
  driveUntil(units, WARM_UP_S + MEASURED_S, count);
  const own = (cpuS() - before) / MEASURED_S;

  // the same messages, made once, through the same encoders
  const pattern = messagesOfOneUnit();
  const rounds = Math.ceil(frames / pattern.frames);
  let encoded = 0;
  const encode = (times: number) => {
    for (let r = 0; r < times; r++)
      for (const { encoder, message } of pattern.messages)
        if (encoder.encodeFrames) for (const b of encoder.encodeFrames(message)) encoded += b.length;
        else encoded += encoder.encode(message).length;
  };
  encode(Math.ceil(rounds / 5));
  encoded = 0;
  const beforeEncoding = cpuS();
  encode(rounds);
  if (encoded < bytes) throw new Error(`${encoded} bytes were encoded, ${bytes} were said`);
  const baseline = (cpuS() - beforeEncoding) / MEASURED_S;

  report({
    name: `simulate ${UNITS} vehicles`,
    unit: "CPU s a simulated s",
    value: own,
    baseline: "encoding the same messages alone",
    baselineValue: baseline,
    ratio: baseline / own,
    note: `25 Hz GNSS, 200 Hz inertial sensor and 50 Hz CAN each: ${Math.round(frames / MEASURED_S)} frames and ${Math.round(bytes / MEASURED_S / 1000)} kB a simulated second; ${(1 / own).toFixed(2)} times as fast as time on one core`,
  });
}

function messagesOfOneUnit() {
  const made: { encoder: ReturnType<typeof encoderOf>; message: Parameters<typeof encode>[1] }[] = [];
  const spied = SOURCES.map((s): SourceSpec => {
    const encoder = encoderOf(s.protocol);
    return {
      ...s,
      say(sensed) {
        const said = s.say(sensed);
        for (const message of said) if (!(message instanceof Uint8Array)) made.push({ encoder, message });
        return said;
      },
    };
  });
  const trajectory = new Trajectory(oval(), VEHICLES.kart, { seed: 1, laps: 2, driverNoise: 1 });
  const options = { seed: 1, name: "kart", startUs: 1_780_000_000e6, gnss: GNSS_25HZ };
  let frames = 0;
  driveUntil([new SimUnit(trajectory, spied, options)], MEASURED_S, () => frames++);
  return { messages: made, frames };
}

const encoderOf = (protocol: string) => findProtocol(protocol)!.createEncoder!();
const encode = (encoder: ReturnType<typeof encoderOf>, message: Parameters<typeof encoder.encode>[0]) =>
  encoder.encode(message);
