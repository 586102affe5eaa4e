export { vescBms } from "./bms.ts";
export { vescCan } from "./can.ts";
export { VESC_FAULTS } from "./faults.table.ts";
export { createVescFramer, frameVescPayload, vescUart } from "./uart.ts";
