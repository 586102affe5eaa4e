import { join } from "node:path";
import { bundle } from "../../scripts/hosts/bundle.ts";
import { withXs, type XsMeter } from "../../scripts/hosts/xs-host.ts";
import { Circle } from "./circle.ts";

const WARM_UP = 12_000;
const TICKS = 480;
const ROUND = 4_000;
const LONG = 5 * ROUND;

export type TickCosts = {
  /** Engine units of a sample: median of those without a fix, mean of all with everything; and of what a fix adds. */
  readonly usualUnits: number;
  readonly meanUnits: number;
  readonly fixUnits: number;
  /** Slots of the heap a long drive leaves behind, a sample; and what the filter itself takes of the heap. */
  readonly slotsPerSample: number;
  readonly filterSlots: number;
};

const median = (a: readonly number[]): number => [...a].sort((x, y) => x - y)[a.length >> 1]!;
const mean = (a: readonly number[]): number => a.reduce((sum, v) => sum + v, 0) / a.length;

/** What one inertial sample costs on the engine of the on-board unit. */
export async function tickCosts(cost: "full" | "light"): Promise<TickCosts> {
  const script = await bundle(join(import.meta.dirname, "meter.program.ts"));
  // in step with the engine: says which samples had a fix before them
  const shadow = new Circle({ cost });
  return withXs(async ({ evaluate }) => {
    const call = async (samples: number, idle = false): Promise<XsMeter> =>
      (await evaluate(`pitwallRun(${JSON.stringify(cost)}, ${samples}, ${idle})`)).meter;
    await evaluate(script);
    const bare = await evaluate("0");
    const made = await call(0);
    await call(WARM_UP);
    shadow.run(WARM_UP);
    const ticks: number[] = [];
    const fixed: number[] = [];
    for (let i = 0; i < TICKS; i++) {
      const { units } = await call(1);
      (shadow.step() ? fixed : ticks).push(units);
    }
    // a whole round, so that the drive stays in step
    const empty = (await call(0)).units;
    const idle = ((await call(ROUND, true)).units - empty) / ROUND;
    const plain = ticks.map((units) => units - empty - idle);
    const before = await call(0);
    const after = await call(LONG);
    return {
      usualUnits: median(plain),
      meanUnits: mean([...ticks, ...fixed]) - empty - idle,
      fixUnits: mean(fixed) - median(ticks),
      slotsPerSample: (after.slots - before.slots) / LONG,
      filterSlots: made.slots - bare.meter.slots,
    };
  });
}
