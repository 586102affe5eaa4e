/** Why a switch is on or off; the BMS sends one state for each direction instead of protection bits. */
export const CHARGE_STATES: Readonly<Record<number, string>> = {
  0: "off",
  1: "on",
  2: "cell over-voltage",
  3: "over-current",
  4: "battery full",
  5: "pack over-voltage",
  6: "battery over-temperature",
  7: "switch over-temperature",
  8: "abnormal current",
  9: "cell wire off",
  10: "board over-temperature",
  12: "failed to open",
  13: "discharge switch fault",
  14: "waiting",
  15: "switched off by hand",
  16: "cell over-voltage, level 2",
  17: "under-temperature",
  18: "cell difference",
  20: "self-test fault",
};
export const DISCHARGE_STATES: Readonly<Record<number, string>> = {
  0: "off",
  1: "on",
  2: "cell under-voltage",
  3: "over-current",
  4: "over-current, level 2",
  5: "pack under-voltage",
  6: "battery over-temperature",
  7: "switch over-temperature",
  8: "abnormal current",
  9: "cell wire off",
  10: "board over-temperature",
  11: "charge switch on",
  12: "short circuit",
  13: "discharge switch fault",
  14: "failed to open",
  15: "switched off by hand",
  16: "cell under-voltage, level 2",
  17: "under-temperature",
  18: "cell difference",
  19: "self-test fault",
};
export const BALANCER_STATES: Readonly<Record<number, string>> = {
  0: "off",
  1: "limit exceeded",
  2: "by difference while charging",
  3: "over-temperature",
  4: "balancing",
  10: "board over-temperature",
};
export const BATTERY_STATES: Readonly<Record<number, string>> = {
  0: "unknown",
  1: "idle",
  2: "charging",
  3: "discharging",
  4: "standby",
  5: "error",
};
/** Bits of `battery.fault`: the states of both switches that stand for a protection or a fault. */
export const FAULT_BITS: Readonly<Record<number, string>> = {
  0: "over-voltage",
  1: "under-voltage",
  2: "over-current while charging",
  3: "over-current while discharging",
  4: "short circuit",
  5: "battery over-temperature",
  6: "switch over-temperature",
  7: "board over-temperature",
  8: "under-temperature",
  9: "cell difference",
  10: "cell wire off",
  11: "abnormal current",
  12: "switch or self-test fault",
};
const CHARGE_FAULTS: readonly number[] = [
  -1, -1, 0, 2, -1, 0, 5, 6, 11, 10, 7, -1, 12, 12, -1, -1, 0, 8, 9, -1, 12,
];
const DISCHARGE_FAULTS: readonly number[] = [
  -1, -1, 1, 3, 3, 1, 5, 6, 11, 10, 7, -1, 4, 12, 12, -1, 1, 8, 9, 12,
];

/** The protections that the states of the two switches name, as bits. */
export function faultBits(charge: number, discharge: number): number {
  const a = CHARGE_FAULTS[charge] ?? -1;
  const b = DISCHARGE_FAULTS[discharge] ?? -1;
  return (a < 0 ? 0 : 1 << a) | (b < 0 ? 0 : 1 << b);
}
