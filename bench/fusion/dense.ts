import library from "kalman-filter";
import { Matrix } from "ml-matrix";

const { KalmanFilter, State } = library;
const STATES = 8;

/** F of a vehicle that turns a little at speed, over one interval. */
export function transition(dtS: number): number[][] {
  const f = Matrix.eye(STATES).to2DArray();
  f[0]![3] = dtS;
  f[1]![4] = dtS;
  f[2]![7] = -dtS;
  f[3]![2] = -10 * dtS;
  f[4]![2] = 2 * dtS;
  f[3]![5] = -0.98 * dtS;
  f[4]![5] = -0.19 * dtS;
  f[3]![7] = 2 * dtS;
  f[4]![7] = 10 * dtS;
  return f;
}

const NOISE = [1e-4, 1e-4, 1e-6, 1e-3, 1e-3, 1e-6, 1e-6, 1e-9];
const START = [4, 4, 0.1, 1, 1, 0.25, 0.25, 1e-4];
/** Rows measured: place, velocity, forward speed. */
const ROWS: readonly number[][] = [
  [1, 0, 0, 0, 0, 0, 0, 0],
  [0, 1, 0, 0, 0, 0, 0, 0],
  [0, 0, 0, 1, 0, 0, 0, 0],
  [0, 0, 0, 0, 1, 0, 0, 0],
  [0, 0, 0.3, 0.98, 0.19, 0, 0, 0],
];
const VARIANCE = 0.5;

/** The same filter as textbooks write it, on a matrix library: F P F' + Q, and scalar updates in Joseph form. */
export class DenseFilter {
  readonly #f: Matrix;
  readonly #q = Matrix.diag(NOISE);
  readonly #rows = ROWS.map((r) => new Matrix([r]));
  x = Matrix.zeros(STATES, 1);
  p = Matrix.diag(START);

  constructor(dtS: number) {
    this.#f = new Matrix(transition(dtS));
  }

  predict(): void {
    this.x = this.#f.mmul(this.x);
    this.p = this.#f.mmul(this.p).mmul(this.#f.transpose()).add(this.#q);
  }

  update(row: number, z: number): void {
    const h = this.#rows[row]!;
    const ph = this.p.mmul(h.transpose());
    const s = h.mmul(ph).get(0, 0) + VARIANCE;
    const k = Matrix.mul(ph, 1 / s);
    this.x = Matrix.add(this.x, Matrix.mul(k, z - h.mmul(this.x).get(0, 0)));
    const a = Matrix.sub(Matrix.eye(STATES), k.mmul(h));
    this.p = a
      .mmul(this.p)
      .mmul(a.transpose())
      .add(Matrix.mul(k.mmul(k.transpose()), VARIANCE));
  }
}

const zeros = (): number[][] => Matrix.zeros(STATES, 1).to2DArray();

/** The same on npm kalman-filter. */
export class LibraryFilter {
  readonly #filter: InstanceType<typeof KalmanFilter>;
  #state = new State({ mean: zeros(), covariance: Matrix.diag(START).to2DArray(), index: 0 });

  constructor(dtS: number) {
    this.#filter = new KalmanFilter({
      dynamic: {
        dimension: STATES,
        transition: transition(dtS),
        covariance: Matrix.diag(NOISE).to2DArray(),
        init: { mean: zeros(), covariance: Matrix.diag(START).to2DArray(), index: 0 },
      },
      observation: {
        dimension: ROWS.length,
        stateProjection: ROWS.map((r) => [...r]),
        covariance: Matrix.diag(ROWS.map(() => VARIANCE)).to2DArray(),
      },
    });
  }

  predict(): void {
    this.#state = this.#filter.predict({ previousCorrected: this.#state });
  }

  /** All five rows at once. */
  correct(z: number[]): void {
    this.#state = this.#filter.correct({ predicted: this.#state, observation: z });
  }
}
