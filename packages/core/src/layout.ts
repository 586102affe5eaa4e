import { CodecError } from "./errors.ts";
import type { FieldSpec, MessageSpec } from "./message.ts";
import type { Unit } from "./units.ts";

/** Wire primitives. `size` is the width in bytes; nothing else may know it. */
const WIRE = {
  u8: { size: 1, lo: 0, hi: 0xff, get: "getUint8", set: "setUint8" },
  i8: { size: 1, lo: -0x80, hi: 0x7f, get: "getInt8", set: "setInt8" },
  u16: { size: 2, lo: 0, hi: 0xffff, get: "getUint16", set: "setUint16" },
  i16: { size: 2, lo: -0x8000, hi: 0x7fff, get: "getInt16", set: "setInt16" },
  u32: { size: 4, lo: 0, hi: 0xffff_ffff, get: "getUint32", set: "setUint32" },
  i32: { size: 4, lo: -0x8000_0000, hi: 0x7fff_ffff, get: "getInt32", set: "setInt32" },
  f32: { size: 4, lo: -Infinity, hi: Infinity, get: "getFloat32", set: "setFloat32" },
  f64: { size: 8, lo: -Infinity, hi: Infinity, get: "getFloat64", set: "setFloat64" },
} as const;
export type WireType = keyof typeof WIRE;

export type LayoutField = {
  /** Channel id where the field is one, else the protocol's own name; `_` starts a field that is not a value (sync, padding, checksum). */
  readonly name: string;
  readonly wire: WireType;
  /** physical = (raw - zero) * scale / per + bias. `per` and `zero` keep decimal fractions exact: 481173000 / 1e7. */
  readonly scale?: number;
  readonly per?: number;
  readonly bias?: number;
  /** Raw value whose physical value is `bias`. */
  readonly zero?: number;
  readonly unit: Unit;
  readonly doc: string;
  /** Raw value that means "not available"; decoded as NaN. */
  readonly missing?: number;
  readonly labels?: FieldSpec["labels"];
  readonly bits?: FieldSpec["bits"];
};

export type PlacedField = LayoutField & { readonly offset: number };
export type Endian = "little" | "big";

/** A fixed packet. Values travel as one row of Float64Array, in the order of `spec.fields`; NaN is "not available". */
export type Layout = {
  readonly name: string;
  readonly byteLength: number;
  readonly endian: Endian;
  /** Every field with its derived offset, `_` fields included. */
  readonly fields: readonly PlacedField[];
  readonly spec: MessageSpec;
  /**
   * Reads one packet at `at` into `out[outAt…]`. Bounds are the caller's: the framer has checked the length.
   * Returns true when all floating-point fields are finite; false where their sum is not, which says: look closer.
   */
  read(view: DataView, at: number, out: Float64Array, outAt: number): boolean;
  /** Reads one packet into row `row` of a column set. */
  readColumns(view: DataView, at: number, columns: readonly Float64Array[], row: number): void;
  /** Writes one packet; `_` fields become 0. Throws CodecError "out-of-range" with the field's offset. */
  write(view: DataView, at: number, from: ArrayLike<number>): void;
};

const isValue = (f: { readonly name: string }): boolean => !f.name.startsWith("_");

/** Step between two neighbouring values; undefined for floats, which have none. */
const resolutionOf = (f: LayoutField): number | undefined =>
  f.wire === "f32" || f.wire === "f64" ? undefined : Math.abs((f.scale ?? 1) / (f.per ?? 1));

/** Declares a fixed layout. Offsets are derived, never typed in. */
export function layout(
  name: string,
  doc: string,
  fields: readonly LayoutField[],
  options: { readonly endian?: Endian } = {},
): Layout {
  const endian = options.endian ?? "little";
  let byteLength = 0;
  const placed: PlacedField[] = [];
  for (const f of fields) {
    placed.push({ ...f, offset: byteLength });
    byteLength += WIRE[f.wire].size;
  }
  const values = placed.filter(isValue);
  const spec: MessageSpec = {
    name,
    doc,
    fields: values.map((f) => {
      const resolution = resolutionOf(f);
      return {
        name: f.name,
        unit: f.unit,
        doc: f.doc,
        ...(resolution === undefined
          ? f.wire === "f32"
            ? { float32: true as const }
            : {}
          : { resolution, offset: (f.bias ?? 0) - ((f.zero ?? 0) * (f.scale ?? 1)) / (f.per ?? 1) }),
        ...(f.labels === undefined ? {} : { labels: f.labels }),
        ...(f.bits === undefined ? {} : { bits: f.bits }),
      };
    }),
  };
  return {
    name,
    byteLength,
    endian,
    fields: placed,
    spec,
    read: compile(values, endian, "row") ?? interpret(values, endian),
    readColumns: compile(values, endian, "columns") ?? interpretColumns(values, endian),
    write: writer(name, placed, endian),
  };
}

function rawOf(view: DataView, at: number, f: PlacedField, little: boolean): number {
  const p = at + f.offset;
  const raw = WIRE[f.wire].size === 1 ? view[WIRE[f.wire].get](p) : view[WIRE[f.wire].get](p, little);
  if (raw === f.missing) return Number.NaN;
  return ((raw - (f.zero ?? 0)) * (f.scale ?? 1)) / (f.per ?? 1) + (f.bias ?? 0);
}

const isFloat = (f: LayoutField): boolean => f.wire === "f32" || f.wire === "f64";

function interpret(values: readonly PlacedField[], endian: Endian): Layout["read"] {
  const little = endian === "little";
  return (view, at, out, outAt) => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) {
      const f = values[i]!;
      const x = rawOf(view, at, f, little);
      out[outAt + i] = x;
      if (isFloat(f)) sum += x;
    }
    return sum - sum === 0;
  };
}

function interpretColumns(values: readonly PlacedField[], endian: Endian): Layout["readColumns"] {
  const little = endian === "little";
  return (view, at, columns, row) => {
    for (let i = 0; i < values.length; i++) columns[i]![row] = rawOf(view, at, values[i]!, little);
  };
}

/**
 * Straight-line code for the hot path; same results as `interpret`, no dispatch a field.
 * Where the host forbids code from text (XS without a parser, a page's content policy) the interpreter serves.
 */
function compile(values: readonly PlacedField[], endian: Endian, target: "row"): Layout["read"] | undefined;
function compile(
  values: readonly PlacedField[],
  endian: Endian,
  target: "columns",
): Layout["readColumns"] | undefined;
function compile(values: readonly PlacedField[], endian: Endian, target: "row" | "columns"): unknown {
  const little = endian === "little";
  const lines = values.map((f, i) => {
    const flag = WIRE[f.wire].size > 1 ? `,${little}` : "";
    let x = f.zero === undefined ? "r" : `(r-(${f.zero}))`;
    if (f.scale !== undefined) x = `${x}*${f.scale}`;
    if (f.per !== undefined) x = `${x}/${f.per}`;
    if (f.bias !== undefined) x = `${x}+(${f.bias})`;
    if (f.missing !== undefined) x = `r===${f.missing}?NaN:${x}`;
    const get = `r=v.${WIRE[f.wire].get}(a+${f.offset}${flag});`;
    if (target === "columns") return `${get}c${i}[w]=${x};`;
    // four sums side by side: one alone would make each addition wait for the one before
    return isFloat(f) ? `${get}r=${x};o[w+${i}]=r;s${i & 3}+=r;` : `${get}o[w+${i}]=${x};`;
  });
  const columns = target === "columns" ? values.map((_, i) => `const c${i}=o[${i}];`).join("") : "";
  const sums = target === "row" ? "let s0=0,s1=0,s2=0,s3=0;" : "";
  // a number as the result would cost an object on the heap a call
  const result = target === "row" ? "s0=(s0+s1)+(s2+s3);return s0-s0===0;" : "";
  try {
    return new Function("v", "a", "o", "w", `let r=0;${sums}${columns}${lines.join("")}${result}`);
  } catch {
    return undefined;
  }
}

function writer(name: string, placed: readonly PlacedField[], endian: Endian): Layout["write"] {
  const little = endian === "little";
  return (view, at, from) => {
    let i = 0;
    for (const f of placed) {
      const { lo, hi, set, size } = WIRE[f.wire];
      let raw = 0;
      if (isValue(f)) {
        const x = from[i++] ?? Number.NaN;
        const exact = ((x - (f.bias ?? 0)) * (f.per ?? 1)) / (f.scale ?? 1) + (f.zero ?? 0);
        const isFloat = f.wire === "f32" || f.wire === "f64";
        raw = Number.isNaN(x) && f.missing !== undefined ? f.missing : isFloat ? exact : Math.round(exact);
        if (!isFloat && !(raw >= lo && raw <= hi))
          throw new CodecError(
            "out-of-range",
            name,
            at + f.offset,
            `${f.name}=${x} ${f.unit} does not fit ${f.wire}`,
          );
      }
      if (size === 1) view[set as "setUint8"](at + f.offset, raw);
      else view[set](at + f.offset, raw, little);
    }
  };
}

/** Markdown table for a protocol's README; a test compares it with the file. */
export function layoutTable(l: Layout): string {
  const rows = l.fields.map((f) => {
    const factor = (f.scale ?? 1) / (f.per ?? 1);
    return `| ${f.offset} | ${f.wire} | ${f.name.startsWith("_") ? f.name.slice(1) : `\`${f.name}\``} | ${f.name.startsWith("_") ? "" : Number(factor.toPrecision(9))} | ${f.unit} | ${f.doc} |`;
  });
  return [
    `### ${l.name} (${l.byteLength} bytes, ${l.endian}-endian)`,
    "",
    l.spec.doc,
    "",
    "| offset | wire | field | scale | unit | meaning |",
    "|---:|---|---|---:|---|---|",
    ...rows,
  ].join("\n");
}
