import {
  type CanPacket,
  CanTable,
  CodecError,
  canRecord,
  createCanDecoder,
  type DecodeContext,
  type Decoder,
  type Encoder,
  fromPlain,
  type Layout,
  type LayoutField,
  layout,
  type MessageSpec,
  type Protocol,
  type ProtocolOptions,
  Reading,
} from "@pitwall/core";
import { JK_CAN_ALARMS } from "./faults.table.ts";

const OPTIONS = {
  currentSign: {
    doc: "which current the BMS sends as more than 4000",
    values: ["charge-positive", "discharge-positive"],
    default: "charge-positive",
  },
  idOffset: { doc: "added to the identifiers, for a BMS whose address is not 0", default: 0 },
} as const;

const u16 = (
  name: string,
  per: number,
  unit: LayoutField["unit"],
  doc = "",
  more: Partial<LayoutField> = {},
) => ({ name, wire: "u16", per, unit, doc, ...more }) as const;
const u8 = (name: string, unit: LayoutField["unit"], doc = "", more: Partial<LayoutField> = {}) =>
  ({ name, wire: "u8", unit, doc, ...more }) as const;
const temp = (name: string, doc = "") => u8(name, "degC", doc, { zero: 50, missing: 0 });
const named = (
  id: number,
  name: string,
  doc: string,
  fields: readonly LayoutField[],
  endian: "little" | "big" = "little",
): Layout => layout(`jk-can.${name}`, `${doc} Identifier 0x${id.toString(16)}.`, fields, { endian });

function createPackets(options: ProtocolOptions = {}): readonly CanPacket[] {
  const sign = options["currentSign"] === "discharge-positive" ? 1 : -1;
  const offset = Number(options["idOffset"] ?? 0);
  const packet = (id: number, l: Layout, least?: number): CanPacket => ({
    id: id + offset,
    extended: id > 0x7ff,
    layout: l,
    ...(least === undefined ? {} : { least }),
  });
  const cells = Array.from({ length: 6 }, (_, k) => {
    const id = 0x18e0_28f4 + k * 0x1_0000;
    const fields = Array.from({ length: 4 }, (_, i) =>
      u16(`battery.cell.${4 * k + i + 1}.voltage`, 1000, "V", "absent where it is 0", { missing: 0 }),
    );
    return packet(id, named(id, `cells-${4 * k + 1}`, `Cells ${4 * k + 1} to ${4 * k + 4}.`, fields));
  });
  return [
    packet(
      0x2f4,
      named(0x2f4, "state", "Every 20 ms.", [
        u16("battery.voltage", 10, "V"),
        u16("battery.current", 10, "A", "raw 4000 is 0; sign by option `currentSign`", {
          scale: sign,
          zero: 4000,
          bias: 0, // keeps minus zero away
        }),
        u8("battery.soc", "1", "", { per: 100 }),
        u8("_spare", "1"),
        u16("dischargeTime", 1, "h", "left; 0 on many"),
      ]),
      5,
    ),
    packet(
      0x4f4,
      named(0x4f4, "cell-range", "Every 100 ms.", [
        u16("battery.cell.max", 1000, "V"),
        u8("highestCell", "1", "from 1"),
        u16("battery.cell.min", 1000, "V"),
        u8("lowestCell", "1", "from 1"),
      ]),
    ),
    packet(
      0x5f4,
      named(0x5f4, "temp-range", "Every 500 ms.", [
        temp("battery.temp", "highest"),
        u8("hottestSensor", "1", "from 1"),
        temp("lowestTemp"),
        u8("coldestSensor", "1", "from 1"),
        temp("meanTemp"),
      ]),
      4,
    ),
    packet(
      0x18f1_28f4,
      named(0x18f1_28f4, "charge", "Every 100 ms, second version of the protocol.", [
        u16("battery.charge", 10, "Ah", "remaining"),
        u16("capacity", 10, "Ah"),
        u16("totalCharge", 10, "Ah", "through the battery so far"),
        u16("battery.cycles", 1, "1"),
      ]),
    ),
    packet(
      0x18f2_28f4,
      named(0x18f2_28f4, "temps", "Every 500 ms, second version.", [
        u8("sensors", "1"),
        temp("temp1", "absent where it is 0"),
        temp("temp2"),
        temp("switchTemp"),
        temp("temp4"),
        temp("temp5"),
      ]),
      4,
    ),
    packet(
      0x18f5_28f4,
      named(0x18f5_28f4, "switches", "Every 500 ms, second version.", [
        u8("switches", "bits", "", { bits: { 0: "charge", 1: "discharge", 2: "balancing" } }),
      ]),
    ),
    ...cells,
    packet(
      0x1806_e5f4,
      named(
        0x1806_e5f4,
        "charger",
        "What the charger is told; big-endian.",
        [
          u16("chargeVoltageLimit", 10, "V"),
          u16("chargeCurrentLimit", 10, "A"),
          u8("charger", "1", "", { labels: { 0: "on", 1: "off" } }),
        ],
        "big",
      ),
    ),
  ];
}

const ALARMS_ID = 0x7f4;
const ALARM_COUNT = 16;
const ALARMS: MessageSpec = {
  name: "jk-can.alarms",
  doc: "Every 100 ms. Two bits of level an alarm, 0 = none. Identifier 0x7f4.",
  fields: [
    { name: "battery.fault", unit: "bits", resolution: 1, doc: "alarms of any level", bits: JK_CAN_ALARMS },
    { name: "levels", unit: "bits", resolution: 1, doc: "as they are sent" },
  ],
};

function createDecoder(context: DecodeContext, options?: ProtocolOptions): Decoder {
  const alarmsId = ALARMS_ID + Number(options?.["idOffset"] ?? 0);
  return createCanDecoder(context, (emit) => {
    const table = new CanTable(createPackets(options));
    const alarms = new Reading(ALARMS);
    return (frame, view) => {
      const r = table.read(frame, view);
      if (r) {
        emit(r);
        return;
      }
      if (frame.id !== alarmsId || frame.extended || frame.remote || frame.error) return;
      if (frame.length < 4)
        throw new CodecError("bad-length", ALARMS.name, 5, `${frame.length} bytes of data, needs 4`);
      const levels = view.getUint32(0, true);
      let bits = 0;
      for (let i = 0; i < ALARM_COUNT; i++) if (((levels >>> (2 * i)) & 3) !== 0) bits += 1 << i;
      alarms.values[0] = bits;
      alarms.values[1] = levels;
      emit(alarms);
    };
  });
}

function createEncoder(options?: ProtocolOptions): Encoder {
  const table = new CanTable(createPackets(options));
  return {
    encode(message) {
      const fixed = table.encode(message);
      if (fixed) return fixed;
      if (message.message !== ALARMS.name)
        throw new CodecError("unsupported", "jk-can", 0, `no message "${message.message}"`);
      const [bits = 0, levels = Number.NaN] = fromPlain(message, ALARMS).values;
      let raw = Number.isNaN(levels) ? 0 : levels;
      if (Number.isNaN(levels)) for (let i = 0; i < ALARM_COUNT; i++) raw += ((bits >>> i) & 1) * 4 ** i;
      const data = new Uint8Array(4);
      new DataView(data.buffer).setUint32(0, raw, true);
      return canRecord(ALARMS_ID + Number(options?.["idOffset"] ?? 0), false, data);
    },
  };
}

const PACKETS = createPackets();
export const jkCan: Protocol = {
  name: "jk-can",
  title: "JK (Jikong) BMS on CAN",
  carrier: "can",
  messages: [...PACKETS.map((p) => p.layout.spec), ALARMS],
  layouts: PACKETS.map((p) => p.layout),
  options: OPTIONS,
  createDecoder,
  createEncoder,
};
