export {
  CARRIED_SOURCE,
  type Carried,
  carriedFromBytes,
  carriedToBytes,
  isCarriedSource,
  type Learnt,
} from "./carried.ts";
export {
  createPipeline,
  type Pipeline,
  type PipelineOptions,
  type Stage,
  type StageFactory,
} from "./pipeline.ts";
export { parseProtocols, type SourceInfo, type SpokenProtocol } from "./source.ts";
export type { Learning } from "./stages/carry-over.ts";
export { FUSED, type FusionStageOptions, fusionStage } from "./stages/fusion-stage.ts";
export { LAP_STATE, type LapStageOptions, lapStage } from "./stages/lap-stage.ts";
export type { SensorName } from "./stages/one-of.ts";
