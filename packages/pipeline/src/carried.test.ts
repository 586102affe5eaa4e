import type { Problem } from "@pitwall/core";
import { createFusion } from "@pitwall/fusion";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CARRIED_SOURCE, type Carried, carriedFromBytes, carriedToBytes } from "./carried.ts";
import { createPipeline } from "./pipeline.ts";

const carried: Carried = {
  imu: { device: "mqtt:unit", source: "imu", messages: "wt901" },
  receiver: { device: "mqtt:unit", source: "gnss", messages: "ubx" },
  calibration: { ...createFusion().save(), gyroBiasRadps: [0.1 + 0.2, -1 / 3, 1e-300] },
  session: "kart-20260517T101500",
};

describe("what an earlier session learnt", () => {
  it("comes back from its bytes to the last bit", () => {
    expect(carriedFromBytes(carriedToBytes(carried))).toEqual(carried);
  });

  it("reaches the stages, and is no message of a device", () => {
    const known: Carried[] = [];
    const problems: Problem[] = [];
    const p = createPipeline({
      stages: [() => ({ reading() {}, carried: (c) => void known.push(c), end() {} })],
      onProblem: (_, problem) => void problems.push(problem),
    });
    const source = p.source(CARRIED_SOURCE);
    p.frame(source, carriedToBytes(carried), 1e15, Number.NaN);
    expect(known).toEqual([carried]);
    expect(p.take()).toEqual([]);
    expect(problems).toEqual([]);

    // what says so itself is a device that speaks what nobody knows
    p.frame(p.source({ ...CARRIED_SOURCE, device: "mqtt:unit" }), carriedToBytes(carried), 1e15, Number.NaN);
    expect(known).toHaveLength(1);
    expect(problems.map((x) => x.code)).toEqual(["unsupported"]);
  });

  it("is a problem where it is damaged, whatever the damage", () => {
    const whole = carriedToBytes(carried);
    const text = JSON.parse(new TextDecoder().decode(whole)) as Record<string, unknown>;
    const damaged = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.integer({ min: 0, max: whole.length - 1 }).map((n) => whole.slice(0, n)),
      fc
        .tuple(fc.constantFrom(...Object.keys(text)), fc.jsonValue())
        .map(([key, value]) => new TextEncoder().encode(JSON.stringify({ ...text, [key]: value })))
        .filter((b) => JSON.stringify([...b]) !== JSON.stringify([...whole])),
    );
    const problems: Problem[] = [];
    const p = createPipeline({ onProblem: (_, problem) => void problems.push(problem) });
    const source = p.source(CARRIED_SOURCE);
    fc.assert(
      fc.property(damaged, (bytes) => {
        const before = problems.length;
        p.frame(source, bytes, 1e15, Number.NaN);
        const read = carriedFromBytes(bytes);
        expect(problems.length - before).toBe(read ? 0 : 1);
        // what is read can be used
        if (read) createFusion({ calibration: read.calibration });
      }),
    );
    expect(problems.length).toBeGreaterThan(50);
    expect(problems.every((x) => x.code === "malformed")).toBe(true);
  });
});
