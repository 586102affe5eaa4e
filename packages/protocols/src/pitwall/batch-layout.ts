import type { ClockSource } from "@pitwall/core";

/** First byte of a frame batch. A reader refuses what it does not know: the layout says nothing about later versions. */
export const BATCH_VERSION = 1;
export const MAX_BATCH_BYTES = 256 * 1024;
/** The count is a u16. */
export const MAX_BATCH_RECORDS = 0xffff;
export const MAX_DEVICE_ID = 64;
export const MAX_SOURCE_NAME = 64;
/** A length is one byte. */
export const MAX_PROTOCOL_SPEC = 255;
export const CRC_BYTES = 4;
/** Version, total length: enough to tell where a batch ends. */
const PREFIX_BYTES = 5;
/** An empty device id, no source, no record. */
export const MIN_BATCH_BYTES = PREFIX_BYTES + 1 + 4 + 4 + 8 + 8 + 1 + 1 + 2 + CRC_BYTES;

/** On the wire a quality is its index. */
export const UTC_QUALITIES: readonly ClockSource[] = ["none", "arrival", "ntp", "gnss"];

/** One bus or sensor of a device. Records name it by `id`; ids of one batch differ. */
export type BatchSource = {
  readonly id: number;
  /** `can0`, `gnss`, `imu`. */
  readonly name: string;
  /** Names of the protocols its bytes speak, joined by `+`: `vesc-can+vesc-bms`. */
  readonly protocol: string;
};

/** Bytes that a varint of `value` takes (7 bits a byte). */
export const varintSize = (value: number): number =>
  value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5;

/** Largest time offset of a record, either side of the base: 35 minutes. */
export const MAX_OFFSET_US = 0x7fff_ffff;

export const isPrintable = (code: number): boolean => code >= 0x20 && code <= 0x7e;
