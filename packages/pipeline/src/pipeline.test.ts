import type { Batch, Problem, Recording } from "@pitwall/core";
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

  it("puts the time of a receiver whose week counter has rolled over into the era of its arrival", () => {
    const epoch = (utcMs: number): Uint8Array => {
      const [date, time] = new Date(utcMs).toISOString().replace("Z", "").split("T") as [string, string];
      const ddmmyy = date.slice(2).split("-").reverse().join("");
      const body = `GNRMC,${time.replaceAll(":", "")},A,4800.000,N,01100.000,E,10.0,90.0,${ddmmyy},,,A`;
      const sum = [...body].reduce((x, c) => x ^ c.charCodeAt(0), 0);
      return new TextEncoder().encode(`$${body}*${sum.toString(16).toUpperCase().padStart(2, "0")}\r\n`);
    };
    const WEEKS_MS = 1024 * 7 * 86_400_000;
    const nowMs = Date.UTC(2026, 4, 28, 13, 34);
    // in time, 1024 weeks behind, and half a year old: kept by a device until somebody fetched it
    for (const [saidMs, meantMs] of [
      [nowMs, nowMs],
      [nowMs - WEEKS_MS, nowMs],
      [nowMs - 180 * 86_400_000, nowMs - 180 * 86_400_000],
    ] as const) {
      const p = createPipeline();
      const s = p.source({ device: "d", boot: "1", name: "gnss", protocol: "nmea" });
      for (let i = 0; i < 4; i++)
        p.frame(s, epoch(saidMs + i * 100), (nowMs + i * 100 + 80) * 1000, 1e6 + i * 1e5);
      p.end();
      const batch = p.take().find((b) => b.message.name === "nmea.epoch")!;
      expect([...batch.tUs.subarray(0, 4)]).toEqual([0, 1, 2, 3].map((i) => (meantMs + i * 100) * 1000));
    }
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

  it("plays a file in the order of its times to the stages that want it, and gives its samples as they were", () => {
    const times = fc.array(fc.nat({ max: 50 }), { maxLength: 30 });
    const files = fc.array(fc.record({ times, wanted: fc.boolean() }), { maxLength: 4 });
    fc.assert(
      fc.property(files, fc.integer({ min: 1, max: 12 }), (given, step) => {
        const groups = given.map(({ times: t, wanted }, i) => ({
          name: wanted ? `w${i}` : `x${i}`,
          tUs: Float64Array.from(
            t.toSorted((a, b) => a - b),
            (us) => T0 + us,
          ),
          columns: [
            { field: { name: "a", unit: "1" as const, doc: "" }, values: Float64Array.from(t, (_, k) => k) },
          ],
        }));
        const file: Recording = { groups, absoluteTime: true, gates: [], laps: [], notes: [] };
        const seen: (readonly [tUs: number, group: string, value: number])[] = [];
        const p = createPipeline({
          stages: [
            () => ({
              wants: (m) => m.name.startsWith("w"),
              reading: (r, tUs) => void seen.push([tUs, r.message.name, r.values[0]!]),
              end() {},
            }),
          ],
        });
        const out: Batch[] = [];
        for (const _ of p.recordingInSteps(file, step)) out.push(...p.take());
        out.push(...p.take());
        for (const g of groups) {
          const own = out.filter((b) => b.message.name === g.name);
          expect(own.flatMap((b) => [...b.tUs])).toEqual([...g.tUs]);
          expect(own.flatMap((b) => [...b.columns[0]!])).toEqual([...g.columns[0]!.values]);
        }
        const rows = groups
          .filter((g) => g.name.startsWith("w"))
          .flatMap((g) => [...g.tUs].map((t, k) => [t, g.name, k] as const));
        expect(seen).toEqual(rows.toSorted((a, b) => a[0] - b[0]));
      }),
      { numRuns: 100 },
    );
  });
});
