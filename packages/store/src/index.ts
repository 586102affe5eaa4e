export type { CalibrationRow } from "./catalogue/calibration-table.ts";
export {
  type Catalogue,
  type CatalogueOptions,
  openCatalogue,
  type SessionRow,
  type SessionState,
} from "./catalogue/catalogue.ts";
export type { DeviceRow } from "./catalogue/device-table.ts";
export { addressOfHolder, lockFolder } from "./catalogue/folder-lock.ts";
export type { GapRow } from "./catalogue/gap-ledger.ts";
export type {
  BestLap,
  BestQuery,
  LapRow,
  LapTable,
  Timing,
  TimingSummary,
} from "./catalogue/lap-table.ts";
export {
  asStoreError,
  type OnStoreProblem,
  StoreError,
  type StoreErrorCode,
  type StoreProblem,
} from "./errors.ts";
export { type JournalFile, type JournalIo, nodeIo } from "./journal/io.ts";
export { openJournal } from "./journal/journal.ts";
export { readMcap, readMcapInfo } from "./journal/read-mcap.ts";
export { SeqRanges } from "./journal/seq-ranges.ts";
export type * from "./journal/types.ts";
export { KeyedQueue } from "./keyed-queue.ts";
export { openMemoryStore } from "./samples/memory.ts";
export { openParquetStore, type ParquetStoreOptions } from "./samples/parquet.ts";
export type * from "./samples/types.ts";
