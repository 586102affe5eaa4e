export { FormatError, type FormatErrorCode } from "./errors.ts";
export type { Carries, Format, Progress, ReadOptions, WriteOptions } from "./format.ts";
export { proposeMapping } from "./generic-csv/generic-csv.ts";
export type { CsvMapping, MappedColumn, MappingDesk, TableSample, TimeKind } from "./generic-csv/mapping.ts";
export { mappingFaults } from "./generic-csv/plan.ts";
export { encodeLine, type LinePoint, type LineValue } from "./line-protocol/encode.ts";
export { channelOf } from "./names/channel-names.ts";
export {
  chooseFormat,
  FORMATS,
  findFormat,
  type Recognised,
  readRecording,
  recognise,
  writeRecording,
} from "./registry.ts";
export type { ByteSource } from "./source.ts";
