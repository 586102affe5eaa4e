import type { Batch, Problem } from "@pitwall/core";
import { BLACKBOX_PACKETS, encodeBlackbox } from "@pitwall/protocols";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createPipeline } from "./pipeline.ts";

const packet = BLACKBOX_PACKETS[4]!;
const at = (name: string) => packet.spec.fields.findIndex((f) => f.name === name);
function frameAt(ms: number, speedMps = 10): Uint8Array {
  const row = new Float64Array(packet.spec.fields.length);
  row[at("timestampMs")] = ms;
  row[at("vehicle.speed")] = speedMps;
  row[at("gpsValid")] = 1;
  return encodeBlackbox(packet, row);
}
const info = { device: "d", boot: "1", name: "udp", protocol: "blackbox" };
const T0 = 1_700_000_000_000_000;

describe("pipeline", () => {
  it("turns frames into columns on UTC, by the least delay seen", () => {
    const p = createPipeline();
    const s = p.source(info);
    p.frame(s, frameAt(1000), T0 + 7000, Number.NaN);
    p.frame(s, frameAt(1020), T0 + 20_000 + 7000, Number.NaN);
    const [batch] = p.take();
    expect(batch).toMatchObject({ source: "udp", length: 2 });
    expect([...batch!.tUs]).toEqual([T0 + 7000, T0 + 27_000]);
    expect(p.take()).toEqual([]);
    expect(p.clock("d", "1")).toMatchObject({ source: "arrival" });
  });

  it("gives the same samples however the recording is cut into batches", () => {
    const frames = Array.from({ length: 60 }, (_, i) => frameAt(i * 20, i));
    const run = (cuts: ReadonlySet<number>) => {
      const p = createPipeline();
      const s = p.source(info);
      const out: Batch[] = [];
      frames.forEach((f, i) => {
        p.frame(s, f, T0 + i * 20_000 + ((i * 7919) % 5000), Number.NaN);
        if (cuts.has(i)) out.push(...p.take());
      });
      p.end();
      out.push(...p.take());
      return {
        tUs: out.flatMap((b) => [...b.tUs]),
        speed: out.flatMap((b) => [...b.columns[at("vehicle.speed")]!]),
      };
    };
    const whole = run(new Set());
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat({ max: 59 })), (cuts) => {
        expect(run(new Set(cuts))).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });

  it("reports a device that started anew and goes on", () => {
    const problems: Problem[] = [];
    const p = createPipeline({ onProblem: (_s, x) => problems.push(x) });
    const s = p.source(info);
    p.frame(s, frameAt(100_000), T0, Number.NaN);
    p.frame(s, frameAt(500), T0 + 9e6, Number.NaN);
    expect(problems).toMatchObject([{ code: "out-of-sequence" }]);
    const [batch] = p.take();
    expect(Math.abs(batch!.tUs[1]! - (T0 + 9e6))).toBeLessThan(1000);
  });

  it("keeps an unknown protocol from stopping the others", () => {
    const problems: Problem[] = [];
    const p = createPipeline({ onProblem: (_s, x) => problems.push(x) });
    const unknown = p.source({ ...info, name: "x", protocol: "no-such" });
    const known = p.source(info);
    p.frame(unknown, new Uint8Array(4), T0, Number.NaN);
    p.frame(known, frameAt(1), T0, Number.NaN);
    expect(problems).toMatchObject([{ code: "unsupported" }]);
    expect(p.take()).toHaveLength(1);
  });

  it("hands readings to its stages in order, and what they emit to the later ones", () => {
    const seen: string[] = [];
    const p = createPipeline({
      stages: [
        (emit) => ({ reading: (r, tUs) => emit(r, tUs), end() {} }),
        () => ({
          reading: (_r, _t, source) => void seen.push(source.name),
          end: () => void seen.push("end"),
        }),
      ],
    });
    p.frame(p.source(info), frameAt(1), T0, Number.NaN);
    p.end();
    expect(seen).toEqual(["derived", "udp", "end"]);
    expect(p.take().map((b) => b.source)).toEqual(["udp", "derived"]);
  });
});
