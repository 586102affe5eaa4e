// Work in a data folder without a server: what commands need. Nothing here loads a listener.

export type { ReferenceSetting } from "@pitwall/api";
export { isCarriedSource } from "@pitwall/pipeline";
export { companionsOf } from "./companions.ts";
export { defaultDataFolder } from "./config.ts";
export { parseMapping } from "./csv-mapping.ts";
export { deriveCutImports, dropCutImports } from "./cut-imports.ts";
export { type DataFolder, openData, openReferences, openTracks } from "./data-folder.ts";
export { deriveSession } from "./derive.ts";
export { type Imported, type ImportOptions, importFile } from "./import.ts";
export { outdatedSessions } from "./laps/outdated.ts";
export type { ReferenceFolder } from "./laps/reference-folder.ts";
export { mustBeThere, REFERENCE_RATE_HZ, savedLap } from "./laps/reference-for.ts";
export {
  plainReport,
  type RetimeOptions,
  retimeArchive,
} from "./laps/retime.ts";
export { type ComputedLaps, computeLaps, storeLaps, timeSession, timeUntimed } from "./laps/session-laps.ts";
export { openMappingDesk } from "./mapping-desk.ts";
export { recordingOf } from "./recording.ts";
export { type ReadTracksOptions, readTracks } from "./tracks/read-tracks.ts";
export { type KnownTrack, TrackFolder } from "./tracks/track-folder.ts";
