/** The filter beside a matrix library in Joseph form and npm kalman-filter; its heap; and its cost on the on-board engine. */
import { createFilter, EAST, type Filter, STATES, V_EAST, YAW } from "../packages/fusion/src/ekf/filter.ts";
import {
  updateDirect,
  updateForward,
  updatePair,
  updateSideSlip,
  updateSpeed,
} from "../packages/fusion/src/ekf/measure.ts";
import { predict } from "../packages/fusion/src/ekf/predict.ts";
import { missingForXs } from "../scripts/hosts/xs-install.ts";
import { Circle } from "./fusion/circle.ts";
import { DenseFilter, LibraryFilter } from "./fusion/dense.ts";
import { tickCosts } from "./fusion/xs-meter.ts";
import { allocatedBytes, compare, type Figure } from "./measure.ts";

const DT_S = 0.005;
const OPEN = Number.POSITIVE_INFINITY;
const REPEAT = 64;
const INPUTS = new Float64Array([DT_S, 0, 0, 0.2, 0, 0, 0]);
const NOISE = new Float64Array([0.02, 0.03, 1e-5, 9e-4, 9e-4, 1e-8, 1e-4]);

function ownFilter(): Filter {
  const f = createFilter();
  f.x.set([0, 0, 0.3, 9.6, 2.9, 0, 0, 0]);
  [4, 4, 0.1, 1, 1, 0.25, 0.25, 1e-4].forEach((v, i) => {
    f.p[i * STATES - (i * (i - 1)) / 2] = v;
  });
  return f;
}

/** Updates that measure what the filter believes: the state goes on, the covariance finds its balance. */
const pair = new Float64Array([1, 0, 0, 0, 0.5, 0.5, OPEN]);
const single = new Float64Array([0, 0.5, OPEN]);

function place(f: Filter, i: number): void {
  pair[2] = f.x[i]!;
  pair[3] = f.x[i + 1]!;
  updatePair(f, i, pair, 0);
}

function forward(f: Filter): void {
  single[0] = 10;
  updateForward(f, single, 0);
}

function heading(f: Filter): void {
  single[0] = f.x[YAW]!;
  updateDirect(f, YAW, single, 0);
}

const times = (what: () => void) => () => {
  for (let i = 0; i < REPEAT; i++) what();
};

function kernels(report: (figure: Figure) => void): void {
  const a = ownFilter();
  const dense = new DenseFilter(DT_S);
  const library = new LibraryFilter(DT_S);
  const note = "8 states, full covariance, double precision";
  const rival = (name: string, run: () => void) => ({ name, items: REPEAT, run: times(run) });
  compare(
    report,
    "fusion/predict",
    [
      { name: "own", items: REPEAT, run: times(() => predict(a, INPUTS, 0, NOISE, 0)) },
      rival("ml-matrix, F P F' + Q", () => dense.predict()),
      rival("npm kalman-filter", () => library.predict()),
    ],
    note,
  );

  const b = ownFilter();
  const five = new DenseFilter(DT_S);
  const fiveAtOnce = new LibraryFilter(DT_S);
  const z = [0, 0, 0, 0, 0];
  compare(
    report,
    "fusion/predict and five scalar updates",
    [
      {
        name: "own",
        items: REPEAT,
        run: times(() => {
          predict(b, INPUTS, 0, NOISE, 0);
          place(b, EAST);
          place(b, V_EAST);
          forward(b);
        }),
      },
      rival("ml-matrix, Joseph form", () => {
        five.predict();
        for (let row = 0; row < 5; row++) five.update(row, 0);
      }),
      rival("npm kalman-filter", () => {
        fiveAtOnce.predict();
        fiveAtOnce.correct(z);
      }),
    ],
    `${note}; place and velocity (two each) and forward speed`,
  );

  const updates: readonly (readonly [string, number, (f: Filter) => void])[] = [
    ["place, two axes", 2, (f) => place(f, EAST)],
    ["velocity, two axes", 2, (f) => place(f, V_EAST)],
    ["wheel speed", 1, forward],
    ["speed", 1, (f) => void updateSpeed(f, single.fill(10, 0, 1), 0)],
    ["yaw", 1, heading],
    ["no side slip", 1, (f) => void updateSideSlip(f, single.fill(0, 0, 1), 0)],
  ];
  for (const [name, rows, update] of updates) {
    const f = ownFilter();
    const rowsOf = new DenseFilter(DT_S);
    compare(
      report,
      `fusion/update: ${name}`,
      [
        { name: "own", items: REPEAT, run: times(() => update(f)) },
        rival("ml-matrix, Joseph form", () => {
          for (let row = 0; row < rows; row++) rowsOf.update(row, 0);
        }),
      ],
      note,
    );
  }
}

/** 200 Hz of an inertial sensor and 25 Hz of fixes, as a matrix library would do it: no calibration, no history. */
function denseDrive(): () => void {
  const dense = new DenseFilter(DT_S);
  let k = 0;
  return () => {
    dense.predict();
    if (k++ % 8 === 0) for (let row = 0; row < 4; row++) dense.update(row, 0);
  };
}

function steps(report: (figure: Figure) => void): void {
  const full = new Circle({ cost: "full", gnssDelayS: 0.04 });
  const light = new Circle({ cost: "light", gnssDelayS: 0.04 });
  const dense = denseDrive();
  const n = 2000;
  const common = "200 Hz inertial sensor, 25 Hz fixes 40 ms old, calibration, history and modes included";
  for (const [name, circle] of [
    ["full", full],
    ["light", light],
  ] as const) {
    circle.run(12_000);
    compare(
      report,
      `fusion/whole step, an inertial sample, ${name}`,
      [
        { name: "own", items: n, run: () => circle.run(n) },
        {
          name: "ml-matrix, the filter alone",
          items: n,
          run: () => {
            for (let i = 0; i < n; i++) dense();
          },
        },
      ],
      common,
    );
    const samples = 40_000;
    const heap = (): number => allocatedBytes(() => circle.run(samples), 5) / (5 * samples);
    const withFixes = heap();
    circle.fixes = false;
    circle.run(samples);
    const plain = allocatedBytes(dense, 4000) / 4000;
    for (const [what, own] of [
      ["between fixes", heap()],
      ["with a fix every eighth", withFixes],
    ] as const)
      report({
        name: `fusion/heap an inertial sample, ${what}, ${name}`,
        unit: "B",
        value: own,
        baseline: "ml-matrix, the filter alone",
        baselineValue: plain,
        ratio: (plain + 1) / (own + 1),
        note: "collected memory included; numbers that the engine boxes, no objects; ratio of one more byte each",
      });
  }
}

async function onBoard(report: (figure: Figure) => void): Promise<void> {
  const full = await tickCosts("full");
  const light = await tickCosts("light");
  const figure = (name: string, unit: string, of: (c: typeof full) => number, note: string): void =>
    report({
      name: `fusion/on XS, ${name}`,
      unit,
      value: of(light),
      baseline: "full cost",
      baselineValue: of(full),
      ratio: of(full) / of(light),
      note,
    });
  figure("an inertial sample", "units", (c) => c.usualUnits, "light cost, median of samples without a fix");
  figure(
    "an inertial sample, mean",
    "units",
    (c) => c.meanUnits,
    "light cost, fixes and steps of the covariance included",
  );
  figure("a fix", "units", (c) => c.fixUnits, "light cost, on top of its inertial sample");
  figure("heap of the filter", "slots", (c) => c.filterSlots, "with the drive's samples");
  figure("heap a sample leaves", "slots", (c) => c.slotsPerSample, "over 100 s of driving");
}

export async function run(report: (figure: Figure) => void): Promise<void> {
  kernels(report);
  steps(report);
  const missing = missingForXs();
  if (missing === undefined) await onBoard(report);
  else console.error(`bench: not on XS, which needs ${missing}`);
}
