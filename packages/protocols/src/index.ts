export { BLACKBOX_PACKETS, createBlackboxFramer, encodeBlackbox } from "./blackbox/index.ts";
export { findProtocol, PROTOCOLS } from "./registry.ts";
