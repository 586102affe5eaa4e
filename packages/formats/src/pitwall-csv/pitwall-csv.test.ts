import { findColumn, type Recording } from "@pitwall/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readRecording, recognise } from "../registry.ts";
import { cut, written, writtenText } from "../testing/gather.ts";
import { bytesOf } from "../testing/shared.ts";

const T0 = 1_700_000_000_000_000;

const sample: Recording = {
  groups: [
    {
      name: "gps",
      tUs: Float64Array.of(T0, T0 + 100_000, T0 + 200_000),
      columns: [
        {
          field: { name: "gnss.lat", unit: "deg", doc: "", resolution: 1e-7 },
          values: Float64Array.of(50.1234567, 50.1234568, -0.0000001),
        },
        {
          field: { name: "gnss.speed", unit: "m/s", doc: "", resolution: 0.001 },
          values: Float64Array.of(0, 1.2344, Number.NaN),
        },
      ],
    },
    {
      name: "imu",
      tUs: Float64Array.of(T0 + 50_000, T0 + 100_000),
      columns: [
        { field: { name: "imu.ax", unit: "m/s^2", doc: "" }, values: Float64Array.of(0.1 + 0.2, 1e-9) },
        {
          field: { name: "gnss.speed", unit: "m/s", doc: "", resolution: 0.01 },
          values: Float64Array.of(2, 3.13579),
        },
      ],
    },
  ],
  absoluteTime: true,
  gates: [],
  laps: [{ number: 3, startUs: T0 + 20_000, endUs: T0 + 150_001 }],
  notes: [],
};

describe("Pitwall CSV", () => {
  it("is written as the contract says: tUs, channel ids, an empty cell where there is no sample", async () => {
    const text = await writtenText({ ...sample, laps: [] }, "pitwall-csv");
    expect(text.split("\n")).toEqual([
      "tUs,gnss.lat,gnss.speed,imu.ax,gnss.speed@imu",
      "1700000000000000,50.1234567,0,,",
      "1700000000050000,,,0.30000000000000004,2",
      "1700000000100000,50.1234568,1.234,0.000000001,3.14",
      "1700000000200000,-0.0000001,,,",
      "",
    ]);
  });

  it("reads what it wrote: every sample at its time, both sources of a channel, laps to the microsecond", async () => {
    const back = await readRecording(await written(sample, "pitwall-csv"));
    const lat = findColumn(back, "gnss.lat")!;
    expect([...lat.group.tUs]).toEqual([T0, T0 + 100_000, T0 + 200_000]);
    expect([...lat.column.values]).toEqual([50.1234567, 50.1234568, -0.0000001]);
    expect(lat.column.field.resolution).toBeCloseTo(1e-7, 15);
    const second = back.groups.find(
      (g) => g.name === "imu" && g.columns.some((c) => c.field.name === "gnss.speed"),
    )!;
    expect([...second.columns.find((c) => c.field.name === "gnss.speed")!.values]).toEqual([2, 3.14]);
    expect([...second.columns.find((c) => c.field.name === "imu.ax")!.values]).toEqual([0.1 + 0.2, 1e-9]);
    expect(back.laps).toEqual(sample.laps);
    expect(back.absoluteTime).toBe(true);
  });

  it("keeps what can be read of a damaged file and lists the rest by line", async () => {
    const text = [
      "tUs,gnss.lat,gnss.speed",
      "0,50.1,1",
      "100000,50.2",
      "200000,50.x,3",
      "nonsense,50.4,4",
      "300000,50.5,5,9",
      "400000,50.6,6",
      "500000,50",
    ].join("\r\n");
    const back = await readRecording(bytesOf(text));
    expect(back.absoluteTime).toBe(false);
    expect(back.problems?.count).toBe(5);
    expect(back.problems?.list.map((p) => p.line)).toEqual([3, 4, 5, 6, 8]);
    expect([...findColumn(back, "gnss.speed")!.group.tUs]).toEqual([0, 200_000, 400_000]);
    expect(back.notes[0]).toBe("line 3: the row has 2 cells of 3");
  });

  it("gives the same whatever pieces the file comes in", async () => {
    const bytes = await written(sample, "pitwall-csv");
    const whole = await readRecording(bytes);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 20 }),
        async (lengths) => {
          expect(await readRecording(cut(bytes, lengths))).toEqual(whole);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("writes any value so that it comes back within half its resolution", async () => {
    const value = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }),
      fc.integer({ min: -1_000_000, max: 1_000_000 }),
      fc.constantFrom(0, -0, 0.5, -0.5, 999_999.9999999),
    );
    const resolution = fc.constantFrom(
      1,
      0.5,
      0.25,
      0.1,
      0.0036,
      0.001,
      0.0005,
      Math.PI / 18_000,
      1e-7,
      undefined,
    );
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 20 }), resolution, async (values, step) => {
        const field = {
          name: "wheel.speed",
          unit: "m/s" as const,
          doc: "",
          ...(step === undefined ? {} : { resolution: step }),
        };
        const recording: Recording = {
          groups: [
            {
              name: "w",
              tUs: Float64Array.from(values, (_, i) => i),
              columns: [{ field, values: Float64Array.from(values) }],
            },
          ],
          absoluteTime: false,
          gates: [],
          laps: [],
          notes: [],
        };
        const back = findColumn(
          await readRecording(await written(recording, "pitwall-csv")),
          "wheel.speed",
        )!.column;
        values.forEach((v, i) => {
          if (step === undefined) expect(back.values[i]).toBe(v + 0);
          else expect(Math.abs(back.values[i]! - v)).toBeLessThanOrEqual((step / 2) * (1 + 1e-6));
        });
      }),
      { numRuns: 300 },
    );
  });

  it("is recognised by its first cell alone", () => {
    expect(recognise(bytesOf("tUs,gnss.lat\n"))?.format.id).toBe("pitwall-csv");
    expect(recognise(bytesOf("\ufefftUs,a\r\n1,2\r\n"), "x.txt")?.confidence).toBe(1);
    expect(recognise(bytesOf("tUsa,b\n"))?.format.id).not.toBe("pitwall-csv");
  });
});
