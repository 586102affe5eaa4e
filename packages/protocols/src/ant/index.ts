import type { Protocol } from "@pitwall/core";
import { createDecoder } from "./decoder.ts";
import { createEncoder } from "./encoder.ts";
import { createAntFramer } from "./framing.ts";
import { DEVICE, newSpec, newTail, REQUEST } from "./new-status.ts";
import { oldSpec, oldStatus } from "./old-status.ts";
import { ANT_OPTIONS } from "./options.ts";

const OLD = oldStatus(1);

export const ant: Protocol = {
  name: "ant",
  title: "ANT BMS on a serial line or Bluetooth, old and new form",
  carrier: "stream",
  messages: [newSpec(newTail(1)), oldSpec(OLD), DEVICE, REQUEST],
  layouts: [OLD],
  options: ANT_OPTIONS,
  createFramer: createAntFramer,
  createDecoder,
  createEncoder,
};
export { createAntFramer } from "./framing.ts";
