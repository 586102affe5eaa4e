import type { McapTypes } from "@mcap/core";
import type { FieldSpec, RecordedGate, RecordedLap, Recording } from "@pitwall/core";
import { FormatError } from "../errors.ts";
import type { ReadOptions } from "../format.ts";
import { type ByteSource, piecesOf } from "../source.ts";
import { PointRows } from "../table/point-rows.ts";
import { ProblemLog } from "../table/problems.ts";
import { isEpoch } from "../text/epoch.ts";
import { fieldFor, remarkOn, type Take, type Taken, takerOf } from "./messages.ts";
import { fieldFrom, flatten, METADATA, SCHEMA } from "./own.ts";
import { ResumingReader } from "./resuming.ts";

const ID = "mcap";

type Topic = {
  readonly name: string;
  readonly take: Take;
  readonly rows: PointRows;
  readonly own: boolean;
  readonly fieldOf: (id: string) => FieldSpec;
};

const decoder = new TextDecoder();
const ownTake: Take = (data, into) => flatten(JSON.parse(decoder.decode(data)), into.values);

/** What stands in the metadata record that Pitwall writes. */
type Meta = Partial<Pick<Recording, "title" | "vehicle" | "driver" | "track" | "device" | "absoluteTime">> & {
  gates?: RecordedGate[];
  laps?: RecordedLap[];
};

class Gathering {
  readonly problems = new ProblemLog();
  readonly topics = new Map<number, Topic>();
  readonly #schemas = new Map<number, string>();
  readonly #leftOut = new Set<string>();
  readonly #taken: Taken = { stampUs: Number.NaN, values: new Map() };
  meta: Meta = {};
  messages = 0;

  record(record: McapTypes.TypedMcapRecord, offset: number): void {
    if (record.type === "Schema") this.#schemas.set(record.id, record.name);
    else if (record.type === "Channel") this.#channel(record);
    else if (record.type === "Metadata" && record.name === METADATA)
      this.#metadata(record.metadata.get("recording"));
    else if (record.type === "Message") this.#message(record, offset);
  }

  #channel(channel: McapTypes.Channel): void {
    if (this.topics.has(channel.id)) return;
    const { metadata } = channel;
    if (metadata.has("session") && metadata.has("protocol"))
      throw new FormatError("unsupported", ID, "a journal of frames, which the store reads");
    const schema = this.#schemas.get(channel.schemaId) ?? "";
    const own = schema === SCHEMA && channel.messageEncoding === "json";
    const take = own ? ownTake : takerOf(schema, channel.messageEncoding);
    if (!take) {
      this.#leftOut.add(`${channel.topic} (${schema || "no schema"}, ${channel.messageEncoding})`);
      return;
    }
    this.problems.note(remarkOn(schema));
    this.topics.set(channel.id, {
      name: own ? channel.topic.replace(/^\/pitwall\//, "") : channel.topic,
      take,
      rows: new PointRows(),
      own,
      fieldOf: (id) => (own ? fieldFrom(id, metadata.get(id)) : undefined) ?? fieldFor(id),
    });
  }

  #metadata(text: string | undefined): void {
    try {
      this.meta = JSON.parse(text ?? "{}") as Meta;
    } catch {
      this.problems.add("malformed", "the metadata of the recording is no JSON");
    }
  }

  #message(message: McapTypes.Message, offset: number): void {
    const topic = this.topics.get(message.channelId);
    if (!topic) return;
    const taken = this.#taken;
    taken.values.clear();
    taken.stampUs = Number.NaN;
    try {
      topic.take(message.data, taken);
    } catch (e) {
      this.problems.add("malformed", `a message of ${topic.name} cannot be read: ${(e as Error).message}`, {
        offset,
      });
      return;
    }
    const logUs = Number(message.logTime / 1000n);
    for (const [id, value] of taken.values)
      topic.rows.set(id, () => ({ field: topic.fieldOf(id), scale: 1, offset: 0 }), value);
    topic.rows.add(Number.isNaN(taken.stampUs) ? logUs : taken.stampUs);
    this.messages++;
  }

  note(): void {
    if (this.#leftOut.size > 0)
      this.problems.note(`topics of kinds that are not read: ${[...this.#leftOut].slice(0, 12).join(", ")}`);
  }
}

/** Messages carry doubles: the decimals that happen to be in them say nothing; the field's own step does. */
function settled(field: FieldSpec, own: FieldSpec): FieldSpec {
  const { resolution: _, offset: __, ...rest } = field;
  return {
    ...rest,
    ...(own.resolution === undefined ? {} : { resolution: own.resolution }),
    ...(own.offset === undefined ? {} : { offset: own.offset }),
  };
}

export async function readMcap(source: ByteSource, options: ReadOptions): Promise<Recording> {
  const gathering = new Gathering();
  const { problems } = gathering;
  const reader = new ResumingReader({
    onRecord: (record, offset) => gathering.record(record, offset),
    onDamage: (reason, offset) => problems.add("malformed", reason, { offset }),
  });
  for await (const piece of piecesOf(source, options)) reader.push(piece);
  if (!reader.settled)
    problems.add("truncated", "the file ends without its footer", { offset: reader.offset });
  gathering.note();
  const topics = [...gathering.topics.values()];
  // Pitwall's own topics say everything; the position beside them is for map panels
  const chosen = topics.some((t) => t.own) ? topics.filter((t) => t.own) : topics;
  const groups = chosen.flatMap((t) => {
    const group = t.rows.finish(t.name);
    if (!group) return [];
    return [
      {
        ...group,
        columns: group.columns.map((c) => ({ ...c, field: settled(c.field, t.fieldOf(c.field.name)) })),
      },
    ];
  });
  const report = problems.report();
  if (groups.length === 0)
    throw new FormatError("empty", ID, report.notes[0] ?? "no topic with positions or motion");
  const { gates = [], laps = [], absoluteTime, ...meta } = gathering.meta;
  return {
    groups,
    absoluteTime: absoluteTime ?? groups.every((g) => isEpoch(g.tUs[0]!)),
    ...(options.name === undefined ? {} : { title: options.name }),
    ...meta,
    gates,
    laps,
    ...report,
  };
}
