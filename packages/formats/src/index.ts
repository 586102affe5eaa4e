export { FormatError, type FormatErrorCode } from "./errors.ts";
export type { Carries, Format, Progress, ReadOptions, WriteOptions } from "./format.ts";
export type { CsvMapping, MappedColumn, MappingDesk, TimeKind } from "./generic-csv/mapping.ts";
export { encodeLine, type LinePoint, type LineValue } from "./line-protocol/encode.ts";
export {
  FORMATS,
  findFormat,
  type Recognised,
  readRecording,
  recognise,
  writeRecording,
} from "./registry.ts";
export type { ByteSource } from "./source.ts";
