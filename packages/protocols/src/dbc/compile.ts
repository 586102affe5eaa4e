import { bytesOf, EXACT_BITS, readFloat, readShares, type Share, sharesOf } from "./bits.ts";
import type { Target } from "./mapping.ts";
import type { DbcMessage, DbcSignal } from "./model.ts";

/** Reads a frame's `length` bytes of data into out[0…]: one value a signal, NaN for what is not in the frame. */
export type ReadSignals = (data: Uint8Array, length: number, out: Float64Array) => void;

export type PlannedSignal = {
  readonly signal: DbcSignal;
  readonly target: Target;
  readonly shares: readonly Share[];
  readonly bytes: number;
  /** Index of the signal that selects this one. */
  readonly switchAt: number;
};

export function plan(message: DbcMessage, targets: readonly Target[]): PlannedSignal[] {
  return message.signals.map((signal, i) => {
    const shares = sharesOf(signal);
    const switchAt = signal.when ? message.signals.findIndex((s) => s.name === signal.when!.switch) : -1;
    return { signal, target: targets[i]!, shares, bytes: bytesOf(shares), switchAt };
  });
}

const isWithin = (raw: number, ranges: readonly (readonly [number, number])[]): boolean => {
  for (const [from, to] of ranges) if (raw >= from && raw <= to) return true;
  return false;
};

/** Raw value without its sign, as switches are compared. */
const rawOf = (p: PlannedSignal, data: Uint8Array): number =>
  readShares(data, p.shares, p.signal.length, false);

function isPresent(
  planned: readonly PlannedSignal[],
  p: PlannedSignal,
  data: Uint8Array,
  length: number,
  depth: number,
): boolean {
  if (length < p.bytes) return false;
  if (!p.signal.when) return true;
  const by = planned[p.switchAt];
  // a signal that selects itself, directly or around a corner, is never there
  if (!by || by === p || depth > planned.length || length < by.bytes) return false;
  return isWithin(rawOf(by, data), p.signal.when.ranges) && isPresent(planned, by, data, length, depth + 1);
}

function physicalOf(p: PlannedSignal, data: Uint8Array): number {
  const { signal: s, target: t } = p;
  let raw: number;
  if (s.kind === "integer") {
    raw = readShares(data, p.shares, s.length, s.signed);
  } else raw = readFloat(data, p.shares, s.kind === "float32" ? 32 : 64);
  const value = (((raw * s.factor + s.offset) / s.divisor) * t.scale) / t.per + t.bias;
  return value - value === 0 ? value : Number.NaN;
}

/** The same as the compiled reader, signal by signal: for hosts that make no code from text, and for short frames. */
export function interpret(planned: readonly PlannedSignal[]): ReadSignals {
  return (data, length, out) => {
    for (let i = 0; i < planned.length; i++) {
      const p = planned[i]!;
      out[i] = isPresent(planned, p, data, length, 0) ? physicalOf(p, data) : Number.NaN;
    }
  };
}

const WORD = 2 ** 32;

/** A sum of shares; numbers of up to 31 bits by shifts, larger ones by weights. */
function sumCode(shares: readonly Share[], divisor: number, bits: number): string {
  if (shares.length === 0) return "0";
  const terms = shares.map((s) => {
    const weight = s.weight / divisor;
    let x = `d[${s.byte}]`;
    if (s.shift > 0) x = `${x}>>${s.shift}`;
    if (s.mask < 0xff >> s.shift) x = `(${x})&${s.mask}`;
    if (weight === 1) return `(${x})`;
    return bits <= 31 ? `((${x})<<${Math.log2(weight)})` : `(${x})*${weight}`;
  });
  return terms.join(bits <= 31 ? "|" : "+");
}

/** Constants for signal `i`: its raw value `r`, and beyond 53 bits its upper word `h` and lower word `l`. */
function rawCode({ shares, signal }: PlannedSignal, i: number): string {
  if (signal.length <= EXACT_BITS) return `const r${i}=${sumCode(shares, 1, signal.length)};`;
  const low = shares.filter((s) => s.weight < WORD);
  const high = shares.filter((s) => s.weight >= WORD);
  return `const l${i}=${sumCode(low, 1, 32)},h${i}=${sumCode(high, WORD, 32)},r${i}=h${i}*${WORD}+l${i};`;
}

function signedCode({ signal: s }: PlannedSignal, i: number): string {
  if (!s.signed) return `r${i}`;
  if (s.length <= EXACT_BITS) return `(r${i}>=${2 ** (s.length - 1)}?r${i}-${2 ** s.length}:r${i})`;
  const upper = `(h${i}>=${2 ** (s.length - 33)}?h${i}-${2 ** (s.length - 32)}:h${i})`;
  return `(${upper}*${WORD}+l${i})`;
}

function valueCode(p: PlannedSignal, raw: string): string {
  const { signal: s, target: t } = p;
  let x = raw;
  // adding 0 keeps minus zero away
  if (s.factor !== 1) x = `${x}*${s.factor}`;
  if (s.offset !== 0 || s.factor < 0) x = `(${x}+(${s.offset}))`;
  if (s.divisor !== 1) x = `${x}/${s.divisor}`;
  if (t.scale !== 1) x = `${x}*${t.scale}`;
  if (t.per !== 1) x = `${x}/${t.per}`;
  if (t.bias !== 0 || t.scale < 0) x = `${x}+(${t.bias})`;
  return x;
}

/** Straight-line code for whole frames; undefined where the host forbids it or the message has what it is not made for. */
export function compile(planned: readonly PlannedSignal[]): ReadSignals | undefined {
  if (planned.some((p) => p.signal.kind !== "integer")) return undefined;
  const fallback = interpret(planned);
  const need = Math.max(0, ...planned.map((p) => p.bytes));
  // a switch comes before what it selects: raw values first, then values
  const raws = planned.map(rawCode);
  const present = planned.map((p, i) => {
    if (!p.signal.when) return "";
    if (p.switchAt < 0 || p.switchAt === i) return `const p${i}=false;`;
    const ranges = p.signal.when.ranges.map(([a, b]) =>
      a === b ? `r${p.switchAt}===${a}` : `(r${p.switchAt}>=${a}&&r${p.switchAt}<=${b})`,
    );
    const own = ranges.length === 0 ? "false" : `(${ranges.join("||")})`;
    return `const p${i}=${own}${planned[p.switchAt]!.signal.when ? `&&p${p.switchAt}` : ""};`;
  });
  const order = orderOf(planned);
  if (!order) return undefined;
  const values = planned.map((p, i) => {
    const s = p.signal;
    const value = valueCode(p, signedCode(p, i));
    return `o[${i}]=${s.when ? `p${i}?${value}:NaN` : value};`;
  });
  const body = `if(n<${need}){f(d,n,o);return;}${raws.join("")}${order.map((i) => present[i]).join("")}${values.join("")}`;
  try {
    const build = new Function("f", `return (d,n,o)=>{${body}}`) as (f: ReadSignals) => ReadSignals;
    return build(fallback);
  } catch {
    return undefined;
  }
}

/** Switches before what they select; undefined where they go round in a circle. */
function orderOf(planned: readonly PlannedSignal[]): number[] | undefined {
  const done = new Set<number>();
  const order: number[] = [];
  for (let round = 0; round <= planned.length && order.length < planned.length; round++)
    for (let i = 0; i < planned.length; i++) {
      const p = planned[i]!;
      if (done.has(i) || (p.signal.when && p.switchAt >= 0 && p.switchAt !== i && !done.has(p.switchAt)))
        continue;
      done.add(i);
      order.push(i);
    }
  return order.length === planned.length ? order : undefined;
}
