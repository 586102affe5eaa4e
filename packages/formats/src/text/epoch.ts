/** Times above this (March 1973) count from the Unix epoch; those below from the start of a recording that knows no date. */
const EPOCH_FROM_US = 1e14;

export const isEpoch = (tUs: number): boolean => tUs >= EPOCH_FROM_US;
