import type { Unit } from "./units.ts";

export type Channel = {
  readonly id: string;
  readonly unit: Unit;
  /** Plausible range; for gauges and plausibility checks, never for clipping. */
  readonly min: number;
  readonly max: number;
  readonly label: string;
  /** Step by which derived values are stored. */
  readonly resolution: number;
  /** What other systems call the same quantity, where they have a name for it. */
  readonly names: Readonly<Partial<Record<NamingSystem, string>>>;
};
export type NamingSystem = "vss" | "signalk" | "influx" | "motec" | "aim" | "racechrono" | "vbo";
