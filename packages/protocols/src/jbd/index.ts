export { jbdCan } from "./can.ts";
export { createJbdFramer, jbdRead, jbdReply } from "./framing.ts";
export { jbd } from "./uart.ts";
