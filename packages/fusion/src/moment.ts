/**
 * The inertial sample or interval at hand. One object that is handed round: a number as an argument is allocated
 * wherever the call is not inlined, a number in a field is not.
 */
export type Moment = {
  tUs: number;
  tS: number;
  /** Length of the interval that ends here, s. */
  dtS: number;
  /** The filter's own speed and its 1 sigma, m/s. */
  speedMps: number;
  speedSigmaMps: number;
  /** Newest fix or wheel sample, s. */
  heardS: number;
};

export const createMoment = (): Moment => ({
  tUs: Number.NaN,
  tS: Number.NaN,
  dtS: Number.NaN,
  speedMps: Number.NaN,
  speedSigmaMps: Number.NaN,
  heardS: Number.NaN,
});
