import {
  type Batch,
  BatchBuilder,
  ClockModel,
  type ClockState,
  CodecError,
  DERIVED,
  type Decoder,
  type MessageSpec,
  type Problem,
  type Reading,
  type Recording,
} from "@pitwall/core";
import { type Carried, carriedFromBytes, isCarriedSource } from "./carried.ts";
import { PlayedGroup, play } from "./play.ts";
import { type SourceInfo, type SpokenProtocol, spokenBy } from "./source.ts";

export type PipelineOptions = {
  /** Something a device sent was refused. */
  readonly onProblem?: (source: SourceInfo, problem: Problem) => void;
  /** Steps behind the clock, in order; each may add readings of its own through `emit`. */
  readonly stages?: readonly StageFactory[];
};

/** Receives every stored reading of the vehicle with its UTC time, in arrival order. */
export type Stage = {
  reading(reading: Reading, tUs: number, source: SourceInfo): void;
  /** What an earlier session of the vehicle learnt; comes before the first reading. */
  carried?(known: Carried): void;
  /** False for messages that it takes nothing of: of a file they are not handed to it. All are wanted where it is not there. */
  wants?(message: MessageSpec): boolean;
  end(): void;
};
/** `emit` stores a reading of the stage's own; later stages see it too. */
export type StageFactory = (emit: (reading: Reading, tUs: number) => void) => Stage;

export interface Pipeline {
  /** Declares a source; the handle is what `frame` takes. Unknown protocols are a problem, and its frames are kept undecoded. */
  source(info: SourceInfo): number;
  /** `bootUs` is NaN where the frame carries no time since boot. Bytes are borrowed. */
  frame(handle: number, bytes: Uint8Array, arrivalUs: number, bootUs: number): void;
  /** Decoded samples of a file, in the order of their times; they go through the same stages as live ones. */
  recording(recording: Recording): void;
  /** The same in steps of so many rows that a stage wants: between them the caller may `take` what has come out. Gives the rows so far. */
  recordingInSteps(recording: Recording, rows: number): Iterable<number>;
  /** What has come out since the last call; the caller owns it, but for the samples of a file, which lie in the file's own columns. */
  take(): Batch[];
  /** The recording is over: joined messages that wait for more come out. */
  end(): void;
  clock(device: string, boot: string): ClockState | undefined;
}

/** A device clock that is ahead of arrival by more than this is wrong: stored as it is, it would poison "newest". */
const FUTURE_US = 3600e6;
/** The week number of GPS has ten bits: a receiver that does not know the era is so far behind, or a multiple of it. */
const ERA_US = 1024 * 7 * 86_400e6;

/** A receiver's time in the era of its arrival: what arrives now was not measured twenty years ago. */
function inEra(tUs: number, arrivalUs: number): number {
  const behindUs = arrivalUs + FUTURE_US - tUs;
  return behindUs < ERA_US ? tUs : tUs + Math.floor(behindUs / ERA_US) * ERA_US;
}
/** A step back of boot time beyond reordering: the device started anew. */
const REBOOT_US = 5e6;

type OpenSource = {
  readonly info: SourceInfo;
  readonly decoders: readonly Decoder[];
  readonly clock: ClockModel;
  /** Clock of a boot time that the messages themselves carry, which need not be the one of the frame batch. */
  readonly ownClock: ClockModel;
  readonly builders: Map<MessageSpec, BatchBuilder>;
  /** Its frames are what an earlier session learnt. */
  readonly carries: boolean;
  /** Of a file. */
  readonly played?: PlayedGroup;
  lastOwnBootUs: number;
};

/**
 * From the frames of one vehicle to its samples: decode, clock, stages, columns. The one composition, used live, on
 * replay and on import. A function of its inputs alone: the same frames give the same batches, bit for bit.
 */
export function createPipeline(options: PipelineOptions = {}): Pipeline {
  const sources: OpenSource[] = [];
  const clocks = new Map<string, ClockModel>();
  const derived: Map<MessageSpec, BatchBuilder>[] = [];
  let arrival = Number.NaN;
  let frameBoot = Number.NaN;

  const stages: Stage[] = [];
  for (const [i, factory] of (options.stages ?? []).entries()) {
    const builders = new Map<MessageSpec, BatchBuilder>();
    derived.push(builders);
    const info: SourceInfo = { device: "", boot: "", name: DERIVED, protocol: "" };
    stages.push(
      factory((reading, tUs) => {
        builderOf(builders, DERIVED, reading.message).add(reading, tUs);
        for (let k = i + 1; k < stages.length; k++) stages[k]!.reading(reading, tUs, info);
      }),
    );
  }

  function builderOf(
    builders: Map<MessageSpec, BatchBuilder>,
    source: string,
    message: MessageSpec,
  ): BatchBuilder {
    let builder = builders.get(message);
    if (!builder) {
      builder = new BatchBuilder(source, message);
      builders.set(message, builder);
    }
    return builder;
  }

  function timeOf(s: OpenSource, r: Reading): number {
    if (Number.isFinite(r.tUs)) {
      if (!(r.tUs - arrival > FUTURE_US)) {
        const tUs = Number.isFinite(arrival) ? inEra(r.tUs, arrival) : r.tUs;
        if (Number.isFinite(frameBoot)) s.clock.observeUtc(frameBoot, tUs, "gnss");
        return tUs;
      }
      options.onProblem?.(s.info, {
        code: "out-of-range",
        offset: 0,
        length: 0,
        reason: `time of ${r.message.name} lies ${Math.round((r.tUs - arrival) / 1e6)} s after its arrival`,
      });
    }
    if (Number.isFinite(r.bootUs)) {
      if (s.lastOwnBootUs - r.bootUs > REBOOT_US)
        options.onProblem?.(s.info, {
          code: "out-of-sequence",
          offset: 0,
          length: 0,
          reason: `device time went back by ${Math.round((s.lastOwnBootUs - r.bootUs) / 1e6)} s`,
        });
      s.lastOwnBootUs = r.bootUs;
      s.ownClock.observeArrival(r.bootUs, arrival);
      return s.ownClock.toEpoch(r.bootUs);
    }
    if (Number.isFinite(frameBoot)) {
      s.clock.observeArrival(frameBoot, arrival);
      return s.clock.toEpoch(frameBoot);
    }
    return arrival;
  }

  function onReading(s: OpenSource, r: Reading): void {
    if (r.message.part) return;
    const tUs = timeOf(s, r);
    builderOf(s.builders, s.info.name, r.message).add(r, tUs);
    for (const stage of stages) stage.reading(r, tUs, s.info);
  }

  function open(info: SourceInfo, spoken: readonly SpokenProtocol[]): OpenSource {
    const key = `${info.device} ${info.boot}`;
    const clock = clocks.get(key) ?? new ClockModel();
    clocks.set(key, clock);
    const utc = Number(info.extra?.["utcOffsetUs"]);
    const utcSource = info.extra?.["utcSource"];
    if (Number.isFinite(utc) && (utcSource === "ntp" || utcSource === "gnss"))
      clock.observeUtc(0, utc, utcSource);
    const decoders: Decoder[] = [];
    const opened: OpenSource = {
      info,
      decoders,
      clock,
      ownClock: new ClockModel(),
      builders: new Map(),
      carries: isCarriedSource(info),
      lastOwnBootUs: Number.NaN,
    };
    for (const { protocol, options: given } of spoken)
      decoders.push(
        protocol.createDecoder(
          {
            onReading: (r) => onReading(opened, r),
            onProblem: (p) => options.onProblem?.(info, p),
          },
          given,
        ),
      );
    return opened;
  }

  function protocolsOf(info: SourceInfo): SpokenProtocol[] {
    try {
      return spokenBy(info);
    } catch (e) {
      if (!(e instanceof CodecError)) throw e;
      options.onProblem?.(info, { code: e.code, offset: 0, length: 0, reason: e.message });
      return [];
    }
  }

  function carry(info: SourceInfo, bytes: Uint8Array): void {
    const known = carriedFromBytes(bytes);
    if (known) for (const stage of stages) stage.carried?.(known);
    else
      options.onProblem?.(info, {
        code: "malformed",
        offset: 0,
        length: bytes.length,
        reason: "not a calibration of an earlier session",
      });
  }

  const wanted = (message: MessageSpec): boolean => stages.some((stage) => stage.wants?.(message) ?? true);

  function playFile(recording: Recording, step: number): Iterable<number> {
    const groups = recording.groups.map((g) => new PlayedGroup(g));
    const info: SourceInfo = { device: recording.device ?? "file", boot: "", name: "file", protocol: "" };
    const opened = groups.map((played) => ({ ...open(info, []), played }));
    sources.push(...opened);
    return play(groups, wanted, step, (group, reading) => {
      for (const stage of stages) stage.reading(reading, reading.tUs, opened[group]!.info);
    });
  }

  return {
    source(info) {
      const known = sources.findIndex(
        (s) =>
          s.info.device === info.device &&
          s.info.boot === info.boot &&
          s.info.name === info.name &&
          s.info.protocol === info.protocol,
      );
      return known >= 0
        ? known
        : sources.push(open(info, isCarriedSource(info) ? [] : protocolsOf(info))) - 1;
    },
    frame(handle, bytes, arrivalUs, bootUs) {
      const s = sources[handle];
      if (!s) throw new RangeError(`no source ${handle}`);
      if (s.carries) return carry(s.info, bytes);
      arrival = arrivalUs;
      frameBoot = bootUs;
      for (const decoder of s.decoders) decoder.push(bytes, arrivalUs);
    },
    recording(recording) {
      for (const _ of playFile(recording, Number.POSITIVE_INFINITY));
    },
    recordingInSteps: playFile,
    take() {
      const batches: Batch[] = [];
      const collect = (builders: Map<MessageSpec, BatchBuilder>) => {
        for (const builder of builders.values()) if (builder.length > 0) batches.push(owned(builder.take()));
      };
      for (const s of sources) {
        collect(s.builders);
        const played = s.played?.take(s.info.name);
        if (played) batches.push(played);
      }
      for (const builders of derived) collect(builders);
      return batches;
    },
    end() {
      for (const s of sources) for (const decoder of s.decoders) decoder.end();
      for (const stage of stages) stage.end();
    },
    clock(device, boot) {
      const own = sources.find(
        (s) => s.info.device === device && s.info.boot === boot && s.ownClock.state.source !== "none",
      );
      return own?.ownClock.state ?? clocks.get(`${device} ${boot}`)?.state;
    },
  };
}

const owned = (b: Batch): Batch => ({
  ...b,
  tUs: b.tUs.slice(0, b.length),
  columns: b.columns.map((c) => c.slice(0, b.length)),
});
