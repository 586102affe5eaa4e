import type { Batch } from "@pitwall/core";
import type { Lap } from "@pitwall/laps";
import {
  CARRIED_SOURCE,
  createPipeline,
  type Learning,
  type Pipeline,
  type SourceInfo,
  type StageFactory,
} from "@pitwall/pipeline";
import {
  asStoreError,
  type Catalogue,
  type Journal,
  type OpenSession as JournaledSession,
  type SampleStore,
  type SourceMeta,
  StoreError,
} from "@pitwall/store";
import { appendAll } from "./append.ts";
import { keepCalibration, knownCalibrations } from "./calibrations.ts";
import type { ServerConfig } from "./config.ts";
import { countProblem, type Device, type DeviceRegistry, seenOf } from "./devices.ts";
import { framesReceived } from "./frames-received.ts";
import { liveTiming } from "./laps/live-timing.ts";
import type { LiveHooks } from "./stages.ts";
import { LiveVehicle, laneKey, type OpenSession, type SessionLane } from "./vehicle.ts";

/** What has become durable and may be shown. */
export type Delivery = {
  readonly vehicle: LiveVehicle;
  readonly session: OpenSession;
  readonly batches: readonly Batch[];
};

export type RecorderDeps = {
  readonly journal: Journal;
  readonly samples: SampleStore;
  readonly catalogue: Catalogue;
  readonly devices: DeviceRegistry;
  readonly sessions: ServerConfig["sessions"];
  readonly nowUs: () => number;
  readonly deliver: (delivery: Delivery) => void;
  /** Steps of the pipeline behind the clock. */
  readonly stages: (vehicle: string, startUs: number, hooks: LiveHooks) => readonly StageFactory[];
  readonly onLap: (vehicle: LiveVehicle, lap: Lap) => void;
  readonly onSession: (event: "begin" | "end", vehicle: LiveVehicle, session: OpenSession) => void;
  /** A session is on disk; what is made of it as a whole can be made. Waited for before the recorder stops. */
  readonly onClosed: (sessionId: string) => Promise<void>;
  readonly onTrouble: (reason: string | null) => void;
};

/** What a session learns is kept at its end, and so often before: a server may lose its power. */
const KEEP_EVERY_US = 60e6;
/** Frames between two looks at the disk while a session is taken up. */
const RESUME_FRAMES = 20_000;
/** In `SourceMeta.extra`: the device numbers its frames itself, so that repeats and gaps can be told. */
const NUMBERED = { numbered: "device" } as const;

/** What a listener says of a source of frames; the same object for all its frames. */
export type FrameSource = {
  readonly boot: string;
  readonly name: string;
  readonly protocol: string;
  readonly extra?: Readonly<Record<string, string>>;
};

const metaOf = (device: Device, source: FrameSource, numbered: boolean): SourceMeta => ({
  device: device.id,
  boot: source.boot,
  name: source.name,
  protocol: source.protocol,
  ...(numbered || source.extra ? { extra: { ...source.extra, ...(numbered ? NUMBERED : {}) } } : {}),
});

/**
 * The one way in: every frame goes to the journal first, through the pipeline at once, and what came out is stored,
 * shown and acknowledged when the journal has it.
 */
export class Recorder {
  readonly vehicles = new Map<string, LiveVehicle>();
  readonly #deps: RecorderDeps;
  #dirty = false;
  #running: Promise<void> | undefined;
  readonly #closing = new Set<Promise<void>>();
  #stopped = false;

  constructor(deps: RecorderDeps) {
    this.#deps = deps;
  }

  vehicle(id: string): LiveVehicle {
    let v = this.vehicles.get(id);
    if (!v) {
      v = new LiveVehicle(id);
      this.vehicles.set(id, v);
    }
    return v;
  }

  /**
   * Records one frame. `seq` is the device's own number where it has one: a repeated frame is dropped and counted.
   * Throws StoreError while the journal can take nothing; nothing was recorded then.
   */
  frame(
    device: Device,
    source: FrameSource,
    bytes: Uint8Array,
    arrivalUs: number,
    bootUs: number,
    seq?: number,
  ): void {
    const vehicle = this.vehicle(device.vehicle);
    const seen = seq === undefined ? undefined : seenOf(device, source.boot, this.#deps.catalogue.received);
    if (seq !== undefined && seen?.has(seq)) {
      device.problems.set("duplicate", (device.problems.get("duplicate") ?? 0) + 1);
      return;
    }
    const session = vehicle.session ?? this.#begin(vehicle, arrivalUs);
    const known = device.lanes.get(source);
    let lane = known?.lane;
    if (!lane || known?.session !== session) {
      lane = this.#lane(session, metaOf(device, source, seq !== undefined));
      device.lanes.set(source, { session, lane });
      device.protocols.add(source.protocol);
    }
    const number = seq ?? lane.nextSeq;
    this.#deps.journal.append(lane.handle, bytes, 0, bytes.length, arrivalUs, bootUs, number);
    lane.nextSeq = (number + 1) >>> 0;
    if (seq !== undefined) seen?.add(seq);
    device.frames++;
    device.bytes += bytes.length;
    device.lastSeenUs = arrivalUs;
    device.online = true;
    vehicle.sawFrame(arrivalUs);
    session.pipeline.frame(lane.pipe, bytes, arrivalUs, bootUs);
    this.#wake();
  }

  /** Resolves when everything recorded so far is durable. */
  committed(): Promise<void> {
    return this.#deps.journal.committed();
  }

  #wake(): void {
    this.#dirty = true;
    this.#running ??= this.#run();
  }

  /** Group commit: what came in while the disk was busy goes with the next one. */
  async #run(): Promise<void> {
    await new Promise<void>((done) => setImmediate(done));
    let waiting: Delivery[] = [];
    while (this.#dirty || waiting.length > 0) {
      this.#dirty = false;
      for (const vehicle of this.vehicles.values()) {
        const session = vehicle.session;
        if (!session) continue;
        const batches = session.pipeline.take();
        if (batches.length > 0) waiting.push({ vehicle, session, batches });
      }
      try {
        await this.#deps.journal.committed();
        this.#deps.onTrouble(null);
      } catch (e) {
        this.#deps.onTrouble(asStoreError(e, "journal").message);
        if (this.#stopped) break;
        await new Promise<void>((done) => setTimeout(done, 250));
        continue;
      }
      for (const d of waiting) this.#deliver(d);
      waiting = [];
    }
    this.#running = undefined;
  }

  #deliver(d: Delivery): void {
    for (const batch of d.batches) {
      d.vehicle.observe(batch, this.#deps.sessions.movingMps);
      try {
        this.#deps.samples.append(d.session.ref.id, batch);
      } catch (e) {
        // columns are derived: the journal has the frames, `rederive` makes them again
        this.#deps.onTrouble(asStoreError(e, "samples").message);
      }
    }
    this.#deps.deliver(d);
  }

  #begin(vehicle: LiveVehicle, nowUs: number, journaled?: JournaledSession): OpenSession {
    const parked = vehicle.stoodStill && !(vehicle.speedMps > this.#deps.sessions.movingMps);
    const ref = journaled ?? { id: this.#newId(vehicle.id, nowUs), vehicle: vehicle.id };
    const startUs = journaled?.firstArrivalUs ?? nowUs;
    const timing = liveTiming();
    let learning: Learning | undefined;
    const pipeline = this.#createPipeline(vehicle, startUs, {
      timing,
      onLap: (lap) => this.#deps.onLap(vehicle, lap),
      onLearning: (l) => {
        learning = l;
      },
    });
    const session: OpenSession = {
      ref,
      timing,
      startUs,
      parked,
      lanes: new Map(),
      pipeline,
      learning,
      keptUs: startUs,
    };
    vehicle.session = session;
    vehicle.lastMovedUs = Number.NaN;
    this.#deps.catalogue.openSession({
      id: ref.id,
      vehicle: vehicle.id,
      startUs: session.startUs,
      title: parked ? "parked" : null,
    });
    if (!journaled) this.#carryOver(vehicle, session);
    this.#deps.onSession("begin", vehicle, session);
    return session;
  }

  /** Into the journal first, like all that columns come from. */
  #carryOver(vehicle: LiveVehicle, session: OpenSession): void {
    try {
      for (const bytes of knownCalibrations(this.#deps.catalogue, vehicle)) {
        const lane = this.#lane(session, CARRIED_SOURCE);
        const { startUs } = session;
        this.#deps.journal.append(lane.handle, bytes, 0, bytes.length, startUs, Number.NaN, lane.nextSeq++);
        session.pipeline.frame(lane.pipe, bytes, startUs, Number.NaN);
      }
    } catch (e) {
      // it begins uncalibrated; what the frame itself meets is its own matter
      this.#deps.onTrouble(asStoreError(e, "calibration").message);
    }
  }

  #keepLearnt(vehicle: LiveVehicle, session: OpenSession): void {
    try {
      keepCalibration(this.#deps.catalogue, vehicle, session);
    } catch (e) {
      this.#deps.onTrouble(asStoreError(e, "calibration").message);
    }
  }

  #createPipeline(vehicle: LiveVehicle, startUs: number, hooks: LiveHooks): Pipeline {
    return createPipeline({
      stages: this.#deps.stages(vehicle.id, startUs, hooks),
      onProblem: (source: SourceInfo, problem) => {
        const device = this.#deps.devices.find(source.device);
        if (device) countProblem(device, problem, this.#deps.nowUs());
      },
    });
  }

  #newId(vehicle: string, nowUs: number): string {
    const stamp = new Date(nowUs / 1000).toISOString().replace(/[-:]/g, "").slice(0, 15);
    let id = `${vehicle}-${stamp}`;
    for (let n = 2; this.#deps.catalogue.session(id) !== undefined; n++) id = `${vehicle}-${stamp}-${n}`;
    return id;
  }

  #lane(session: OpenSession, meta: SourceMeta): SessionLane {
    const key = laneKey(meta);
    let lane = session.lanes.get(key);
    if (!lane) {
      const handle = this.#deps.journal.source(session.ref, meta);
      const last = handle.stats.lastSeq;
      lane = {
        handle,
        pipe: session.pipeline.source(meta),
        info: meta,
        nextSeq: Number.isFinite(last) ? (last + 1) >>> 0 : 0,
      };
      session.lanes.set(key, lane);
    }
    return lane;
  }

  /**
   * Takes up a session that a crash left open: its columns are made again from the journal, and it goes on, or is
   * closed where it has been silent for too long.
   */
  async resume(journaled: JournaledSession): Promise<void> {
    const { journal, samples, devices } = this.#deps;
    const vehicle = this.vehicle(journaled.vehicle);
    const session = this.#begin(vehicle, journaled.firstArrivalUs, journaled);
    await samples.replaceSession(journaled.id);
    vehicle.lastSeenUs = journaled.lastArrivalUs;
    let frames = 0;
    for await (const frame of journal.readSession(journaled.id)) {
      const lane = this.#lane(session, frame.source);
      session.pipeline.frame(lane.pipe, frame.bytes, frame.arrivalUs, frame.bootUs);
      if (++frames % RESUME_FRAMES === 0) await this.#restore(vehicle, session);
    }
    await this.#restore(vehicle, session);
    for (const source of journaled.sources) {
      if (source.meta.extra?.["numbered"] !== NUMBERED.numbered) continue;
      const device = devices.get(source.meta.device, journaled.vehicle, "mqtt", source.meta.device);
      const seen = seenOf(device, source.meta.boot, this.#deps.catalogue.received);
      for (const [first, last] of source.stats.seen.ranges) for (let s = first; s <= last; s++) seen.add(s);
    }
    if (this.#deps.nowUs() - journaled.lastArrivalUs > this.#deps.sessions.silenceS * 1e6)
      await this.endSession(vehicle);
  }

  async #restore(vehicle: LiveVehicle, session: OpenSession): Promise<void> {
    const batches = session.pipeline.take();
    for (const batch of batches) vehicle.observe(batch, this.#deps.sessions.movingMps);
    await appendAll(this.#deps.samples, session.ref.id, batches);
  }

  /** Once a second: sessions that have been silent or still for too long end. */
  tick(): void {
    const now = this.#deps.nowUs();
    const { silenceS, standstillS, movingMps } = this.#deps.sessions;
    for (const v of this.vehicles.values()) {
      v.updateRate(now);
      if (!v.session) continue;
      if (now - v.session.keptUs > KEEP_EVERY_US) {
        v.session.keptUs = now;
        this.#keepLearnt(v, v.session);
      }
      const silent = now - v.lastSeenUs > silenceS * 1e6;
      const still = !v.session.parked && now - v.lastMovedUs > standstillS * 1e6;
      const movesAgain = v.session.parked && v.speedMps > movingMps;
      if (silent || still || movesAgain) {
        v.stoodStill = still;
        void this.endSession(v);
      }
    }
  }

  /** Closes the vehicle's session; frames that come meanwhile begin a new one. */
  async endSession(vehicle: LiveVehicle): Promise<void> {
    const session = vehicle.session;
    if (!session) return;
    vehicle.session = undefined;
    const work = this.#close(vehicle, session);
    this.#closing.add(work);
    await work.finally(() => this.#closing.delete(work));
  }

  async #close(vehicle: LiveVehicle, session: OpenSession): Promise<void> {
    const { journal, samples, catalogue } = this.#deps;
    this.#keepLearnt(vehicle, session);
    session.pipeline.end();
    const batches = session.pipeline.take();
    try {
      await journal.committed();
      if (batches.length > 0) this.#deliver({ vehicle, session, batches });
      this.#deps.onSession("end", vehicle, session);
      await samples.closeSession(session.ref.id);
      const closed = await journal.closeSession(session.ref.id, {
        parked: String(session.parked),
        title: session.parked ? "parked" : "",
      });
      catalogue.closeSession(session.ref.id, { endUs: closed.endUs, frames: framesReceived(closed) });
      for (const device of this.#deps.devices.ofVehicle(vehicle.id))
        for (const [boot, seen] of device.seen) catalogue.saveReceived(device.id, boot, seen);
    } catch (e) {
      // the journal still has it open; the next start takes it up again
      this.#deps.onTrouble(e instanceof StoreError ? e.message : String(e));
      return;
    }
    await this.#deps.onClosed(session.ref.id);
  }

  /** Resolves when nothing waits: all that is durable was delivered, and sessions that ended are on disk. */
  async idle(): Promise<void> {
    while (this.#running || this.#closing.size > 0) await Promise.all([this.#running, ...this.#closing]);
  }

  /** Ends every session and waits until all of it is on disk. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    await Promise.all([...this.vehicles.values()].map((v) => this.endSession(v)));
    await Promise.all(this.#closing);
  }
}
