import { CodecError, type Encoder, type PlainMessage, type ProtocolOptions } from "@pitwall/core";
import { findProtocol } from "@pitwall/protocols";
import { type Faults, NO_FAULTS, within } from "./faults.ts";
import { cos, sin } from "./math.ts";
import { Powertrain, type PowertrainState } from "./powertrain.ts";
import {
  type Fix,
  GNSS_10HZ,
  type GnssModel,
  GnssSensor,
  IMU_WT901,
  type ImuModel,
  type ImuSample,
  ImuSensor,
  type MagSample,
  MagSensor,
} from "./sensors.ts";
import { metresPerDegree } from "./track.ts";
import { createTruth, type Trajectory, type Truth } from "./trajectory.ts";

/** What a message is made of: the truth, and what the sensors make of it. */
export type Sensed = {
  readonly truth: Truth;
  readonly fix: Fix;
  readonly latDeg: number;
  readonly lonDeg: number;
  readonly imu: ImuSample;
  readonly mag: MagSample;
  readonly power: PowertrainState;
  /** UTC of the instant, microseconds since the Unix epoch; and since the unit's boot. */
  readonly utcUs: number;
  readonly bootUs: number;
  readonly lap: number;
  readonly lapTimeS: number;
};

/** One bus or sensor of a unit, and what it says when. */
export type SourceSpec = {
  readonly name: string;
  /** As a frame batch names it; options behind `?`. */
  readonly protocol: string;
  readonly rateHz: number;
  /** From the instant that a message is about to when it is sent. */
  readonly latencyS: number;
  readonly needs: "gnss" | "imu" | "mag" | "power" | "gnss+imu";
  /** Messages for the protocol's encoder, or frames that are bytes already. */
  readonly say: (sensed: Sensed) => readonly (PlainMessage | Uint8Array)[];
};

/** A frame on its way out of the unit. `bytes` belong to the receiver. */
export type SimFrame = {
  /** When it leaves the unit, microseconds since the beginning of the drive. */
  readonly atUs: number;
  readonly source: number;
  readonly bytes: Uint8Array;
  /** The unit's own time since its boot at that moment, microseconds. */
  readonly bootUs: number;
};

export type UnitOptions = {
  readonly seed: number;
  /** Distinguishes units of one seed. */
  readonly name: string;
  /** UTC of the beginning of the drive, microseconds since the Unix epoch. */
  readonly startUs: number;
  readonly gnss?: GnssModel;
  readonly imu?: ImuModel;
  readonly faults?: Faults;
  /** By which part of its period every source begins later, from 0 to 1: `phaseOf` for the units of a fleet. */
  readonly phase?: number;
};

const GOLDEN = 0.618033988749895;

/**
 * When in the period of its sources a unit of a fleet speaks. Multiples of the golden section lie evenly however many
 * there are, so that the phase of a unit does not depend on the size of its fleet. The first unit has 0.
 */
export const phaseOf = (unit: number): number => (unit * GOLDEN) % 1;

const POWER_STEP_S = 0.02;
/** The week number of GPS has ten bits. */
const ROLLOVER_US = 1024 * 7 * 86_400e6;

/** What came of the scripted faults: fixes or samples that were other than they should have been. */
export type UnitCounts = {
  noFix: number;
  stuckFix: number;
  zeroFix: number;
  reflected: number;
  nan: number;
  unplugged: number;
  /** Messages with a value that their protocol has no room for: they are not sent. */
  unsaid: number;
};

/** A vehicle's unit on a drive: its sources take turns, and each says its messages as bytes. Deterministic. */
export class SimUnit {
  readonly sources: readonly SourceSpec[];
  readonly trajectory: Trajectory;
  readonly counts: UnitCounts = {
    noFix: 0,
    stuckFix: 0,
    zeroFix: 0,
    reflected: 0,
    nan: 0,
    unplugged: 0,
    unsaid: 0,
  };
  readonly #encoders: readonly Encoder[];
  readonly #next: Float64Array;
  readonly #waiting: SimFrame[] = [];
  /** Of source i: each has a receiver and an inertial sensor of its own, so that none changes another's noise. */
  readonly #gnss: readonly GnssSensor[];
  readonly #imu: readonly ImuSensor[];
  readonly #mag: MagSensor;
  readonly #power: Powertrain;
  #powerAtS = 0;
  readonly #truth = createTruth();
  readonly #powerTruth = createTruth();
  readonly #options: UnitOptions;
  readonly #faults: Faults;
  #stuck: { readonly x: number; readonly y: number } | undefined;
  readonly #scale: { readonly lat: number; readonly lon: number };

  constructor(trajectory: Trajectory, sources: readonly SourceSpec[], options: UnitOptions) {
    this.trajectory = trajectory;
    this.sources = sources;
    this.#options = options;
    this.#faults = options.faults ?? NO_FAULTS;
    this.#encoders = sources.map((s) => encoderOf(s.protocol));
    // sources start a little apart, as they do on a real bus
    const { phase = 0 } = options;
    this.#next = Float64Array.from(sources, ({ rateHz }, i) => {
      const at = (i % 7) / (7 * rateHz) + phase / rateHz;
      return at < 1 / rateHz ? at : at - 1 / rateHz;
    });
    const { multipath } = this.#faults;
    const model = options.gnss ?? GNSS_10HZ;
    const gnss = multipath > 0 ? { ...model, multipath } : model;
    const imu = options.imu ?? IMU_WT901;
    const { name, seed } = options;
    this.#gnss = sources.map((s) => new GnssSensor({ ...gnss, rateHz: s.rateHz }, seed, `${name} ${s.name}`));
    this.#imu = sources.map((s) => new ImuSensor({ ...imu, rateHz: s.rateHz }, seed, `${name} ${s.name}`));
    this.#mag = new MagSensor(imu, seed, name);
    this.#power = new Powertrain(trajectory.vehicle, options.seed, options.name);
    const lat = (trajectory.track.reference.lat * Math.PI) / 180;
    this.#scale = metresPerDegree(cos(lat), sin(lat));
  }

  /** Instant of the next message, seconds; Infinity when the drive is over. */
  get nextS(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const t of this.#next) if (t < next) next = t;
    return next <= this.trajectory.durationS ? next : Number.POSITIVE_INFINITY;
  }

  /** Lets the source whose turn it is say its messages; what has come through by then is emitted, in order. */
  step(emit: (frame: SimFrame) => void): void {
    this.#turn();
    const dueUs = this.nextS * 1e6;
    const waiting = this.#waiting;
    let n = 0;
    while (n < waiting.length && waiting[n]!.atUs <= dueUs) emit(waiting[n++]!);
    if (n > 0) waiting.splice(0, n);
  }

  #turn(): void {
    let turn = 0;
    for (let i = 1; i < this.#next.length; i++) if (this.#next[i]! < this.#next[turn]!) turn = i;
    const source = this.sources[turn]!;
    const tS = this.#next[turn]!;
    this.#next[turn] = tS + 1 / source.rateHz;
    const sensed = this.#sense(tS, turn);
    if (this.#faults.unplugged.some((u) => u.source === source.name && within([u], tS))) {
      this.counts.unplugged++;
      return;
    }
    const encoder = this.#encoders[turn]!;
    const atUs = Math.round((tS + source.latencyS) * 1e6);
    // a unit stamps what it reads when it reads it: how old a fix is by then, it does not know
    const bootUs = this.#bootUs(tS + source.latencyS);
    for (const said of source.say(sensed))
      for (const bytes of this.#framesOf(encoder, said)) this.#wait({ atUs, source: turn, bytes, bootUs });
  }

  /** Sources take different times to speak. */
  #wait(frame: SimFrame): void {
    let i = this.#waiting.length;
    while (i > 0 && this.#waiting[i - 1]!.atUs > frame.atUs) i--;
    this.#waiting.splice(i, 0, frame);
  }

  #bootUs(tS: number): number {
    return Math.max(0, Math.round((tS + this.#clockError(tS)) * 1e6));
  }

  #framesOf(encoder: Encoder, said: PlainMessage | Uint8Array): readonly Uint8Array[] {
    if (said instanceof Uint8Array) return [said];
    try {
      return encoder.encodeFrames ? encoder.encodeFrames(said) : [encoder.encode(said)];
    } catch (e) {
      if (!(e instanceof CodecError) || e.code !== "out-of-range") throw e;
      this.counts.unsaid++;
      return [];
    }
  }

  /** UTC of an instant of the drive, microseconds since the Unix epoch. */
  utcUs(tS: number): number {
    return this.#options.startUs + Math.round(tS * 1e6);
  }

  /** What turns and heats at the latest instant that was asked for. */
  get power(): Readonly<PowertrainState> {
    return this.#power.state;
  }

  /** Position in degrees of a point in metres. */
  toDegrees(x: number, y: number): { readonly lat: number; readonly lon: number } {
    const { reference } = this.trajectory.track;
    return { lat: reference.lat + y / this.#scale.lat, lon: reference.lon + x / this.#scale.lon };
  }

  #disturb(fix: Fix, tS: number): void {
    if (fix.reflected) this.counts.reflected++;
    if (within(this.#faults.noFix, tS)) {
      this.counts.noFix++;
      fix.valid = false;
      fix.sats = 0;
    }
    if (within(this.#faults.stuckFix, tS)) {
      this.counts.stuckFix++;
      this.#stuck ??= { x: fix.x, y: fix.y };
      fix.x = this.#stuck.x;
      fix.y = this.#stuck.y;
    } else this.#stuck = undefined;
    if (within(this.#faults.zeroFix, tS)) this.counts.zeroFix++;
    if (within(this.#faults.nan, tS)) {
      this.counts.nan++;
      fix.speedMps = Number.NaN;
    }
  }

  /** How far the unit's own clock is off: drift, jumps, and a boot that was not the first. */
  #clockError(tS: number): number {
    const { clockJumps, driftPpm, reboots } = this.#faults;
    let s = tS * driftPpm * 1e-6;
    for (const jump of clockJumps) if (tS >= jump.atS) s += jump.byS;
    let booted = 0;
    for (const at of reboots) if (tS >= at) booted = Math.max(booted, at);
    return s - booted;
  }

  /** Which boot of the unit an instant falls into, from 0. */
  bootAt(tS: number): number {
    return this.#faults.reboots.filter((at) => tS >= at).length;
  }

  #sense(tS: number, turn: number): Sensed {
    const { needs } = this.sources[turn]!;
    while (this.#powerAtS + POWER_STEP_S <= tS) {
      this.#powerAtS += POWER_STEP_S;
      this.#power.step(this.trajectory.at(this.#powerAtS, this.#powerTruth), POWER_STEP_S);
    }
    const truth = this.trajectory.at(tS, this.#truth);
    const power = this.#power.state;
    const needsGnss = needs === "gnss" || needs === "gnss+imu";
    const needsImu = needs === "imu" || needs === "gnss+imu";
    const fix = needsGnss ? this.#gnss[turn]!.sample(truth) : this.#gnss[turn]!.fix;
    const imu = needsImu ? this.#imu[turn]!.sample(truth, power.motorRpm) : this.#imu[turn]!.out;
    if (needsGnss) this.#disturb(fix, tS);
    if (needsImu && within(this.#faults.nan, tS)) {
      this.counts.nan++;
      imu.ax = imu.ay = imu.gz = Number.NaN;
    }
    const zero = needsGnss && within(this.#faults.zeroFix, tS);
    const { lat, lon } = zero ? { lat: 0, lon: 0 } : this.toDegrees(fix.x, fix.y);
    const began = this.trajectory.crossings[truth.lap - 1];
    return {
      truth,
      fix,
      latDeg: lat,
      lonDeg: lon,
      imu,
      mag: needs === "mag" ? this.#mag.sample(truth, power.motorCurrentA) : this.#mag.out,
      power,
      utcUs: this.utcUs(tS) - (tS >= this.#faults.weekRolloverS ? ROLLOVER_US : 0),
      bootUs: this.#bootUs(tS),
      lap: truth.lap,
      lapTimeS: began ? tS - began.tS : 0,
    };
  }
}

function encoderOf(protocol: string): Encoder {
  const [name = "", query = ""] = protocol.split("+")[0]!.split("?");
  const found = findProtocol(name);
  if (!found?.createEncoder) throw new RangeError(`no encoder for "${protocol}"`);
  const options: Record<string, string | number | boolean> = {};
  for (const pair of query.split("&").filter((p) => p !== "")) {
    const [key = "", value = ""] = pair.split("=");
    options[key] = Number.isFinite(Number(value)) ? Number(value) : value;
  }
  return found.createEncoder(options as ProtocolOptions);
}
