export { jk } from "./ble.ts";
export { jkCan } from "./can.ts";
export { createJkFramer } from "./framing.ts";
