import { createTally, type DecodeContext, type Decoder, type ProtocolOptions, Reading } from "@pitwall/core";
import { COMMAND_HEADER, createNodeFramer, HELLO_REPLY } from "./framing.ts";
import { HELLO_MESSAGE } from "./hello.ts";
import { type NodeOptions, parseOptions } from "./options.ts";
import { createPackets, DEVICE, type NodePacket, PACKET_BYTES } from "./packets.ts";

const U32 = 2 ** 32;
/** An input voltage above this is no 12-bit reading, but the upper half of a battery board's float. */
const MAX_ADC = 0x0fff;

type Slot = { readonly packet: NodePacket; readonly reading: Reading; readonly at: Places };
type Places = { readonly lat: number; readonly speed: number; readonly course: number; readonly fix: number };

function slotOf(packet: NodePacket): Slot {
  const at = (name: string) => packet.spec.fields.findIndex((f) => f.name === name);
  return {
    packet,
    reading: new Reading(packet.spec),
    at: { lat: at("gnss.lat"), speed: at("gnss.speed"), course: at("gnss.course"), fix: at("fix") },
  };
}

/** Packet 0 of device 0: an Alltrax leaves its last bytes 0 and reads its voltage with an ADC. */
function isBattery(view: DataView, start: number, rule: string): boolean {
  if (rule !== "auto") return rule === "battery";
  const tail = view.getUint8(start + 11) | view.getUint8(start + 12) | view.getUint8(start + 13);
  return tail !== 0 || view.getUint16(start + 3, true) > MAX_ADC;
}

/** Which packet a device's number means; `undefined` for what no board sends. */
function createTable(o: NodeOptions) {
  const p = createPackets(o);
  const gps: Readonly<Record<string, readonly [NodePacket, NodePacket]>> = {
    code: [p.attitude, p.position],
    stateful: [p.attitudeFix, p.positionFix],
    readme: [p.fix, p.motion],
  };
  const rows: (readonly NodePacket[])[] = [];
  rows[DEVICE.alltrax] = [p.alltrax, p.batteryState];
  rows[DEVICE.vesc] = [p.vesc];
  rows[DEVICE.motor] = [p.motor];
  rows[DEVICE.battery] = [p.battery, p.batteryState];
  rows[DEVICE.gpsImu] = gps[o.gps] ?? gps["code"]!;
  rows[DEVICE.throttle] = [p.throttle];
  rows[DEVICE.solar] = [p.solar];
  return {
    slots: rows.map((row) => row.map(slotOf)),
    battery: slotOf(p.battery),
    command: slotOf(p.command),
    fix: p.fix,
  };
}

export function createDecoder(context: DecodeContext, options?: ProtocolOptions): Decoder {
  const o = parseOptions(options);
  const tally = createTally(context);
  const table = createTable(o);
  const hello = new Reading(HELLO_MESSAGE);
  let device = o.device;
  let hasFix = true; // until a packet says otherwise: positions come in packets that do not tell
  let receivedUs = Number.NaN;

  function find(view: DataView, start: number): Slot | undefined {
    const lead = view.getUint8(start);
    if (lead === COMMAND_HEADER || o.toNode) return table.command;
    const meta = view.getUint8(start + 14);
    const number = o.stateful || o.leadIsDevice ? meta : meta & 0x0f;
    const id = o.stateful ? device : o.leadIsDevice ? lead : meta >> 4;
    if (id === DEVICE.alltrax && number === 0 && isBattery(view, start, o.zeroDevice)) return table.battery;
    return table.slots[id]?.[number];
  }

  /** Values of a fix that is not there are absent; a board without a fix sends 0. */
  function dropUnfixed({ reading, at }: Slot): void {
    const v = reading.values;
    if (at.fix >= 0) hasFix = v[at.fix] !== 0;
    const zeroPlace = at.lat >= 0 && v[at.lat] === 0 && v[at.lat + 1] === 0;
    if (hasFix && !zeroPlace) return;
    if (at.lat >= 0) v.fill(Number.NaN, at.lat, at.lat + 2);
    if (at.speed >= 0) v[at.speed] = Number.NaN;
    if (at.course >= 0) v[at.course] = Number.NaN;
  }

  function refuse(slot: Slot): void {
    const v = slot.reading.values;
    for (let i = 0; i < v.length; i++) {
      const x = v[i]!;
      const name = slot.packet.spec.fields[i]!.name;
      const limit = name === "gnss.lat" ? 90 : name === "gnss.lon" ? 180 : Number.MAX_VALUE;
      if (Math.abs(x) <= limit || Number.isNaN(x)) continue;
      const place = slot.packet.fields.find((f) => f.name === name)!;
      tally.problem({
        code: "out-of-range",
        offset: framer.frameOffset + place.offset,
        length: 4,
        reason: `${name} = ${x}`,
      });
      v[i] = Number.NaN;
    }
  }

  function timeOf(view: DataView, start: number): number {
    const raw = view.getUint32(start + 9, true);
    if (raw === 0) return Number.NaN;
    if (!o.epochMs) return raw * 1e6;
    const turns = Math.round((receivedUs / 1000 - raw) / U32);
    return (raw + turns * U32) * 1000;
  }

  const framer = createNodeFramer(
    (bytes, view, start, end) => {
      tally.stats.frames++;
      if (end - start < PACKET_BYTES) {
        const id = bytes[start + (bytes[start + 1] === HELLO_REPLY ? 2 : 1)]!;
        if (bytes[start] === HELLO_REPLY || end - start < 2) return;
        device = id;
        hello.values[0] = id;
        tally.reading(hello);
        return;
      }
      const slot = find(view, start);
      if (!slot) {
        const unknown = o.stateful && device < 0;
        tally.problem({
          code: unknown ? "out-of-sequence" : "unsupported",
          offset: framer.frameOffset,
          length: end - start,
          reason: unknown
            ? "no handshake seen yet: the option `device` names the device"
            : `no packet ${view.getUint8(start + 14) & 0x0f} of device ${view.getUint8(start + 14) >> 4}`,
        });
        return;
      }
      const r = slot.reading;
      slot.packet.read(view, start, r.values, 0);
      if (slot.packet === table.fix) r.tUs = timeOf(view, start);
      if (slot.at.lat >= 0 || slot.at.speed >= 0 || slot.at.fix >= 0) dropUnfixed(slot);
      refuse(slot);
      tally.reading(r);
    },
    tally.problem,
    o,
  );

  return {
    stats: tally.stats,
    push(bytes, tUs = Number.NaN) {
      receivedUs = tUs;
      framer.push(bytes);
    },
    end: () => framer.end(),
  };
}
