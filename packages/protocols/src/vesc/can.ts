import {
  type CanFrame,
  CodecError,
  canRecord,
  crc16Xmodem,
  createCanDecoder,
  type DecodeContext,
  type Decoder,
  dropInfinite,
  type Encoder,
  fromPlain,
  type PlainMessage,
  type Protocol,
  type ProtocolOptions,
  Reading,
  requireUnsigned,
} from "@pitwall/core";
import { CAN_PACKET, CONTROLLER, GNSS, STATUSES } from "./can-packets.ts";
import { Fragments } from "./fragments.ts";
import { createGnss, gnssFrames, isGnssCommand } from "./gnss.ts";
import { DRIVE_OPTIONS, parseDrive } from "./options.ts";
import { createPayloadDecoder } from "./payload-decoder.ts";
import { encodePayload, PAYLOAD_MESSAGES } from "./payload-encoder.ts";
import { motorDegC, NO_SENSOR_DEGC, sensorDegC } from "./temperature.ts";
import { REQUEST } from "./values.ts";

const [ERPM, RPM, SPEED] = [1, 4, 5];
const [CONTROLLER_TEMP, MOTOR_TEMP] = [1, 2];
const STATUS = 9;
const STATUS_4 = 16;
const REPLY = 1;

function createDecoder(context: DecodeContext, options?: ProtocolOptions): Decoder {
  const drive = parseDrive(options);
  let endOfGnss = () => {};
  const decoder = createCanDecoder(context, (emit, problem) => {
    const statuses: ({ packet: (typeof STATUSES)[number]; reading: Reading } | undefined)[] = [];
    for (const packet of STATUSES) statuses[packet.command] = { packet, reading: new Reading(packet.spec) };
    const payloads = createPayloadDecoder(drive, emit);
    const fragments = new Fragments();
    const gnss = createGnss((r) => {
      if (dropInfinite(r.values) >= 0)
        problem({ code: "out-of-range", offset: 0, length: 8, reason: `${GNSS.name}: infinite value` });
      emit(r);
    });
    endOfGnss = gnss.end;

    function atLeast(frame: CanFrame, bytes: number, what: string): void {
      if (frame.length < bytes)
        throw new CodecError("bad-length", what, 5, `${frame.length} bytes of data, needs ${bytes}`);
    }

    function payload(
      bytes: DataView,
      at: number,
      end: number,
      mode: number,
      source: number,
      receiver: number,
    ): void {
      if (mode === REPLY) payloads.readReply(bytes, at, end, source);
      else payloads.readRequest(bytes, at, end, receiver);
    }

    return (frame, view) => {
      if (!frame.extended || frame.remote || frame.error) return;
      const command = frame.id >>> 8;
      const controller = frame.id & 0xff;
      const status = statuses[command];
      if (status) {
        atLeast(frame, status.packet.minLength, status.packet.layout.name);
        const v = status.reading.values;
        v[0] = controller;
        status.packet.layout.read(view, 0, v, 1);
        if (command === STATUS) {
          v[RPM] = drive.motorRpm(v[ERPM]!);
          v[SPEED] = drive.wheelSpeedMps(v[ERPM]!);
        } else if (command === STATUS_4) {
          v[CONTROLLER_TEMP] = sensorDegC(v[CONTROLLER_TEMP]!);
          v[MOTOR_TEMP] = motorDegC(v[MOTOR_TEMP]!, drive.motorTempFitted);
        }
        emit(status.reading);
      } else if (isGnssCommand(command)) {
        atLeast(frame, 8, GNSS.name);
        gnss.frame(command, controller, view);
      } else if (command === CAN_PACKET.fillBuffer) {
        atLeast(frame, 2, "vesc-can fragment");
        fragments.fill(controller, frame.data[0]!, frame.data, 1, frame.length);
      } else if (command === CAN_PACKET.fillBufferLong) {
        atLeast(frame, 3, "vesc-can fragment");
        fragments.fill(controller, view.getUint16(0), frame.data, 2, frame.length);
      } else if (command === CAN_PACKET.processBuffer) {
        atLeast(frame, 6, "vesc-can fragment");
        const length = view.getUint16(2);
        const bytes = fragments.take(controller, length, view.getUint16(4));
        payload(bytes, 0, length, frame.data[1]!, frame.data[0]!, controller);
      } else if (command === CAN_PACKET.processShort) {
        atLeast(frame, 3, "vesc-can fragment");
        payload(view, 2, frame.length, frame.data[1]!, frame.data[0]!, controller);
      }
    };
  });
  return {
    ...decoder,
    end() {
      endOfGnss();
    },
  };
}

/** A payload as the firmware sends it: in one frame up to six bytes, else in fragments and a closing frame. */
function payloadFrames(payload: Uint8Array, source: number, receiver: number, mode: number): Uint8Array[] {
  const record = (command: number, data: ArrayLike<number>) =>
    canRecord((command << 8) | receiver, true, Uint8Array.from(data));
  if (payload.length <= 6) return [record(CAN_PACKET.processShort, [source, mode, ...payload])];
  const frames: Uint8Array[] = [];
  let at = 0;
  for (; at < payload.length && at <= 255; at += 7)
    frames.push(record(CAN_PACKET.fillBuffer, [at, ...payload.subarray(at, at + 7)]));
  for (; at < payload.length; at += 6)
    frames.push(record(CAN_PACKET.fillBufferLong, [at >> 8, at & 0xff, ...payload.subarray(at, at + 6)]));
  const crc = crc16Xmodem(payload, 0, payload.length);
  const n = payload.length;
  frames.push(record(CAN_PACKET.processBuffer, [source, mode, n >> 8, n & 0xff, crc >> 8, crc & 0xff]));
  return frames;
}

function createEncoder(options?: ProtocolOptions): Encoder {
  const { hostId } = parseDrive(options);

  function encodeFrames(message: PlainMessage): Uint8Array[] {
    const given = message.values[CONTROLLER.name];
    const controller = requireUnsigned(typeof given === "number" ? given : 0, 8, "vesc-can", CONTROLLER.name);
    const status = STATUSES.find((s) => s.spec.name === message.message);
    if (status) {
      const row = fromPlain(message, status.spec).values.slice(1, 1 + status.layout.spec.fields.length);
      for (let i = 0; i < row.length; i++)
        if (Number.isNaN(row[i]!))
          row[i] = status.layout.spec.fields[i]!.unit === "degC" ? NO_SENSOR_DEGC : 0;
      const data = new Uint8Array(status.layout.byteLength);
      status.layout.write(new DataView(data.buffer), 0, row);
      return [canRecord((status.command << 8) | controller, true, data)];
    }
    if (message.message === GNSS.name) {
      const r = fromPlain(message, GNSS);
      return gnssFrames(r.values, r.tUs).map(([command, data]) =>
        canRecord((command << 8) | controller, true, data),
      );
    }
    const payload = encodePayload(message, true);
    if (!payload) throw new CodecError("unsupported", "vesc-can", 0, `no message "${message.message}"`);
    return message.message === REQUEST.name
      ? payloadFrames(payload, hostId, controller, 0)
      : payloadFrames(payload, controller, hostId, REPLY);
  }

  return {
    encodeFrames,
    encode(message) {
      const frames = encodeFrames(message);
      if (frames.length === 1) return frames[0]!;
      throw new CodecError(
        "unsupported",
        message.message,
        0,
        `takes ${frames.length} frames: use encodeFrames`,
      );
    },
  };
}

export const vescCan: Protocol = {
  name: "vesc-can",
  title: "VESC and Flipsky controllers on CAN",
  carrier: "can",
  messages: [...STATUSES.map((s) => s.spec), GNSS, ...PAYLOAD_MESSAGES],
  layouts: STATUSES.map((s) => s.layout),
  options: DRIVE_OPTIONS,
  createDecoder,
  createEncoder,
};
