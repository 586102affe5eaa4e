export { dalyCan } from "./can.ts";
export { createDalyFramer, daly } from "./uart.ts";
