export { ConfigError, defaultDataFolder, parseConfig, readConfigFile, ServerConfig } from "./config.ts";
export { CsvMappingSchema, parseMapping } from "./csv-mapping.ts";
export { type DataFolder, openData } from "./data-folder.ts";
export { blackboxOf, type ReplayPackets } from "./demo.ts";
export { deriveSession } from "./derive.ts";
export { importFile } from "./import.ts";
export { recordingOf } from "./recording.ts";
export { type RunningServer, startServer } from "./server.ts";
