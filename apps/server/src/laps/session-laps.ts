import {
  type ChannelId,
  type Column,
  DERIVED,
  findChannel,
  type RecordedGate,
  type Recording,
} from "@pitwall/core";
import { type Gate, type Layout, type TimedRecording, timeRecording } from "@pitwall/laps";
import { createPipeline, LAP_STATE, lapStage } from "@pitwall/pipeline";
import { asStoreError, type ChannelSummary, type Timing } from "@pitwall/store";
import { appendAll } from "../append.ts";
import type { DataFolder } from "../data-folder.ts";
import { fixesOf } from "./fixes.ts";
import { type FoundReference, referenceFor } from "./reference-for.ts";

/** The group of the lap channels, as the pipeline names it. */
const LAP_GROUP = `${DERIVED}/${LAP_STATE.name}`;

/** What was timed of a session, before it is stored. */
export type ComputedLaps = {
  readonly timing: Timing;
  readonly timed: TimedRecording;
  readonly fixes: Recording;
};

/**
 * Times a stored session on the tracks as they are now: a function of its fixes, of what its file stated, and of the
 * tracks. The same as `pitwall laps SESSION`. Writes nothing.
 */
export async function computeLaps(data: DataFolder, sessionId: string): Promise<ComputedLaps> {
  const fixes = await fixesOf(data, sessionId);
  const timed = timeRecording(fixes, data.tracks.known());
  const { report, layout, known, source } = timed;
  const timing: Timing = {
    track: report.track ?? null,
    layout: known?.name ?? null,
    source: source ?? null,
    gates: layout ? gatesOf(layout) : [],
    notes: report.notes,
    laps: report.laps,
  };
  return { timing, timed, fixes };
}

/**
 * Puts computed laps and the lap channels that follow from them in place of those that were stored. Cut short anywhere,
 * the session counts as not timed, and is timed again by whoever opens the folder next.
 */
export async function storeLaps(data: DataFolder, sessionId: string, computed: ComputedLaps): Promise<void> {
  const { samples, catalogue } = data;
  catalogue.laps.begin(sessionId);
  const groups = (await samples.channels(sessionId)).filter((c) => c.channel === "lap.time");
  const batches = (await timesItself(data, sessionId, groups))
    ? []
    : await lapChannels(data, sessionId, computed);
  if (batches.length > 0 || groups.length > 0) {
    await samples.replaceSession(sessionId, [LAP_GROUP]);
    await appendAll(samples, sessionId, batches);
    await samples.closeSession(sessionId);
  }
  catalogue.laps.save(sessionId, computed.timing);
}

/** Whether a unit times laps itself, and is left to do so. One whose timer stands at 0 all along does not. */
async function timesItself(data: DataFolder, sessionId: string, groups: readonly ChannelSummary[]) {
  for (const { group } of groups) {
    if (group === LAP_GROUP) continue;
    const { columns } = await data.samples.readGroup(sessionId, group, ["lap.time"]);
    if (columns.some((c) => c.values.some((s) => s > 0))) return true;
  }
  return false;
}

/** Times a session that has ended, and stores its laps. One at a time a session. */
export const timeSession = (data: DataFolder, sessionId: string): Promise<ComputedLaps> =>
  data.turns.run(sessionId, async () => {
    const computed = await computeLaps(data, sessionId);
    await storeLaps(data, sessionId, computed);
    return computed;
  });

/** As `timeSession` for those it was never done for, or was cut short; a session that cannot be timed is reported and left. */
export async function timeUntimed(data: DataFolder, signal?: AbortSignal): Promise<void> {
  for (const id of data.catalogue.laps.untimed()) {
    if (signal?.aborted) return;
    try {
      await timeSession(data, id);
    } catch (e) {
      const { code, reason } = asStoreError(e, id);
      data.onProblem({ code, place: id, reason: `its laps could not be timed: ${reason}` });
    }
  }
}

async function lapChannels(data: DataFolder, sessionId: string, { timed, timing, fixes }: ComputedLaps) {
  const row = data.catalogue.session(sessionId);
  const { layout, trace } = timed;
  if (!layout || !trace || !row) return [];
  const { track, layout: layoutName } = timing;
  const { vehicle, startUs: beforeUs } = row;
  const reference = await referenceFor(data, { vehicle, beforeUs, track, layoutName, layout });
  const column = (id: ChannelId, values: Float64Array): Column => ({
    field: { name: id, unit: findChannel(id)!.unit, doc: "" },
    values,
  });
  const columns = [
    column("gnss.lat", trace.latDeg),
    column("gnss.lon", trace.lonDeg),
    column("gnss.speed", trace.speedMps),
    column("gnss.course", trace.courseRad),
    column("gnss.hAcc", trace.hAccM),
  ];
  const pipeline = createPipeline({ stages: [lapStage({ layout, ...stageOptions(reference) })] });
  pipeline.recording({ ...fixes, groups: [{ name: "fixes", tUs: trace.tUs, columns }] });
  pipeline.end();
  return pipeline.take().filter((b) => b.message === LAP_STATE);
}

const stageOptions = ({ choice, lap }: FoundReference) => ({
  reference: choice,
  ...(lap && { references: { [choice]: lap } }),
});

function gatesOf(layout: Layout): RecordedGate[] {
  const of = (kind: RecordedGate["kind"], { name, ends, course }: Gate): RecordedGate => ({
    kind,
    name,
    ends,
    course,
  });
  return [
    of(layout.closed ? "startFinish" : "start", layout.start),
    ...layout.splits.map((s) => of("split", s)),
    ...(layout.finish ? [of("finish", layout.finish)] : []),
  ];
}
