import {
  type Column,
  type FieldSpec,
  type Group,
  type RecordedGate,
  type RecordedLap,
  type Recording,
  UNITS,
} from "@pitwall/core";
import { FormatError } from "../errors.ts";
import type { Format, ReadOptions } from "../format.ts";
import { type ByteSource, collect } from "../source.ts";
import { ascending } from "../table/order.ts";
import { decimalsOf } from "../text/decimal.ts";
import { textOf } from "../text/lines.ts";
import { headText } from "../text/sniff.ts";
import { TextWriter } from "../text/writer.ts";

const ID = "pitwall-json";
type Json = Readonly<Record<string, unknown>>;
const isObject = (x: unknown): x is Json => typeof x === "object" && x !== null && !Array.isArray(x);
const META = ["title", "vehicle", "driver", "track", "device"] as const;

/** A list of numbers; null is "no sample". */
function* numbers(
  out: TextWriter,
  values: Float64Array,
  decimals: ReturnType<typeof decimalsOf>,
): Generator<Uint8Array> {
  out.text("[");
  for (let i = 0; i < values.length; i++) {
    if (i > 0) out.text(",");
    if (Number.isNaN(values[i]!)) out.text("null");
    else out.number(values[i]!, decimals);
    const piece = out.full();
    if (piece) yield piece;
  }
  out.text("]");
}

async function* write(recording: Recording): AsyncGenerator<Uint8Array> {
  const out = new TextWriter();
  const meta = Object.fromEntries(
    META.flatMap((k) => (recording[k] === undefined ? [] : [[k, recording[k]]])),
  );
  out.text(`{"format":"${ID}","version":1,"absoluteTime":${recording.absoluteTime},`);
  out.text(`"meta":${JSON.stringify(meta)},"gates":${JSON.stringify(recording.gates)},`);
  out.text(
    `"laps":${JSON.stringify(recording.laps)},"notes":${JSON.stringify(recording.notes)},\n"groups":[`,
  );
  for (const [g, group] of recording.groups.entries()) {
    out.text(`${g > 0 ? "," : ""}\n{"name":${JSON.stringify(group.name)},"tUs":`);
    yield* numbers(out, group.tUs, 0);
    out.text(',"columns":[');
    for (const [c, column] of group.columns.entries()) {
      out.text(`${c > 0 ? "," : ""}\n{"field":${JSON.stringify(column.field)},"values":`);
      yield* numbers(out, column.values, decimalsOf(column.field));
      out.text("}");
    }
    out.text("]}");
  }
  out.text("]}\n");
  yield out.rest();
}

const valuesOf = (x: unknown): Float64Array =>
  Float64Array.from(Array.isArray(x) ? x : [], (v) => (typeof v === "number" ? v : Number.NaN));

function fieldOf(x: unknown): FieldSpec | undefined {
  if (!isObject(x) || typeof x["name"] !== "string") return undefined;
  const unit = UNITS.find((u) => u === x["unit"]) ?? "1";
  return { ...x, name: x["name"], unit, doc: String(x["doc"] ?? x["name"]) };
}

function groupOf(x: unknown): Group {
  const group = isObject(x) ? x : {};
  const tUs = valuesOf(group["tUs"]);
  const columns = (Array.isArray(group["columns"]) ? group["columns"] : []).flatMap(
    (c: unknown): Column[] => {
      const field = isObject(c) ? fieldOf(c["field"]) : undefined;
      const values = isObject(c) ? valuesOf(c["values"]) : new Float64Array(0);
      return field && values.length === tUs.length ? [{ field, values }] : [];
    },
  );
  return ascending({ name: String(group["name"] ?? "values"), tUs, columns });
}

async function read(source: ByteSource, options: ReadOptions): Promise<Recording> {
  const text = textOf(await collect(source, options, ID, 256 << 20));
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch (cause) {
    throw new FormatError("malformed", ID, `no JSON: ${(cause as Error).message}`, undefined, { cause });
  }
  if (!isObject(root) || root["version"] !== 1)
    throw new FormatError("unsupported", ID, `version ${isObject(root) ? root["version"] : "?"}, known is 1`);
  const meta = isObject(root["meta"]) ? root["meta"] : {};
  const list = (key: string): readonly unknown[] => (Array.isArray(root[key]) ? root[key] : []);
  const gates = list("gates").filter(
    (g): g is RecordedGate => isObject(g) && Array.isArray(g["ends"]) && g["ends"].length === 4,
  );
  const laps = list("laps").filter(
    (l): l is RecordedLap =>
      isObject(l) && typeof l["startUs"] === "number" && typeof l["endUs"] === "number",
  );
  return {
    groups: list("groups")
      .map(groupOf)
      .filter((g) => g.columns.length > 0),
    absoluteTime: root["absoluteTime"] === true,
    ...Object.fromEntries(META.flatMap((k) => (typeof meta[k] === "string" ? [[k, meta[k]]] : []))),
    gates,
    laps,
    notes: list("notes").map(String),
  };
}

export const pitwallJson: Format = {
  id: ID,
  title: "Pitwall JSON",
  extensions: ["json"],
  sniff: (head) => (/^\s*\{\s*"format"\s*:\s*"pitwall-json"/.test(headText(head, 256)) ? 1 : 0),
  read,
  write,
  carries: {
    times: "own",
    absoluteTime: true,
    channels: "all",
    gaps: true,
    laps: "numbers",
    gates: true,
    remarks: "Everything, with units and names. Read whole into memory.",
  },
};
