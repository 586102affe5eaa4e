export { gnss, nmea, ubx } from "./gnss.ts";
export { withChecksum } from "./nmea-write.ts";
export {
  configureDynamicModel,
  configureMessage,
  configurePort,
  configureRate,
  m9Setup,
  neo6Setup,
  type ReceiverSetup,
  UBX_DYNAMIC_MODEL,
  UBX_KEYS,
  UBX_LAYERS,
  UBX_PROTOCOLS,
  valset,
} from "./ubx-config.ts";
