export {
  createPipeline,
  type Pipeline,
  type PipelineOptions,
  type Stage,
  type StageFactory,
} from "./pipeline.ts";
export { parseProtocols, type SourceInfo, type SpokenProtocol } from "./source.ts";
