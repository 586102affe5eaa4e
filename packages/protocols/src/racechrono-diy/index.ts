export { RACECHRONO_GATT, RaceChronoFilter } from "./filter.ts";
export { racechronoDiy } from "./racechrono-diy.ts";
