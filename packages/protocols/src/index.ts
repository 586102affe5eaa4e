export { createAntFramer } from "./ant/index.ts";
export { BLACKBOX_PACKETS, createBlackboxFramer, encodeBlackbox } from "./blackbox/index.ts";
export {
  CANDUMP_FORMS,
  type CandumpForm,
  type CandumpParser,
  createCandumpParser,
  formatCandump,
} from "./candump/index.ts";
export { createDalyFramer } from "./daly/index.ts";
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
  withChecksum,
} from "./gnss/index.ts";
export { createJbdFramer, jbdRead, jbdReply } from "./jbd/index.ts";
export { createJkFramer } from "./jk/index.ts";
export {
  checkVin,
  createEcu,
  createEcuResponder,
  createElmEmulator,
  createElmSession,
  createIsoTpReceiver,
  createIsoTpSender,
  createObdTester,
  createPoller,
  dtcName,
  dtcRaw,
  dtcText,
  type EcuData,
  type EcuResponder,
  type EcuResponderOptions,
  type EcuTest,
  type ElmEmulatorOptions,
  type ElmSession,
  type ElmSessionOptions,
  type IsoTpReceiver,
  type IsoTpReceiverOptions,
  type IsoTpSender,
  type IsoTpSenderOptions,
  negativeText,
  type ObdAddressing,
  type ObdFramesOptions,
  type ObdRequest,
  type ObdTester,
  type ObdTesterOptions,
  obdFrames,
  type Poller,
  type PollerOptions,
  type VinCheck,
} from "./obd2/index.ts";
export {
  type BatchSource,
  type BatchWriter,
  type BatchWriterOptions,
  createBatchWriter,
  createJsonMapping,
  createJsonProtocol,
  type FrameBatch,
  forEachRecord,
  type JsonField,
  type JsonMapping,
  type JsonMappingConfig,
  type JsonTime,
  kartJsonMapping,
  MAX_BATCH_BYTES,
  MAX_BATCH_RECORDS,
  MAX_JSON_BYTES,
  MAX_JSON_DEPTH,
  type OnRecord,
  readFrameBatch,
  type SpeedUnit,
} from "./pitwall/index.ts";
export {
  RACEBOX_GATT,
  RACEBOX_REQUESTS,
  type RaceBoxModel,
  raceboxName,
  raceboxNotifications,
  raceboxRequest,
} from "./racebox/index.ts";
export { RACECHRONO_GATT, RaceChronoFilter } from "./racechrono-diy/index.ts";
export { findProtocol, PROTOCOLS } from "./registry.ts";
export {
  createSlcanParser,
  formatSlcan,
  SLCAN_BIT_RATES,
  type SlcanHandlers,
  slcanOpening,
} from "./slcan/index.ts";
export {
  COMMAND_TIMEOUT_US,
  CommandTimeout,
  Decimator,
  type LinkState,
  ServerLink,
} from "./telemetry-node/index.ts";
export { createVescFramer, frameVescPayload, VESC_FAULTS } from "./vesc/index.ts";
export {
  WT901_CONTENT,
  WT901_REGISTER,
  type Wt901Content,
  type Wt901Setup,
  wt901Baud,
  wt901Calibrate,
  wt901Command,
  wt901Rate,
  wt901Read,
  wt901Save,
  wt901SendOnly,
  wt901Setup,
  wt901Unlock,
} from "./wt901/index.ts";
