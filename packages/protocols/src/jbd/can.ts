import {
  CanTable,
  CodecError,
  canRecord,
  createCanDecoder,
  type DecodeContext,
  type Decoder,
  type Encoder,
  fromPlain,
  type PlainMessage,
  type Protocol,
  Reading,
} from "@pitwall/core";
import { ALARM_COUNT, ALARMS, ALARMS_ID, JBD_CAN_PACKETS, SOC_NAME, TEXTS } from "./can-packets.ts";
import { createTexts, textFrames } from "./can-texts.ts";

const SOC_ROUNDED = 0;
const SOC = 2;
const ACTIVE = 1;
const INACTIVE = 2;
const TABLE = new CanTable(JBD_CAN_PACKETS);

/** One bit a pair whose value is "active". */
function activePairs(word: number): number {
  let bits = 0;
  for (let i = 0; i < ALARM_COUNT; i++) if (((word >>> (2 * i)) & 3) === ACTIVE) bits += 1 << i;
  return bits;
}
function toPairs(bits: number): number {
  let word = 0;
  for (let i = 0; i < ALARM_COUNT; i++) word += (((bits >>> i) & 1) === 1 ? ACTIVE : INACTIVE) * 4 ** i;
  return word;
}

function createDecoder(context: DecodeContext): Decoder {
  return createCanDecoder(context, (emit) => {
    const table = new CanTable(JBD_CAN_PACKETS);
    const alarms = new Reading(ALARMS);
    const onText = createTexts(emit);
    return (frame, view) => {
      const r = table.read(frame, view);
      if (r) {
        const v = r.values;
        if (r.message.name === SOC_NAME && Number.isNaN(v[SOC]!)) v[SOC] = v[SOC_ROUNDED]!;
        emit(r);
      } else if (frame.id === ALARMS_ID && !frame.extended && !frame.remote && !frame.error) {
        if (frame.length < 4)
          throw new CodecError("bad-length", ALARMS.name, 5, `${frame.length} bytes of data, needs 4`);
        alarms.values[0] = activePairs(view.getUint32(0, true));
        alarms.values[1] = frame.length < 8 ? Number.NaN : activePairs(view.getUint32(4, true));
        emit(alarms);
      } else onText(frame);
    };
  });
}

function encodeFrames(message: PlainMessage): Uint8Array[] {
  const soc = message.values["battery.soc"];
  const withRounded = message.message === SOC_NAME && typeof soc === "number";
  const whole = withRounded ? { ...message, values: { socRounded: soc, ...message.values } } : message;
  const fixed = TABLE.encode(whole);
  if (fixed) return [fixed];
  if (message.message === ALARMS.name) {
    const [fault = 0, warnings = Number.NaN] = fromPlain(message, ALARMS).values;
    const data = new Uint8Array(Number.isNaN(warnings) ? 4 : 8);
    const view = new DataView(data.buffer);
    view.setUint32(0, toPairs(fault || 0), true);
    if (data.length === 8) view.setUint32(4, toPairs(warnings), true);
    return [canRecord(ALARMS_ID, false, data)];
  }
  const text = textFrames(message);
  if (text) return text;
  throw new CodecError("unsupported", "jbd-can", 0, `no message "${message.message}"`);
}

function encode(message: PlainMessage): Uint8Array {
  const frames = encodeFrames(message);
  if (frames.length === 1) return frames[0]!;
  throw new CodecError("unsupported", message.message, 0, `takes ${frames.length} frames: use encodeFrames`);
}

export const jbdCan: Protocol = {
  name: "jbd-can",
  title: "JBD BMS on CAN, and others that speak to inverters the same way",
  carrier: "can",
  messages: [...JBD_CAN_PACKETS.map((p) => p.layout.spec), ALARMS, ...TEXTS.map((t) => t.spec)],
  layouts: JBD_CAN_PACKETS.map((p) => p.layout),
  createDecoder,
  createEncoder: (): Encoder => ({ encode, encodeFrames }),
};
