import type { Recording } from "@pitwall/core";
import { createPipeline, type Pipeline } from "@pitwall/pipeline";
import { appendAll } from "./append.ts";
import type { DataFolder } from "./data-folder.ts";
import { framesReceived, isReceived } from "./frames-received.ts";
import { ImportedFiles } from "./imported-files.ts";
import { computeLaps, storeLaps } from "./laps/session-laps.ts";
import { STAGES } from "./stages.ts";

const BATCH_EVERY = 20_000;

export type Progress = (done: number, total: number | undefined) => void;
export type Derived = {
  readonly frames: number;
  readonly samples: number;
  readonly problems: number;
  readonly notes: readonly string[];
};

/**
 * Runs the pipeline over a session's journal and replaces what was derived from it, its laps included. The same journal
 * gives the same columns; laps depend on the tracks that are known, too. `files` may know files that were read just now.
 */
export const deriveSession = (
  data: DataFolder,
  sessionId: string,
  progress: Progress = () => {},
  files = new ImportedFiles(),
): Promise<Derived> => data.turns.run(sessionId, () => derive(data, sessionId, progress, files));

async function derive(
  data: DataFolder,
  sessionId: string,
  progress: Progress,
  files: ImportedFiles,
): Promise<Derived> {
  const { journal, samples, catalogue } = data;
  const total = catalogue.session(sessionId)?.frames;
  catalogue.laps.begin(sessionId);
  await samples.replaceSession(sessionId);
  let problems = 0;
  let count = 0;
  let frames = 0;
  const notes: string[] = [];
  const pipeline = createPipeline({ stages: STAGES, onProblem: () => void problems++ });
  const store = async () => {
    const batches = pipeline.take();
    for (const batch of batches)
      for (const column of batch.columns)
        for (let i = 0; i < batch.length; i++) {
          const v = column[i]!;
          if (v - v === 0) count++;
        }
    await appendAll(samples, sessionId, batches);
  };
  const closed = files.knowsAny ? await journal.closedSession(sessionId) : undefined;
  const known = closed !== undefined && files.haveAll(closed.sources);
  if (known) frames = framesReceived(closed);
  for await (const frame of known ? [] : journal.readSession(sessionId)) {
    if (isReceived(frame.source)) frames++;
    if (!files.takes(frame))
      pipeline.frame(pipeline.source(frame.source), frame.bytes, frame.arrivalUs, frame.bootUs);
    if (frames % BATCH_EVERY === 0) {
      await store();
      progress(frames, total);
    }
  }
  const step = async (rows: number, of: number) => {
    await store();
    progress(rows, of);
  };
  notes.push(...(await playFiles(files.recordings(journal, sessionId), pipeline, step)));
  pipeline.end();
  await store();
  await samples.closeSession(sessionId);
  await storeLaps(data, sessionId, await computeLaps(data, sessionId));
  return { frames, samples: count, problems, notes };
}

/** A function of its own, so that no recording is held while laps are timed. Gives what the readers noted. */
async function playFiles(
  recordings: AsyncIterable<Recording>,
  pipeline: Pipeline,
  step: (rows: number, of: number) => Promise<void>,
): Promise<string[]> {
  const notes: string[] = [];
  for await (const recording of recordings) {
    notes.push(...recording.notes);
    const of = recording.groups.reduce((n, g) => n + g.tUs.length, 0);
    for (const rows of pipeline.recordingInSteps(recording, BATCH_EVERY)) await step(rows, of);
  }
  return notes;
}
