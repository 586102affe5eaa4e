import type { CanFrame } from "./can.ts";
import { createCanFrame } from "./can.ts";
import { CodecError } from "./errors.ts";
import { fromHex, toHex } from "./hex.ts";
import type { MessageSpec, PlainMessage, Reading } from "./message.ts";

const flag = (name: string, doc: string) =>
  ({ name, unit: "1", resolution: 1, doc, labels: { 0: "no", 1: "yes" } }) as const;

/** A CAN frame as a message, for logs and adapters that are looked at as such. */
export const CAN_FRAME: MessageSpec = {
  name: "can.frame",
  doc: "A frame of the bus.",
  fields: [
    { name: "id", unit: "code", resolution: 1, doc: "11 or 29 bits" },
    flag("extended", "29-bit identifier"),
    flag("remote", "a request for data"),
    flag("error", "an error frame of the controller"),
    flag("fd", "CAN FD"),
    { name: "length", unit: "1", resolution: 1, doc: "bytes of data, or asked for" },
  ],
  texts: ["data", "interface"],
};

/** Times below this are not those of the calendar, but since a logger or an adapter started. */
const EPOCH_FROM_US = 1e15;

/** Fills a Reading of CAN_FRAME. */
export function fillCanFrame(r: Reading, frame: CanFrame, iface?: string): Reading {
  const v = r.values;
  v[0] = frame.id;
  v[1] = frame.extended ? 1 : 0;
  v[2] = frame.remote ? 1 : 0;
  v[3] = frame.error ? 1 : 0;
  v[4] = frame.fd ? 1 : 0;
  v[5] = frame.length;
  const isEpoch = frame.tUs >= EPOCH_FROM_US;
  r.tUs = isEpoch ? frame.tUs : Number.NaN;
  r.bootUs = isEpoch ? Number.NaN : frame.tUs;
  const data = toHex(frame.data, 0, frame.remote ? 0 : frame.length);
  r.texts = iface === undefined ? { data } : { data, interface: iface };
  return r;
}

/** The frame of a message `can.frame`. Throws CodecError. */
export function canFrameOf(message: PlainMessage): CanFrame {
  if (message.message !== CAN_FRAME.name)
    throw new CodecError("unsupported", CAN_FRAME.name, 0, `"${message.message}" is no CAN frame`);
  const number = (name: string) => Number(message.values[name] ?? 0);
  const frame = createCanFrame();
  const data = fromHex(String(message.values["data"] ?? ""));
  frame.id = number("id");
  frame.extended = number("extended") === 1;
  frame.remote = number("remote") === 1;
  frame.error = number("error") === 1;
  frame.fd = number("fd") === 1;
  frame.length = frame.remote ? number("length") : data.length;
  const most = frame.fd ? 64 : 8;
  if (
    !(frame.length <= most) ||
    !(frame.id >= 0 && frame.id <= (frame.extended || frame.error ? 0x1fff_ffff : 0x7ff))
  )
    throw new CodecError("out-of-range", CAN_FRAME.name, 0, `id ${frame.id}, ${frame.length} bytes`);
  frame.data.set(data);
  frame.tUs = message.tUs ?? message.bootUs ?? Number.NaN;
  return frame;
}
