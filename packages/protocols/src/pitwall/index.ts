export { type BatchSource, MAX_BATCH_BYTES, MAX_BATCH_RECORDS } from "./batch-layout.ts";
export { pitwallBatch } from "./batch-protocol.ts";
export { type FrameBatch, forEachRecord, type OnRecord, readFrameBatch } from "./batch-reader.ts";
export { type BatchWriter, type BatchWriterOptions, createBatchWriter } from "./batch-writer.ts";
export {
  createJsonMapping,
  type JsonField,
  type JsonMapping,
  type JsonMappingConfig,
  type JsonTime,
  kartJsonMapping,
  type SpeedUnit,
} from "./json-mapping.ts";
export { createJsonProtocol, json, MAX_JSON_BYTES, MAX_JSON_DEPTH } from "./json-protocol.ts";
