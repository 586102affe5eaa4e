/**
 * A binary column batch, little-endian:
 * u8 version (1), u8 flags (bit 0: rows were left out before this batch), u16 stream, u32 rows,
 * then `rows` f64 times (microseconds since the Unix epoch), then a column of `rows` f64 for each channel of the
 * stream, in its order. NaN is "no sample".
 */
export type LiveBatch = {
  readonly stream: number;
  readonly thinned: boolean;
  readonly tUs: Float64Array;
  readonly columns: readonly Float64Array[];
};

const VERSION = 1;
const HEADER = 8;

export function encodeLiveBatch(batch: LiveBatch): Uint8Array {
  const rows = batch.tUs.length;
  const out = new Uint8Array(HEADER + 8 * rows * (1 + batch.columns.length));
  const view = new DataView(out.buffer);
  view.setUint8(0, VERSION);
  view.setUint8(1, batch.thinned ? 1 : 0);
  view.setUint16(2, batch.stream, true);
  view.setUint32(4, rows, true);
  const body = new Float64Array(out.buffer, HEADER);
  body.set(batch.tUs, 0);
  batch.columns.forEach((column, i) => {
    body.set(column, rows * (i + 1));
  });
  return out;
}

/** Views into `bytes` where its alignment allows, copies otherwise. Throws RangeError for what is no batch. */
export function decodeLiveBatch(bytes: ArrayBuffer): LiveBatch {
  if (bytes.byteLength < HEADER) throw new RangeError(`live batch of ${bytes.byteLength} bytes`);
  const view = new DataView(bytes);
  if (view.getUint8(0) !== VERSION) throw new RangeError(`live batch version ${view.getUint8(0)}`);
  const rows = view.getUint32(4, true);
  const values = (bytes.byteLength - HEADER) / 8;
  if (!Number.isInteger(values) || (rows === 0 ? values !== 0 : values % rows !== 0 || values < rows))
    throw new RangeError(`live batch of ${bytes.byteLength} bytes does not hold columns of ${rows} rows`);
  const body = new Float64Array(bytes, HEADER, values);
  const columns: Float64Array[] = [];
  for (let at = rows; at < values; at += rows) columns.push(body.subarray(at, at + rows));
  return {
    stream: view.getUint16(2, true),
    thinned: (view.getUint8(1) & 1) !== 0,
    tUs: body.subarray(0, rows),
    columns,
  };
}
