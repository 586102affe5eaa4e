import { type Circuit, circuitOf } from "./circuit.ts";

/** 1.2 km with straights, bends of 19 to 36 m/s, and the line on the main straight. */
export const clubCircuit = (): Circuit =>
  circuitOf(
    [
      [0, 0],
      [260, 0],
      [330, 120],
      [200, 180],
      [180, 90],
      [60, 110],
      [-40, 200],
      [-160, 120],
      [-120, 0],
    ],
    { topMps: 36, radiusM: 30 },
  );

/** A straight runs 12 m beside the start line, the same way, and another back: the line could belong to all three. */
export const twinStraights = (): Circuit =>
  circuitOf(
    [
      [0, 0],
      [120, 0, 20],
      [120, -60, 20],
      [-170, -60, 20],
      [-170, -110, 20],
      [190, -110, 20],
      [190, 90, 20],
      [-190, 90, 18],
      [-190, 12, 18],
      [105, 12, 9],
      [105, 32, 9],
      [-150, 32, 14],
      [-150, 0, 14],
    ],
    { topMps: 36 },
  );
