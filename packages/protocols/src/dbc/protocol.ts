import {
  CodecError,
  canRecord,
  createCanDecoder,
  type DecodeContext,
  type Decoder,
  type Encoder,
  type FieldSpec,
  fromPlain,
  type MessageSpec,
  type PlainMessage,
  type Protocol,
  Reading,
} from "@pitwall/core";
import { writeFloat, writeShares } from "./bits.ts";
import { compile, interpret, type PlannedSignal, plan, type ReadSignals } from "./compile.ts";
import { parseMapping, targetsOf } from "./mapping.ts";
import type { Dbc, DbcMessage, DbcProblem } from "./model.ts";
import { parseDbc } from "./parse.ts";

export type DbcEntry = {
  readonly message: DbcMessage;
  readonly spec: MessageSpec;
  readonly planned: readonly PlannedSignal[];
  readonly read: ReadSignals;
};
/** A DBC file made ready to decode and encode. */
export type DbcDatabase = {
  readonly entries: readonly DbcEntry[];
  readonly problems: readonly DbcProblem[];
  /** The entry of an identifier. */
  find(id: number, extended: boolean): DbcEntry | undefined;
};

const EXTENDED = 0x2000_0000;
const keyOf = (id: number, extended: boolean): number => (extended ? id + EXTENDED : id);

function fieldOf({ signal: s, target: t }: PlannedSignal): FieldSpec {
  const step = Math.abs(((s.factor / s.divisor) * t.scale) / t.per);
  const unit = s.unit === "" || s.unit === t.unit ? "" : ` (in the file: ${s.unit})`;
  const origin = t.name === s.name ? "" : `${s.name} `;
  return {
    name: t.name,
    unit: t.unit,
    doc: `${origin}${s.comment}${unit}`.trim(),
    ...(s.kind === "integer"
      ? { resolution: step, offset: ((s.offset / s.divisor) * t.scale) / t.per + t.bias }
      : s.kind === "float32"
        ? { float32: true as const }
        : {}),
    ...(s.labels ? { labels: s.labels } : {}),
  };
}

/** Names of messages in lower case, as everywhere; where two become the same, their identifier follows. */
function namesOf(messages: readonly DbcMessage[]): string[] {
  const lower = messages.map((m) => `dbc.${m.name.toLowerCase()}`);
  return lower.map((n, i) =>
    lower.indexOf(n) === lower.lastIndexOf(n) ? n : `${n}-${messages[i]!.id.toString(16)}`,
  );
}

/** Throws CodecError "malformed" for a mapping that does not fit the file. */
export function createDatabase(dbc: Dbc, mapping = ""): DbcDatabase {
  const rules = parseMapping(mapping);
  for (const r of rules) {
    const isThere = dbc.messages.some(
      (m) => (r.message ?? m.name) === m.name && m.signals.some((s) => s.name === r.signal),
    );
    if (!isThere)
      throw new CodecError(
        "malformed",
        "dbc mapping",
        0,
        `the file has no signal ${r.message ? `${r.message}.` : ""}${r.signal}`,
      );
  }
  const names = namesOf(dbc.messages);
  const entries = dbc.messages.map((message, i): DbcEntry => {
    const planned = plan(message, targetsOf(message, rules));
    const spec: MessageSpec = { name: names[i]!, doc: message.comment, fields: planned.map(fieldOf) };
    return { message, spec, planned, read: compile(planned) ?? interpret(planned) };
  });
  const byKey = new Map(entries.map((e) => [keyOf(e.message.id, e.message.extended), e]));
  return { entries, problems: dbc.problems, find: (id, extended) => byKey.get(keyOf(id, extended)) };
}

export function createDbcDecoder(database: DbcDatabase, context: DecodeContext): Decoder {
  return createCanDecoder(context, (emit, problem) => {
    for (const p of database.problems)
      problem({
        code: "malformed",
        offset: p.offset,
        length: 0,
        reason: `DBC file, line ${p.line}: ${p.reason}`,
      });
    const readings = new Map(database.entries.map((e) => [e, new Reading(e.spec)]));
    return (frame) => {
      if (frame.remote || frame.error) return;
      const entry = database.find(frame.id, frame.extended);
      if (!entry) return;
      const reading = readings.get(entry)!;
      entry.read(frame.data, frame.length, reading.values);
      emit(reading);
    };
  });
}

export function createDbcEncoder(database: DbcDatabase): Encoder {
  const byName = new Map(database.entries.map((e) => [e.spec.name, e]));
  return {
    encode(message) {
      const entry = byName.get(message.message);
      if (!entry) throw new CodecError("unsupported", "dbc", 0, `no message "${message.message}"`);
      return canRecord(entry.message.id, entry.message.extended, dataOf(entry, message));
    },
  };
}

/** Signals that are absent leave their bits at 0; what is multiplexed shares bits, so only what is there is written. */
function dataOf(entry: DbcEntry, message: PlainMessage): Uint8Array {
  const row = fromPlain(message, entry.spec).values;
  const data = new Uint8Array(entry.message.length);
  entry.planned.forEach((p, i) => {
    const x = row[i]!;
    if (Number.isNaN(x)) return;
    const { signal: s, target: t } = p;
    const physical = ((x - t.bias) * t.per) / t.scale;
    const exact = (physical * s.divisor - s.offset) / s.factor;
    if (s.kind !== "integer") {
      writeFloat(data, p.shares, s.kind === "float32" ? 32 : 64, exact);
      return;
    }
    const raw = Math.round(exact);
    const [lo, hi] = s.signed ? [-(2 ** (s.length - 1)), 2 ** (s.length - 1) - 1] : [0, 2 ** s.length - 1];
    if (!(raw >= lo && raw <= hi))
      throw new CodecError(
        "out-of-range",
        entry.spec.name,
        s.start >> 3,
        `${t.name}=${x} does not fit ${s.length} bits`,
      );
    writeShares(data, p.shares, raw);
  });
  return data;
}

/** A protocol of one DBC file; its messages are those of the file. Throws CodecError for a mapping that does not fit. */
export function createDbcProtocol(
  text: string,
  mapping = "",
  name = "dbc",
): Protocol & { readonly database: DbcDatabase } {
  const database = createDatabase(parseDbc(text), mapping);
  return {
    name,
    title: "CAN frames by a DBC file",
    carrier: "can",
    messages: database.entries.map((e) => e.spec),
    createDecoder: (context) => createDbcDecoder(database, context),
    createEncoder: () => createDbcEncoder(database),
    database,
  };
}
