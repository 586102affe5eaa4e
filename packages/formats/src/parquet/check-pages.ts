import type { Compressors, FileMetaData, PageHeader } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { decompressPage } from "hyparquet/src/datapage.js";

/** A column that claims to be longer is not unpacked. */
const MOST_BYTES = 2 ** 30;
/** Bit-packed runs come in groups of eight values and may be padded by some of them. */
const PADDING = 512;

/**
 * Goes through the pages of the columns that are to be read, and throws an Error where they claim other values than
 * their row group has, or more than their bytes hold: the reader would fill memory with them. Layout: Apache Parquet format,
 * data pages of both versions, RLE and bit-packing hybrid.
 */
export function checkPages(
  file: ArrayBuffer,
  { row_groups, schema }: FileMetaData,
  columns: readonly string[],
  compressors: Compressors,
): void {
  for (const group of row_groups)
    for (const { meta_data: meta } of group.columns) {
      const [name, ...nested] = meta?.path_in_schema ?? [];
      if (!meta || name === undefined || !columns.includes(name)) continue;
      const element = schema.find((e) => e.name === name);
      if (nested.length > 0 || element?.repetition_type === "REPEATED")
        throw new Error(`column ${name} is not flat`);
      const first = Number(meta.data_page_offset);
      const dictionary = Number(meta.dictionary_page_offset ?? 0);
      const from = dictionary > 0 && dictionary < first ? dictionary : first;
      const length = Number(meta.total_compressed_size);
      const unpacked = Number(meta.total_uncompressed_size);
      if (!(from >= 0 && length >= 0 && from + length <= file.byteLength && unpacked <= MOST_BYTES))
        throw new Error(`column ${name} does not lie within the file`);
      const optional = element?.repetition_type === "OPTIONAL";
      const unpack = (bytes: Uint8Array, size: number) =>
        decompressPage(bytes, size, meta.codec, compressors);
      const chunk: Chunk = { name, rows: Number(group.num_rows), unpacked, optional, unpack };
      const rows = checkChunk(new DataView(file, from, length), chunk);
      if (rows !== chunk.rows) throw new Error(`column ${name} has ${rows} of ${chunk.rows} rows`);
    }
}

type Chunk = {
  readonly name: string;
  readonly rows: number;
  /** All of its pages, bytes. */
  readonly unpacked: number;
  readonly optional: boolean;
  readonly unpack: (bytes: Uint8Array, size: number) => Uint8Array;
};

/** Rows of its pages. */
function checkChunk(view: DataView, chunk: Chunk): number {
  const reader = { view, offset: 0 };
  let rows = 0;
  while (rows < chunk.rows && reader.offset < view.byteLength - 1) {
    const at = view.byteOffset + reader.offset;
    const header = parquetHeader(reader);
    const { compressed_page_size: packed, uncompressed_page_size: unpacked } = header;
    if (!(packed >= 0 && reader.offset + packed <= view.byteLength && unpacked >= 0))
      throw new Error(`the page at byte ${at} does not lie within column ${chunk.name}`);
    // headers count in the sizes of columns, so that no page is as long as its column
    if (unpacked > chunk.unpacked)
      throw new Error(`the page at byte ${at} claims to be longer than column ${chunk.name}`);
    const bytes = new Uint8Array(view.buffer, view.byteOffset + reader.offset, packed);
    reader.offset += packed;
    rows += checkPage(header, bytes, chunk, at);
  }
  return rows;
}

/** Rows of the page. */
function checkPage(header: PageHeader, bytes: Uint8Array, chunk: Chunk, at: number): number {
  const { dictionary_page_header: dictionary, data_page_header: v1, data_page_header_v2: v2 } = header;
  const size = header.uncompressed_page_size;
  const values = (dictionary ?? v1 ?? v2)?.num_values ?? 0;
  const most = dictionary ? size : chunk.rows;
  if (!(values >= 0 && values <= most)) throw new Error(`the page at byte ${at} claims ${values} values`);
  if (dictionary) return 0;
  let defined = values;
  let content: Uint8Array;
  if (v2) {
    const levels = v2.repetition_levels_byte_length + v2.definition_levels_byte_length;
    if (!(levels >= 0 && levels <= bytes.length && v2.num_nulls >= 0 && v2.num_nulls <= values))
      throw new Error(`the page at byte ${at} has levels of ${levels} bytes`);
    if (chunk.optional) checkRuns(bytes.subarray(v2.repetition_levels_byte_length, levels), 1, values, at);
    defined -= v2.num_nulls;
    content = bytes.subarray(levels);
    if (v2.is_compressed !== false) content = chunk.unpack(content, size - levels);
  } else {
    content = chunk.unpack(bytes, size);
    if (chunk.optional) {
      const length = new DataView(content.buffer, content.byteOffset).getUint32(0, true);
      defined = checkRuns(content.subarray(4, 4 + length), 1, values, at);
      content = content.subarray(4 + length);
    }
  }
  const encoding = (v1 ?? v2)?.encoding;
  if ((encoding === "RLE_DICTIONARY" || encoding === "PLAIN_DICTIONARY") && content[0])
    checkRuns(content.subarray(1), content[0], defined, at);
  return values;
}

/** Goes through the runs of `values` numbers of `width` bits; returns how many of them have the lowest bit set. */
function checkRuns(bytes: Uint8Array, width: number, values: number, at: number): number {
  let seen = 0;
  let ones = 0;
  let i = 0;
  while (seen < values) {
    if (i >= bytes.length) throw new Error(`${seen} of ${values} values in the page at byte ${at}`);
    let header = 0;
    for (let shift = 0; i < bytes.length; shift += 7) {
      const byte = bytes[i++]!;
      header += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    const packed = header % 2 === 1;
    const count = packed ? ((header - 1) / 2) * 8 : header / 2;
    if (seen + count > values + (packed ? PADDING : 0))
      throw new Error(`a run of ${count} in the page at byte ${at}, which has ${values} values`);
    if (!packed) {
      if ((bytes[i] ?? 0) & 1) ones += count;
      i += Math.ceil(width / 8);
    } else {
      for (let k = 0; k < count && seen + k < values; k++) {
        const bit = k * width;
        if (((bytes[i + (bit >> 3)] ?? 0) >> (bit & 7)) & 1) ones++;
      }
      i += (count / 8) * width;
    }
    seen += count;
  }
  return ones;
}
