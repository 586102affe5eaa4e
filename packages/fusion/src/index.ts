export { carriedOver } from "./calibration/carry-over.ts";
export { type FusedRecording, type FuseOptions, fuseRecording } from "./fuse-recording.ts";
export { createFusion, Fusion } from "./fusion.ts";
export * from "./types.ts";
