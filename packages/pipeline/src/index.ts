export {
  createPipeline,
  type Pipeline,
  type PipelineOptions,
  type Stage,
  type StageFactory,
} from "./pipeline.ts";
export { parseProtocols, type SourceInfo, type SpokenProtocol } from "./source.ts";
export { FUSED, fusionStage } from "./stages/fusion-stage.ts";
export { LAP_STATE, type LapStageOptions, lapStage } from "./stages/lap-stage.ts";
