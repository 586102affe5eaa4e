export { createFusion, Fusion } from "./fusion.ts";
export * from "./types.ts";
