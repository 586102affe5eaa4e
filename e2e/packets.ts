import { BLACKBOX_PACKETS, encodeBlackbox } from "@pitwall/protocols";

const PACKET = BLACKBOX_PACKETS[4]!;
const FIELDS = PACKET.spec.fields.map((f) => f.name);

/** A version 4 packet with the given values; everything else 0, position valid. */
export function blackboxPacket(values: Readonly<Record<string, number>>): Uint8Array {
  const row = new Float64Array(FIELDS.length);
  row[FIELDS.indexOf("gpsValid")] = 1;
  for (const [name, value] of Object.entries(values)) {
    const at = FIELDS.indexOf(name);
    if (at < 0) throw new RangeError(`no field ${name}`);
    row[at] = value;
  }
  return encodeBlackbox(PACKET, row);
}
