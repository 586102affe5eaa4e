export { ConfigError, parseConfig, readConfigFile, ServerConfig } from "./config.ts";
export { blackboxOf, type ReplayPackets } from "./demo.ts";
export { type RunningServer, startServer } from "./server.ts";
