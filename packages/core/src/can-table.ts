import { type CanFrame, canRecord } from "./can.ts";
import { CodecError } from "./errors.ts";
import type { Layout } from "./layout.ts";
import { fromPlain, type PlainMessage, Reading } from "./message.ts";

/** A message that is one CAN frame of a fixed layout. */
export type CanPacket = {
  readonly id: number;
  readonly extended?: boolean;
  readonly layout: Layout;
  /** Shorter frames are read as far as they go, down to this many bytes; without it, the whole layout is needed. */
  readonly least?: number;
};

type Entry = { readonly packet: CanPacket; readonly reading: Reading; readonly ends: readonly number[] };

const keyOf = (id: number, extended: boolean): number => (extended ? id + 0x2000_0000 : id);
const valuesOf = (l: Layout) => l.fields.filter((f) => !f.name.startsWith("_"));

/** Reads and writes the fixed frames of a protocol by their identifiers. */
export class CanTable {
  readonly #byId = new Map<number, Entry>();
  readonly #packets: readonly CanPacket[];

  constructor(packets: readonly CanPacket[]) {
    this.#packets = packets;
    for (const packet of packets) {
      const { layout, id, extended = false } = packet;
      const values = valuesOf(layout);
      const ends = values.map((f) => {
        const next = layout.fields[layout.fields.indexOf(f) + 1];
        return next?.offset ?? layout.byteLength;
      });
      this.#byId.set(keyOf(id, extended), { packet, reading: new Reading(layout.spec), ends });
    }
  }

  /** The frame's message, borrowed; undefined for an identifier that is none of these. Throws CodecError "bad-length". */
  read(frame: CanFrame, view: DataView): Reading | undefined {
    if (frame.remote || frame.error) return undefined;
    const entry = this.#byId.get(keyOf(frame.id, frame.extended));
    if (!entry) return undefined;
    const { packet, reading, ends } = entry;
    const need = packet.least ?? packet.layout.byteLength;
    if (frame.length < need)
      throw new CodecError(
        "bad-length",
        packet.layout.name,
        5,
        `${frame.length} bytes of data, needs ${need}`,
      );
    packet.layout.read(view, 0, reading.values, 0);
    if (frame.length < packet.layout.byteLength)
      for (let i = 0; i < ends.length; i++) if (ends[i]! > frame.length) reading.values[i] = Number.NaN;
    return reading;
  }

  /** A CAN record; undefined for a message that is none of these. What is absent is sent as "missing", else as 0. */
  encode(message: PlainMessage): Uint8Array | undefined {
    const packet = this.#packets.find((p) => p.layout.name === message.message);
    if (!packet) return undefined;
    const { layout, id, extended = false } = packet;
    const row = fromPlain(message, layout.spec).values;
    const values = valuesOf(layout);
    let length = layout.byteLength;
    for (let i = row.length - 1; i >= 0 && Number.isNaN(row[i]!); i--)
      if (values[i]!.missing === undefined && values[i]!.offset >= (packet.least ?? length))
        length = values[i]!.offset;
      else break;
    for (let i = 0; i < row.length; i++)
      if (Number.isNaN(row[i]!) && values[i]!.missing === undefined) row[i] = 0;
    const data = new Uint8Array(layout.byteLength);
    layout.write(new DataView(data.buffer), 0, row);
    return canRecord(id, extended, data.subarray(0, length));
  }
}
