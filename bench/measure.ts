import { cpuUsage } from "node:process";
import { GCProfiler } from "node:v8";

export type Figure = {
  name: string;
  unit: string;
  value: number;
  baseline: string;
  baselineValue: number;
  ratio: number;
  note?: string;
};

export type Contender = {
  readonly name: string;
  /** Messages that one call handles. */
  readonly items: number;
  readonly run: () => void;
};

const WARM_UP_MS = 300;
const ROUND_MS = 40;
const ROUNDS = 15;

const cpuMs = (): number => {
  const { system, user } = cpuUsage();
  return (user + system) / 1000;
};

/** Calls that take about `ms` of CPU time. */
function callsFor(run: () => void, ms: number): number {
  let calls = 1;
  for (;;) {
    const before = cpuMs();
    for (let i = 0; i < calls; i++) run();
    const took = cpuMs() - before;
    if (took > ms / 4) return Math.max(1, Math.round((calls * ms) / took));
    calls *= 4;
  }
}

/**
 * CPU nanoseconds a message of each contender: median of rounds in which they take turns, so that whatever else the
 * machine does falls on all of them.
 */
function measure(contenders: readonly Contender[]): number[] {
  const calls = contenders.map(({ run }) => {
    const warmUntil = cpuMs() + WARM_UP_MS;
    while (cpuMs() < warmUntil) run();
    return callsFor(run, ROUND_MS);
  });
  const rounds: number[][] = contenders.map(() => []);
  for (let r = 0; r < ROUNDS; r++)
    contenders.forEach(({ items, run }, i) => {
      const before = cpuMs();
      for (let k = 0; k < calls[i]!; k++) run();
      rounds[i]!.push(((cpuMs() - before) * 1e6) / (calls[i]! * items));
    });
  return rounds.map((r) => r.sort((a, b) => a - b)[r.length >> 1]!);
}

/** The first contender against each of the others: nanoseconds a message, and messages a second of CPU time. */
export function compare(
  report: (figure: Figure) => void,
  name: string,
  contenders: readonly Contender[],
  note?: string,
): void {
  const [own, ...others] = measure(contenders) as [number, ...number[]];
  others.forEach((ns, i) => {
    const baseline = contenders[i + 1]!.name;
    const common = { name, baseline, ratio: ns / own, ...(note === undefined ? {} : { note }) };
    report({ ...common, unit: "ns", value: own, baselineValue: ns });
    report({ ...common, unit: "messages/s", value: 1e9 / own, baselineValue: 1e9 / ns });
  });
}

/** Bytes that `calls` of `run` allocate on the JavaScript heap, what was collected meanwhile included. */
export function allocatedBytes(run: () => void, calls: number): number {
  const { gc } = globalThis as { gc?: () => void };
  gc?.();
  const profiler = new GCProfiler();
  profiler.start();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < calls; i++) run();
  const after = process.memoryUsage().heapUsed;
  let freed = 0;
  for (const { beforeGC, afterGC } of profiler.stop()!.statistics)
    freed += beforeGC.heapStatistics.usedHeapSize - afterGC.heapStatistics.usedHeapSize;
  return after - before + freed;
}
