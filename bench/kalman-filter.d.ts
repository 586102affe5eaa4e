// the package has no types
declare module "kalman-filter" {
  type Model = {
    dimension: number;
    covariance: number[][];
    transition?: number[][];
    stateProjection?: number[][];
    init?: { mean: number[][]; covariance: number[][]; index?: number };
  };
  class State {
    constructor(of: { mean: number[][]; covariance: number[][]; index?: number });
    mean: number[][];
    covariance: number[][];
  }
  class KalmanFilter {
    constructor(of: { dynamic: Model; observation: Model });
    predict(of: { previousCorrected: State }): State;
    correct(of: { predicted: State; observation: number[] }): State;
  }
  const library: { KalmanFilter: typeof KalmanFilter; State: typeof State };
  export default library;
}
