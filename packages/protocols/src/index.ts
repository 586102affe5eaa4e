export { BLACKBOX_PACKETS, createBlackboxFramer, encodeBlackbox } from "./blackbox/index.ts";
export {
  type BatchSource,
  type BatchWriter,
  type BatchWriterOptions,
  createBatchWriter,
  type FrameBatch,
  forEachRecord,
  MAX_BATCH_BYTES,
  MAX_BATCH_RECORDS,
  type OnRecord,
  readFrameBatch,
} from "./pitwall/index.ts";
export { findProtocol, PROTOCOLS } from "./registry.ts";
