import { CodecError, type MessageSpec } from "@pitwall/core";
import { PIDS, type PidField, type PidRow } from "./pids.table.ts";

/** Control unit that answered, in every message. */
export const ECU = { name: "ecu", unit: "1", doc: "control unit", resolution: 1 } as const;

/** A PID of service 01 with its message: value 0 is the control unit, then the fields of the row. */
export type Pid = PidRow & { readonly spec: MessageSpec };

export const hex2 = (n: number): string => n.toString(16).padStart(2, "0");

export const LIVE_PIDS: readonly Pid[] = PIDS.map((row) => ({
  ...row,
  spec: {
    name: `obd2.pid-${hex2(row.pid)}`,
    doc: row.doc,
    fields: [
      ECU,
      ...row.fields.map((f) => ({
        name: f.name,
        unit: f.unit,
        doc: f.doc,
        resolution: Math.abs((f.scale ?? 1) / (f.per ?? 1)),
        offset: f.bias ?? 0,
        ...(f.labels === undefined ? {} : { labels: f.labels }),
        ...(f.bits === undefined ? {} : { bits: f.bits }),
      })),
    ],
  },
}));

const byPid: ReadonlyMap<number, Pid> = new Map(LIVE_PIDS.map((p) => [p.pid, p]));
export const findPid = (pid: number): Pid | undefined => byPid.get(pid);

/** PIDs 00, 20, 40 … tell which of the next 32 there are. */
export const isSupportPid = (pid: number): boolean => pid % 0x20 === 0;
export const SUPPORT_BYTES = 4;

/** PIDs that a bitmap names: its highest bit is the PID after `pid`. */
export function supportedPids(pid: number, mask: number): number[] {
  const pids: number[] = [];
  for (let i = 0; i < 32; i++) if ((mask >>> (31 - i)) & 1) pids.push(pid + 1 + i);
  return pids;
}

/** The bitmap of `pid` over a set of PIDs; its last bit says that the next bitmap has something to say. */
export function supportMask(pid: number, supported: ReadonlySet<number>): number {
  let mask = 0;
  for (const p of supported) {
    if (p > pid && p < pid + 0x20) mask |= 1 << (31 - (p - pid - 1));
    if (p >= pid + 0x20) mask |= 1;
  }
  return mask >>> 0;
}

function rawOf(bytes: Uint8Array, at: number, f: PidField): number {
  let raw = 0;
  for (let i = 0; i < f.size; i++) raw = raw * 256 + bytes[at + i]!;
  if (f.bitsAt) return Math.floor(raw / 2 ** f.bitsAt[0]) % 2 ** f.bitsAt[1];
  return f.signed && raw >= 2 ** (8 * f.size - 1) ? raw - 2 ** (8 * f.size) : raw;
}

/** Values of a PID's data bytes[at, end) into out[outAt…]; NaN where the sensor is not there or the byte was not sent. */
export function readPid(
  row: PidRow,
  bytes: Uint8Array,
  at: number,
  end: number,
  out: Float64Array,
  outAt: number,
): void {
  for (let i = 0; i < row.fields.length; i++) {
    const f = row.fields[i]!;
    const there = at + f.at + f.size <= end && (f.ifBit === undefined || ((bytes[at]! >> f.ifBit) & 1) === 1);
    const raw = there ? rawOf(bytes, at + f.at, f) : Number.NaN;
    out[outAt + i] = raw === f.missing ? Number.NaN : (raw * (f.scale ?? 1)) / (f.per ?? 1) + (f.bias ?? 0);
  }
}

/** Data bytes of a PID from values[from…]. Throws CodecError "out-of-range" for what does not fit. */
export function writePid(row: PidRow, values: ArrayLike<number>, from: number): Uint8Array {
  const bytes = new Uint8Array(row.length);
  row.fields.forEach((f, i) => {
    const x = values[from + i] ?? Number.NaN;
    if (Number.isNaN(x) && f.missing === undefined) return;
    const raw = Number.isNaN(x)
      ? f.missing!
      : Math.round(((x - (f.bias ?? 0)) * (f.per ?? 1)) / (f.scale ?? 1));
    const bits = f.bitsAt?.[1] ?? 8 * f.size;
    const [lo, hi] = f.signed ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
    if (!(raw >= lo && raw <= hi))
      throw new CodecError("out-of-range", `obd2.pid-${hex2(row.pid)}`, f.at, `${f.name}=${x} ${f.unit}`);
    let rest = (raw < 0 ? raw + 2 ** bits : raw) * 2 ** (f.bitsAt?.[0] ?? 0);
    for (let k = f.size - 1; k >= 0; k--) {
      bytes[f.at + k]! |= rest % 256;
      rest = Math.floor(rest / 256);
    }
    if (f.ifBit !== undefined) bytes[0]! |= 1 << f.ifBit;
  });
  return bytes;
}

/** PIDs that carry a channel, the plainest first: what a poller asks when someone watches it. */
export function pidsOfChannel(channel: string): number[] {
  return LIVE_PIDS.filter((p) => p.fields.some((f) => f.name === channel)).map((p) => p.pid);
}
