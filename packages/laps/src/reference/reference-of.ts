import type { Recording } from "@pitwall/core";
import { LapsError } from "../errors.ts";
import type { Lap } from "../timing/lap.ts";
import { LapTimer } from "../timing/timer.ts";
import { type Trace, traceOf } from "../trace.ts";
import type { Layout } from "../track/track.ts";
import { LapRecorder } from "./lap-recorder.ts";
import type { ReferenceLap } from "./reference-lap.ts";

/**
 * A reference lap from a recording, of this session or a friend's: its best lap on the layout, or the one of a number.
 * Throws LapsError "missing" where there is no such lap, and what `LapTimer` throws.
 */
export function referenceOf(recording: Recording, layout: Layout, lapNumber?: number): ReferenceLap {
  const trace = traceOf(recording);
  if (!trace) throw new LapsError("missing", "recording", "it has no positions");
  return referenceIn(trace, layout, recording.driver ?? recording.title ?? "lap", lapNumber);
}

/** The same from fixes alone. */
export function referenceIn(trace: Trace, layout: Layout, name: string, lapNumber?: number): ReferenceLap {
  const recorder = new LapRecorder();
  let best: ReferenceLap | undefined;
  let ended: { lap: Lap; startS: number } | undefined;
  const timer = new LapTimer({
    layout,
    onLap: (lap) => {
      ended = { lap, startS: timer.lapStartS };
    },
  });
  for (let i = 0; i < trace.length; i++) {
    const used = timer.fix(
      trace.tUs[i]!,
      trace.latDeg[i]!,
      trace.lonDeg[i]!,
      trace.speedMps[i]!,
      trace.courseRad[i]!,
      trace.hAccM[i]!,
    );
    if (!used) continue;
    recorder.add(timer);
    if (!ended) continue;
    const { lap, startS } = ended;
    ended = undefined;
    const wanted = lapNumber === undefined ? lap.valid : lap.number === lapNumber && lap.kind === "lap";
    if (wanted && !(lap.timeS >= (best?.lapTimeS ?? Number.POSITIVE_INFINITY)))
      best = recorder.reference(`${name} ${lap.number}`, startS, startS + lap.timeS) ?? best;
    recorder.keepLast();
  }
  if (best) return best;
  const what = lapNumber === undefined ? "no whole lap" : `no lap ${lapNumber}`;
  throw new LapsError("missing", name, `it has ${what} on ${layout.name}`);
}
