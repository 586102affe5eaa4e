export { type WithAccelerations, withAccelerations } from "./analysis/accelerations.ts";
export { type Overlay, overlay, timesOver, timeVariance } from "./analysis/compare.ts";
export * from "./analysis/corners.ts";
export { type Driven, driven, type Fixes } from "./analysis/driven.ts";
export * from "./analysis/driving.ts";
export * from "./analysis/energy.ts";
export { withLapChannels } from "./analysis/lap-channels.ts";
export * from "./analysis/lap-summary.ts";
export { type LapView, viewLap } from "./analysis/lap-view.ts";
export { type Series, sampleAt, seriesOf } from "./analysis/sample.ts";
export * from "./analysis/sections.ts";
export * from "./analysis/statistics.ts";
export * from "./errors.ts";
export { Follower } from "./follower.ts";
export { createLiveLaps, LiveLaps, type LiveLapsOptions } from "./live/live-laps.ts";
export { checkMathChannels, type MathChannel, mathChannels } from "./math/channels.ts";
export { type CheckedExpression, checkExpression } from "./math/check.ts";
export { evaluate } from "./math/evaluate.ts";
export { FUNCTIONS as MATH_FUNCTIONS } from "./math/functions.ts";
export { parseExpression } from "./math/parse.ts";
export { lengthOf, type Path, samplePath, startPathAt } from "./path.ts";
export { Plane } from "./plane.ts";
export * from "./reference/bests.ts";
export { LapRecorder } from "./reference/lap-recorder.ts";
export { LiveDelta } from "./reference/live-delta.ts";
export {
  cutLap,
  formatReferenceFile,
  looksLikeReferenceFile,
  parseReferenceFile,
  referenceOn,
  type SavedReference,
} from "./reference/reference-file.ts";
export { type LapRows, type ReferenceLap, referenceLap, timeAt } from "./reference/reference-lap.ts";
export { referenceOf } from "./reference/reference-of.ts";
export { type ReferenceChoice, References } from "./reference/references.ts";
export {
  type LapsReport,
  type LapsReportOptions,
  lapsReport,
  type ReportedLap,
  reportedLap,
  type TimedRecording,
  timeRecording,
} from "./report/laps-report.ts";
export {
  type GateSource,
  type LayoutOptions,
  type ResolvedLayout,
  resolveLayout,
} from "./report/resolve-layout.ts";
export * from "./report/retime.ts";
export type { Incident, IncidentKind, Lap, LapFlag, LapKind } from "./timing/lap.ts";
export { createLapTimer, feed, type TimedLaps, timeLaps } from "./timing/time-laps.ts";
export { LapTimer } from "./timing/timer.ts";
export type { LapTimerCounts, LapTimerOptions, LapTimerState } from "./timing/timer-options.ts";
export { POSITIONS, type Trace, traceOf } from "./trace.ts";
export { type LineLayout, layoutFromLine } from "./track/centre-line.ts";
export { type CentreLineCsvOptions, trackFromCentreLineCsv } from "./track/centre-line-csv.ts";
export { type DetectedTrack, detectTrack } from "./track/detect.ts";
export { divideEvenly, moveStart, type StartMove, widthOf, withSplits } from "./track/edit-layout.ts";
export { gateFromLaps } from "./track/gate-from-laps.ts";
export { type ReadTracks, tracksFromGeoJson, trackToGeoJson } from "./track/geojson.ts";
export { layoutNamed, trackNamed, withLayout } from "./track/named.ts";
export { gateAcross, middleOf, type PlacedGate, placeGate } from "./track/placed-gate.ts";
export { type PlacedLayout, placeLayout } from "./track/placed-layout.ts";
export { looksLikeRaceCapture, tracksFromRaceCapture } from "./track/racecapture.ts";
export { type RecordedLayout, type RecordOptions, recordTrack } from "./track/record-track.ts";
export { resolveGate } from "./track/resolve-gate.ts";
export { reverseLayout } from "./track/reverse.ts";
export { suggestLayout } from "./track/suggest.ts";
export * from "./track/track.ts";
export { formatTrackFile, parseTrackFile } from "./track/track-file.ts";
export { TrackRecorder } from "./track/track-recorder.ts";
