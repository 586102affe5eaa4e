/** The lap timer beside a plain one that takes the fix nearest to the line: cost, accuracy and heap in the same run. */
import {
  createLapTimer,
  LapRecorder,
  type Layout,
  LiveDelta,
  type ReferenceLap,
  References,
} from "@pitwall/laps";
import { clubCircuit } from "../packages/laps/src/testing/circuits.ts";
import { type Drive, drive, lineOf, metresPerDegree } from "../packages/laps/src/testing/drive.ts";
import { allocatedBytes, compare, type Figure } from "./measure.ts";

const LAPS = 40;
const DAY_US = 86_400e6;
const LAT = 45;
const LON = 7;

const circuit = clubCircuit();
const { north, east } = metresPerDegree(LAT);
const layout: Layout = {
  name: "club",
  closed: true,
  start: { name: "start", ...lineOf(circuit, 0, 12) },
  splits: [400, 800].map((s) => ({ name: `${s} m`, ...lineOf(circuit, s, 12) })),
  centreLine: Array.from(circuit.x, (x, i) => [LAT + circuit.y[i]! / north, LON + x / east] as const).filter(
    (_, i) => i % 10 === 0,
  ),
};
const RECEIVER = { whiteM: 0.1, slowM: 0.25, slowTauS: 120, velocityMps: 0.05 };
const driveAt = (rateHz: number, seed: number): Drive =>
  drive({ circuit, laps: LAPS, seed, rateHz, ...RECEIVER, lineM: 2, pace: 0.05, runInM: 300 });

/** What a first attempt does: the sign of the distance to the line, and the nearer of two fixes. */
function plainTimer(onLap: (s: number) => void) {
  const [lat1, lon1, lat2, lon2] = layout.start.ends;
  const mx = ((lon1 + lon2) / 2 - LON) * east;
  const my = ((lat1 + lat2) / 2 - LAT) * north;
  const nx = Math.sin(layout.start.course);
  const ny = Math.cos(layout.start.course);
  const half = Math.hypot((lon2 - lon1) * east, (lat2 - lat1) * north) / 2;
  let before = Number.NaN;
  let beforeUs = 0;
  let startUs = Number.NaN;
  return (tUs: number, latDeg: number, lonDeg: number): void => {
    const x = (lonDeg - LON) * east - mx;
    const y = (latDeg - LAT) * north - my;
    const d = nx * x + ny * y;
    if (before < 0 && d >= 0 && Math.abs(ny * x - nx * y) <= half) {
      const at = -before < d ? beforeUs : tUs;
      if (at - startUs > 10e6) onLap((at - startUs) / 1e6);
      if (!(at - startUs <= 10e6)) startUs = at;
    }
    before = d;
    beforeUs = tUs;
  };
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;

/** Median |error| of lap times, s: ours and the plain timer's. */
function errors(d: Drive): [own: number, plain: number] {
  const truth = d.passings.slice(1).map((p, i) => (p.tUs - d.passings[i]!.tUs) / 1e6);
  const own: number[] = [];
  const plain: number[] = [];
  const timer = createLapTimer({ layout, onLap: (l) => l.kind === "lap" && own.push(l.timeS) });
  const simple = plainTimer((s) => plain.push(s));
  for (let i = 0; i < d.length; i++) {
    timer.fix(d.tUs[i]!, d.latDeg[i]!, d.lonDeg[i]!, d.speedMps[i]!, d.courseRad[i]!, d.hAccM[i]!);
    simple(d.tUs[i]!, d.latDeg[i]!, d.lonDeg[i]!);
  }
  const off = (times: readonly number[]) => median(times.map((t, i) => Math.abs(t - truth[i]!)));
  return [off(own), off(plain)];
}

function referenceOf(d: Drive): ReferenceLap {
  const references = new References();
  const recorder = new LapRecorder();
  const ended: { startS: number; timeS: number }[] = [];
  const timer = createLapTimer({
    layout,
    onLap: (l) => l.valid && ended.push({ startS: timer.lapStartS, timeS: l.timeS }),
  });
  for (let i = 0; i < d.length && ended.length < 2; i++) {
    timer.fix(d.tUs[i]!, d.latDeg[i]!, d.lonDeg[i]!, d.speedMps[i]!, d.courseRad[i]!, d.hAccM[i]!);
    recorder.add(timer);
  }
  const [lap] = ended;
  references.lap(recorder.reference("first", lap!.startS, lap!.startS + lap!.timeS)!);
  return references.current!;
}

export async function run(report: (figure: Figure) => void): Promise<void> {
  const d = driveAt(25, 1);
  const timer = createLapTimer({ layout });
  // a drive again and again, each time a day later; loops written out, since a call with fractions between them would box them
  let ownUs = 0;
  const own = () => {
    for (let i = 0; i < d.length; i++)
      timer.fix(d.tUs[i]! + ownUs, d.latDeg[i]!, d.lonDeg[i]!, d.speedMps[i]!, d.courseRad[i]!, d.hAccM[i]!);
    ownUs += DAY_US;
  };
  let laps = 0;
  let plainUs = 0;
  const simple = plainTimer(() => laps++);
  const plain = () => {
    for (let i = 0; i < d.length; i++) simple(d.tUs[i]! + plainUs, d.latDeg[i]!, d.lonDeg[i]!);
    plainUs += DAY_US;
  };
  const note =
    "25 Hz, circuit of 1.2 km with a centre line and two splits; the plain timer knows one line and no noise";
  compare(
    report,
    "laps/timer, a fix",
    [
      { name: "own", items: d.length, run: own },
      { name: "plain nearest-fix timer", items: d.length, run: plain },
    ],
    note,
  );

  const reference = referenceOf(d);
  const deltaTimer = createLapTimer({ layout, onStart: () => delta.start() });
  const delta = new LiveDelta(reference);
  let deltaUs = 0;
  const withDelta = () => {
    for (let i = 0; i < d.length; i++) {
      deltaTimer.fix(
        d.tUs[i]! + deltaUs,
        d.latDeg[i]!,
        d.lonDeg[i]!,
        d.speedMps[i]!,
        d.courseRad[i]!,
        d.hAccM[i]!,
      );
      delta.fix(deltaTimer);
    }
    deltaUs += DAY_US;
  };
  compare(
    report,
    "laps/timer with live delta, a fix",
    [
      { name: "own", items: d.length, run: withDelta },
      { name: "the lap timer alone", items: d.length, run: own },
    ],
    "a ratio below 1 is what the delta adds",
  );

  for (const [name, run] of [
    ["timer", own],
    ["timer with live delta", withDelta],
  ] as const) {
    const calls = Math.ceil(1e6 / d.length);
    run();
    // a lap that ends is told as an object, an incident too; a fix by itself is not
    const perLap = allocatedBytes(run, calls) / (calls * d.length);
    const plainBytes = allocatedBytes(plain, calls) / (calls * d.length);
    report({
      name: `laps/${name}, heap a fix`,
      unit: "B",
      value: perLap,
      baseline: "plain nearest-fix timer",
      baselineValue: plainBytes,
      ratio: (plainBytes + 1) / (perLap + 1),
      note: "laps told included; ratio of one more byte each",
    });
  }

  for (const hz of [5, 10, 25]) {
    const [ownError, plainError] = errors(driveAt(hz, 7));
    report({
      name: `laps/median error of a lap time at ${hz} Hz`,
      unit: "ms",
      value: 1000 * ownError,
      baseline: "plain nearest-fix timer",
      baselineValue: 1000 * plainError,
      ratio: plainError / ownError,
      note: `white ${RECEIVER.whiteM} m and slow ${RECEIVER.slowM} m (${RECEIVER.slowTauS} s) an axis, Doppler ${RECEIVER.velocityMps} m/s, ${circuit.speed[0]!.toFixed(0)} m/s at the line`,
    });
  }
}
