import * as z from "zod";

/** Newest sample of a channel. Times are microseconds since the Unix epoch. */
export const NewestValue = z.object({ tUs: z.number(), value: z.number(), unit: z.string() });

export const VehicleState = z.object({
  id: z.string(),
  /** live: a frame within the last 2 s. quiet: longer ago. offline: its session has ended, or its device said so. */
  state: z.enum(["live", "quiet", "offline"]),
  /** A drive that Pitwall plays by itself, not a real vehicle. */
  replay: z.boolean(),
  /** It is a simulated drive, not the recorded one. */
  simulated: z.boolean().optional(),
  session: z.string().nullable(),
  sessionStartUs: z.number().nullable(),
  /** The earlier session whose calibration of the inertial sensor this one began with; not there where it began with none. */
  calibrationFrom: z.string().optional(),
  lastSeenUs: z.number().nullable(),
  framesPerS: z.number(),
  /** Frames that are known to be missing, and refused bytes, over all of its devices in this session. */
  missingFrames: z.number(),
  badFrames: z.number(),
  values: z.record(z.string(), NewestValue),
});
export type VehicleState = z.output<typeof VehicleState>;

export const SequenceRange = z.object({ boot: z.string(), first: z.number(), last: z.number() });

export const DeviceState = z.object({
  id: z.string(),
  vehicle: z.string(),
  transport: z.enum(["udp", "tcp", "mqtt", "import", "internal"]),
  address: z.string(),
  protocols: z.array(z.string()),
  online: z.boolean(),
  lastSeenUs: z.number().nullable(),
  frames: z.number(),
  bytes: z.number(),
  /** Refusals by reason: "bad-checksum", "out-of-range", "duplicate", … */
  problems: z.record(z.string(), z.number()),
  lastProblem: z
    .object({
      tUs: z.number(),
      code: z.string(),
      offset: z.number(),
      reason: z.string(),
      hex: z.string().optional(),
    })
    .nullable(),
  /** Sequence ranges that never came. Filled ones leave the list. */
  missing: z.array(SequenceRange),
  /** Where its UTC comes from. */
  clock: z.enum(["none", "arrival", "ntp", "gnss"]),
  /** What the device last said of itself (retained MQTT state). */
  said: z.record(z.string(), z.unknown()).nullable(),
});
export type DeviceState = z.output<typeof DeviceState>;

export const SessionSummary = z.object({
  id: z.string(),
  vehicle: z.string(),
  startUs: z.number(),
  endUs: z.number().nullable(),
  state: z.enum(["open", "closed", "imported"]),
  frames: z.number(),
  title: z.string().nullable(),
  /** Whole laps; null while they are not timed. */
  laps: z.number().nullable(),
  bestS: z.number().nullable(),
  /** null where no known track was recognised. */
  track: z.string().nullable(),
  layout: z.string().nullable(),
});
export type SessionSummary = z.output<typeof SessionSummary>;

export const ChannelInfo = z.object({
  channel: z.string(),
  group: z.string(),
  unit: z.string(),
  label: z.string(),
  count: z.number(),
});
export type ChannelInfo = z.output<typeof ChannelInfo>;

export const SessionDetail = SessionSummary.extend({ channels: z.array(ChannelInfo) });
export type SessionDetail = z.output<typeof SessionDetail>;

export const ImportedSession = z.object({
  session: z.string(),
  format: z.string(),
  notes: z.array(z.string()),
  /** What of the file could not be read: how many places, and the first of them. */
  problems: z
    .object({ count: z.number(), list: z.array(z.object({ place: z.string(), reason: z.string() })) })
    .optional(),
});
export type ImportedSession = z.output<typeof ImportedSession>;

export const LapRow = z.object({
  number: z.number(),
  kind: z.enum(["out", "lap", "in"]),
  startUs: z.number(),
  endUs: z.number(),
  timeS: z.number(),
  /** Half width of the 95 % interval. */
  uncertaintyS: z.number().nullable(),
  valid: z.boolean(),
  flags: z.array(z.string()),
  /** null where a sector's line was missed. */
  sectorsS: z.array(z.number().nullable()),
});
export type LapRow = z.output<typeof LapRow>;

export const SessionLaps = z.object({
  session: z.string(),
  /** The session goes on: these are its laps so far. */
  live: z.boolean(),
  track: z.string().nullable(),
  layout: z.string().nullable(),
  /** Where the gates come from: own, library, file, suggested; null while the session goes on. */
  gates: z.string().nullable(),
  /** The lap that the live delta is against; null where that is one of the session. */
  reference: z.string().nullable(),
  laps: z.array(LapRow),
  bestS: z.number().nullable(),
  theoreticalBestS: z.number().nullable(),
  notes: z.array(z.string()),
});
export type SessionLaps = z.output<typeof SessionLaps>;

/** What is to be timed again; nothing said is the whole archive. */
export const RetimeRequest = z.strictObject({
  /** Only sessions that were timed on this track, or are now. */
  track: z.string().optional(),
  session: z.string().optional(),
  /** Say what would change, and store nothing. */
  dryRun: z.boolean().default(false),
});
export type RetimeRequest = z.input<typeof RetimeRequest>;

const Whereabouts = z.object({
  track: z.string().nullable(),
  layout: z.string().nullable(),
  source: z.string().nullable(),
});
export const RetimeReport = z.object({
  /** Sessions that were looked at, of all that should have been. */
  timed: z.number(),
  total: z.number(),
  dryRun: z.boolean(),
  changedLaps: z.number(),
  appearedLaps: z.number(),
  vanishedLaps: z.number(),
  failed: z.array(z.object({ session: z.string(), reason: z.string() })),
  /** Those of which anything became different. */
  sessions: z.array(
    z.object({
      session: z.string(),
      vehicle: z.string(),
      startUs: z.number(),
      /** null where it was never timed. */
      before: Whereabouts.nullable(),
      after: Whereabouts,
      laps: z.number(),
      unchanged: z.number(),
      /** Of the unchanged, laps whose sectors became others. */
      resectored: z.number(),
      changes: z.array(
        z.object({
          before: LapRow.nullable(),
          after: LapRow.nullable(),
          /** after - before, s; null where one of them is missing. */
          differenceS: z.number().nullable(),
        }),
      ),
    }),
  ),
});
export type RetimeReport = z.output<typeof RetimeReport>;

/** Which lap the delta is against. */
export const ReferenceSetting = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("session-best") }),
  z.strictObject({ kind: z.literal("previous") }),
  /** On the track and layout that is driven, of the same vehicle or over all. */
  z.strictObject({ kind: z.literal("best-ever"), over: z.enum(["vehicle", "all"]).default("vehicle") }),
  z.strictObject({ kind: z.literal("lap"), session: z.string().min(1), number: z.number().int() }),
  z.strictObject({ kind: z.literal("imported"), name: z.string().min(1) }),
]);
export type ReferenceSetting = z.output<typeof ReferenceSetting>;

export const ReferenceSettings = z.strictObject({
  all: ReferenceSetting,
  /** Vehicles that have one of their own. */
  vehicles: z.record(z.string(), ReferenceSetting),
});
export type ReferenceSettings = z.output<typeof ReferenceSettings>;

export const References = ReferenceSettings.extend({
  imported: z.array(
    z.object({
      name: z.string(),
      track: z.string().nullable(),
      layout: z.string().nullable(),
      vehicle: z.string().nullable(),
      lapTimeS: z.number(),
    }),
  ),
});
export type References = z.output<typeof References>;

/** Body of `PUT /api/v1/reference`. */
export const ChooseReference = z.strictObject({
  /** For this vehicle alone. */
  vehicle: z.string().min(1).optional(),
  /** null takes back what was chosen for the vehicle. */
  reference: ReferenceSetting.nullable(),
});
export type ChooseReference = z.input<typeof ChooseReference>;

/** Query of `/api/v1/sessions/ID/samples`. */
export const SamplesQuery = z.object({
  channels: z
    .string()
    .min(1)
    .transform((s) => s.split(",")),
  from: z.coerce.number().optional(),
  to: z.coerce.number().optional(),
  /** At most about this many samples a channel; minima and maxima survive the thinning. */
  points: z.coerce.number().int().min(2).max(200_000).optional(),
});

export const Series = z.object({
  channel: z.string(),
  group: z.string(),
  unit: z.string(),
  tUs: z.array(z.number()),
  /** null: no sample. */
  values: z.array(z.number().nullable()),
});
export type Series = z.output<typeof Series>;
export const Samples = z.object({ session: z.string(), series: z.array(Series) });
export type Samples = z.output<typeof Samples>;

/** A track that is known: of one's own, or of the starter library. */
export const TrackSummary = z.object({
  name: z.string(),
  origin: z.enum(["own", "library"]),
  /** How many were timed on it: they keep their laps until they are timed again. */
  sessions: z.number(),
  country: z.string().optional(),
  layouts: z.array(
    z.object({
      name: z.string(),
      /** False for a stage from a start to a finish elsewhere. */
      closed: z.boolean(),
      lengthM: z.number().nullable(),
      splits: z.number(),
      /** The middle of the start line, latitude and longitude in degrees. */
      start: z.tuple([z.number(), z.number()]),
    }),
  ),
});
export type TrackSummary = z.output<typeof TrackSummary>;

const Place = z.tuple([z.number(), z.number()]);
const TrackGate = z.object({
  name: z.string(),
  /** Two ends, latitude and longitude in degrees. */
  ends: z.tuple([Place, Place]),
  /** Course in which it is crossed. */
  courseDeg: z.number(),
  minor: z.boolean().optional(),
});
/** A Pitwall track file: what `tracks/NAME` gives and takes, and `<data>/tracks` keeps. */
export const TrackFile = z.object({
  format: z.literal("pitwall-track"),
  version: z.literal(1),
  name: z.string(),
  country: z.string().optional(),
  source: z.string().optional(),
  licence: z.string().optional(),
  layouts: z.array(
    z.object({
      name: z.string(),
      closed: z.boolean(),
      lengthM: z.number().optional(),
      start: TrackGate,
      finish: TrackGate.optional(),
      splits: z.array(TrackGate).optional(),
      pitEntry: TrackGate.optional(),
      pitExit: TrackGate.optional(),
      centreLine: z.array(Place).optional(),
    }),
  ),
});
export type TrackFile = z.output<typeof TrackFile>;

/** A simulated drive in place of the recorded one. */
export const DemoDrive = z.object({
  vehicle: z.string().min(1),
  track: z.string().min(1),
  laps: z.number().int().min(1).max(1000).default(10),
});
export type DemoDrive = z.output<typeof DemoDrive>;

/** What `DemoDrive` can name. */
export const DemoChoices = z.object({ vehicles: z.array(z.string()), tracks: z.array(z.string()) });
export type DemoChoices = z.output<typeof DemoChoices>;

export const ServerInfo = z.object({
  version: z.string(),
  host: z.string(),
  /** Only this machine can connect. */
  loopbackOnly: z.boolean(),
  listening: z.object({ http: z.number(), mqtt: z.number().nullable(), udp: z.number(), tcp: z.number() }),
  demo: z.enum(["off", "running", "stopped"]),
  /** What is being simulated; absent while the demo is the recorded drive. */
  demoDrive: DemoDrive.optional(),
  /** Simulated drives can be started here. */
  simulate: z.boolean().optional(),
  /** One line for people where something is wrong with the server itself (full disk, say). */
  trouble: z.string().nullable(),
});
export type ServerInfo = z.output<typeof ServerInfo>;

export const ApiError = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    /** Every fault of a file that was refused, where there are several. */
    faults: z.array(z.object({ place: z.string(), reason: z.string() })).optional(),
  }),
});
export type ApiError = z.output<typeof ApiError>;
