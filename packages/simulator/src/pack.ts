/** State of charge at the beginning of a drive. */
export const FULL_SOC = 0.98;

/** Open-circuit voltage of a lithium cell by its charge: a straight middle with steep ends. */
export const openCircuit = (soc: number): number =>
  3.45 + 0.55 * soc + 0.18 * soc * soc * soc - 0.25 * Math.max(0, 0.1 - soc) * 10;

/** Down to here the controller's own limits, not the battery, say what the motor gives. */
const RATED_SOC = 0.7;
/** Below this the controller takes power back, down to a quarter of it. */
const LIMP_SOC = 0.1;

/** Share of the rated top speed that the voltage of a battery still allows. */
export const topSpeedLeft = (soc: number): number => Math.min(1, openCircuit(soc) / openCircuit(RATED_SOC));

/** Share of the rated power that a battery still gives: by its voltage, and less when nearly empty. */
export const powerLeft = (soc: number): number =>
  topSpeedLeft(soc) * (soc < LIMP_SOC ? 0.25 + (0.75 * soc) / LIMP_SOC : 1);
