export { BLACKBOX_PACKETS, createBlackboxFramer, encodeBlackbox } from "./blackbox/index.ts";
export {
  type BatchSource,
  type BatchWriter,
  type BatchWriterOptions,
  createBatchWriter,
  createJsonMapping,
  createJsonProtocol,
  type FrameBatch,
  forEachRecord,
  type JsonField,
  type JsonMapping,
  type JsonMappingConfig,
  type JsonTime,
  kartJsonMapping,
  MAX_BATCH_BYTES,
  MAX_BATCH_RECORDS,
  MAX_JSON_BYTES,
  MAX_JSON_DEPTH,
  type OnRecord,
  readFrameBatch,
  type SpeedUnit,
} from "./pitwall/index.ts";
export { findProtocol, PROTOCOLS } from "./registry.ts";
export {
  COMMAND_TIMEOUT_US,
  CommandTimeout,
  Decimator,
  type LinkState,
  ServerLink,
} from "./telemetry-node/index.ts";
