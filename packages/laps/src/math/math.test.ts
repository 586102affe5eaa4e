import type { Recording, Unit } from "@pitwall/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LapsError } from "../errors.ts";
import { column } from "../testing/drive-recording.ts";
import { checkMathChannels, mathChannels } from "./channels.ts";
import { checkExpression } from "./check.ts";
import { evaluate } from "./evaluate.ts";
import { parseExpression } from "./parse.ts";

const UNITS_OF: Record<string, Unit> = {
  "vehicle.aLat": "m/s^2",
  "vehicle.speed": "m/s",
  "vehicle.yawRate": "rad/s",
  "gnss.lat": "deg",
  "engine.rpm": "rpm",
  "battery.voltage": "V",
  "battery.current": "A",
  "engine.waterTemp": "degC",
  "vehicle.mode": "bits",
  "lap.number": "1",
  "device.id": "text",
  "Brake Pos": "1",
};
const unitOf = (name: string) => UNITS_OF[name];
const axis = (n: number, hz = 10) => ({ tS: Float64Array.from({ length: n }, (_, i) => i / hz), gapS: 2 });

function run(text: string, inputs: Record<string, ArrayLike<number>> = {}, declared?: Unit) {
  const checked = checkExpression(text, unitOf, declared);
  const n = Object.values(inputs)[0]?.length ?? 1;
  const values = evaluate(checked, axis(n), (name) => Float64Array.from(inputs[name]!));
  return { unit: checked.unit, values: [...values] };
}
const fault = (text: string, declared?: Unit): [string, string] | undefined => {
  try {
    checkExpression(text, unitOf, declared);
  } catch (e) {
    if (e instanceof LapsError) return [e.code, e.place];
  }
  return undefined;
};

describe("expressions", () => {
  it.each([
    ["1 + 2 * 3", 7],
    ["(1 + 2) * 3", 9],
    ["2 ^ 3 ^ 2", 512],
    ["-2 ^ 2", -4],
    ["10 - 4 - 3", 3],
    ["7 % 3", 1],
    ["-7 % 3", 2],
    ["1 / 0", Number.NaN],
    ["1 < 2 && 2 < 1", 0],
    ["1 < 2 || 2 < 1", 1],
    ["!0", 1],
    ["1.5e3 + .5", 1500.5],
    ["if(2 > 1, 10, 20)", 10],
    ["clamp(12, 0, 10)", 10],
    ["max(1, 3, 2) - min(1, 3, 2)", 2],
    ["hypot(3, 4)", 5],
    ["round(2.5) + floor(-1.5) + ceil(1.2)", 3],
    ["atan2(1, 1)", Math.PI / 4],
    ["sign(-3) + abs(-3)", 2],
    ["sqrt(16) + exp(0) + log(1)", 5],
  ])("%s is %d", (text, value) => {
    expect(run(text).values).toEqual([Number.isNaN(value) ? Number.NaN : expect.closeTo(value, 9)]);
  });

  it("calculate what a tree of the same parts does", () => {
    type Tree = { text: string; value: number };
    const tree: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        fc.integer({ min: 0, max: 1000 }).map((n) => ({ text: `${n / 8}`, value: n / 8 })),
        fc.tuple(tie("tree"), tie("tree"), fc.constantFrom("+", "-", "*")).map(([a, b, op]) => ({
          text: `(${a.text}) ${op} (${b.text})`,
          value: op === "+" ? a.value + b.value : op === "-" ? a.value - b.value : a.value * b.value,
        })),
        tie("tree").map((a) => ({ text: `-(${a.text})`, value: -a.value })),
      ),
    })).tree;
    fc.assert(
      fc.property(tree, (t) => {
        expect(run(t.text).values[0]! + 0).toBe(t.value + 0);
      }),
    );
  });

  it("any text gives a value or a fault with its place, never anything else", () => {
    const parts = fc.constantFrom(
      "1",
      "vehicle.aLat",
      "(",
      ")",
      ",",
      "+",
      "-",
      "^",
      "<",
      "if",
      "max",
      "[m]",
      '"',
      "&&",
      "é",
      " ",
      "derivative",
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 25 }), (list) => {
        try {
          checkExpression(list.join(""), unitOf);
        } catch (e) {
          expect(e).toBeInstanceOf(LapsError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("have a place where they are wrong", () => {
    expect(fault("1 +")).toEqual(["syntax", "column 4"]);
    expect(fault("1 2")).toEqual(["syntax", "column 3"]);
    expect(fault("(1")).toEqual(["syntax", "column 3"]);
    expect(fault("1 $ 2")).toEqual(["syntax", "column 3"]);
    expect(fault('"x')).toEqual(["syntax", "column 1"]);
    expect(fault("sin()")).toEqual(["syntax", "column 1"]);
    expect(fault("1 + wheel.speed")).toEqual(["unknown-name", "column 5"]);
    expect(fault("constructor(1)")).toEqual(["unknown-name", "column 1"]);
    expect(fault("2[furlong]")).toEqual(["unknown-name", "column 1"]);
    expect(fault("device.id + 1")).toEqual(["unit-mismatch", "column 1"]);
  });

  it("are bounded in length, depth and parts", () => {
    expect(fault("1".repeat(3000))?.[0]).toBe("too-complex");
    expect(fault(`${"(".repeat(100)}1${")".repeat(100)}`)?.[0]).toBe("too-complex");
    expect(fault(Array(400).fill("1").join("+"))?.[0]).toBe("too-complex");
    expect(() => parseExpression(`${"-".repeat(1000)}1`)).toThrow(LapsError);
  });
});

describe("units", () => {
  it("of products and ratios", () => {
    expect(
      run("battery.voltage * battery.current", { "battery.voltage": [50], "battery.current": [10] }),
    ).toEqual({
      unit: "W",
      values: [500],
    });
    expect(
      run("vehicle.speed * vehicle.yawRate", { "vehicle.speed": [20], "vehicle.yawRate": [0.5] }),
    ).toEqual({
      unit: "m/s^2",
      values: [10],
    });
    expect(run("vehicle.speed ^ 2 / vehicle.aLat", { "vehicle.speed": [20], "vehicle.aLat": [10] })).toEqual({
      unit: "m",
      values: [40],
    });
    expect(run("sqrt(vehicle.speed ^ 2)", { "vehicle.speed": [20] })).toEqual({ unit: "m/s", values: [20] });
  });

  it("plain numbers divide without a unit, and can have one", () => {
    expect(run("vehicle.aLat / 2", { "vehicle.aLat": [4] })).toEqual({ unit: "m/s^2", values: [2] });
    expect(run("vehicle.aLat / 9.80665[m/s^2]", { "vehicle.aLat": [19.6133] })).toEqual({
      unit: "1",
      values: [expect.closeTo(2, 9)],
    });
    expect(fault("vehicle.aLat / 2", "1")).toEqual(["unit-mismatch", "result"]);
  });

  it("an acceleration by the number of gravity is in g, and nothing else is", () => {
    for (const g of ["9.80665", "9.81", "9.8"])
      expect(run(`vehicle.aLat / ${g}`, { "vehicle.aLat": [2 * Number(g)] })).toEqual({
        unit: "1",
        values: [expect.closeTo(2, 9)],
      });
    expect(run("vehicle.aLat * 9.80665", { "vehicle.aLat": [2] }).unit).toBe("m/s^2");
    expect(run("vehicle.speed / 9.80665", { "vehicle.speed": [9.80665] }).unit).toBe("m/s");
    expect(run("abs(vehicle.aLat) / 9.81", { "vehicle.aLat": [-9.81] }).unit).toBe("1");
  });

  it("plain numbers take on the other side's unit", () => {
    expect(run("gnss.lat + 0.5", { "gnss.lat": [47] })).toEqual({
      unit: "deg",
      values: [expect.closeTo(47.5, 9)],
    });
    expect(run("engine.rpm > 2 * 5000", { "engine.rpm": [9999, 10_001] })).toEqual({
      unit: "1",
      values: [0, 1],
    });
    expect(run("max(engine.rpm, 6000)", { "engine.rpm": [5000, 7000] }).values).toEqual(
      [6000, 7000].map((v) => expect.closeTo(v, 6)),
    );
    expect(
      run("if(vehicle.speed > 10, gnss.lat, -1)", { "vehicle.speed": [5, 20], "gnss.lat": [47, 48] }),
    ).toEqual({
      unit: "deg",
      values: [expect.closeTo(-1, 9), expect.closeTo(48, 9)],
    });
    expect(run("clamp(engine.waterTemp - 20, 0, 100)", { "engine.waterTemp": [10, 95] })).toEqual({
      unit: "degC",
      values: [0, 75],
    });
  });

  it("are converted where they measure the same", () => {
    expect(run("vehicle.speed * 2[min]", { "vehicle.speed": [10] })).toEqual({ unit: "m", values: [1200] });
    expect(run("vehicle.speed * 2[min]", { "vehicle.speed": [10] }, "km").values).toEqual([1.2]);
    expect(run("sin(gnss.lat)", { "gnss.lat": [30] })).toEqual({
      unit: "1",
      values: [expect.closeTo(0.5, 9)],
    });
    expect(run("1[km] + 500[m]", {})).toEqual({ unit: "km", values: [1.5] });
    expect(run("round(gnss.lat)", { "gnss.lat": [47.6] }).values).toEqual([expect.closeTo(48, 9)]);
    expect(run("value(gnss.lat) * 2", { "gnss.lat": [47.5] })).toEqual({
      unit: "1",
      values: [expect.closeTo(95, 9)],
    });
  });

  it("that cannot be put together are refused", () => {
    expect(fault("vehicle.speed + battery.voltage")?.[0]).toBe("unit-mismatch");
    expect(fault("vehicle.speed > battery.voltage")?.[0]).toBe("unit-mismatch");
    expect(fault("max(vehicle.speed, vehicle.aLat)")?.[0]).toBe("unit-mismatch");
    expect(fault("if(1, vehicle.speed, vehicle.aLat)")?.[0]).toBe("unit-mismatch");
    expect(fault("sin(vehicle.speed)")?.[0]).toBe("unit-mismatch");
    expect(fault("sqrt(vehicle.speed)")?.[0]).toBe("unit-mismatch");
    expect(fault("vehicle.speed ^ 0.5")?.[0]).toBe("unit-mismatch");
    expect(fault("engine.rpm + vehicle.yawRate")?.[0]).toBe("unit-mismatch");
    expect(fault("lowpass(vehicle.speed, 5[m])")?.[0]).toBe("unit-mismatch");
    expect(fault("average(vehicle.speed, vehicle.speed)")?.[0]).toBe("unit-mismatch");
    expect(fault("vehicle.speed ^ 3")).toEqual(["unit-mismatch", "result"]);
  });
});

describe("functions of time", () => {
  const t = Array.from({ length: 200 }, (_, i) => i / 10);

  it("derivative and integral undo each other", () => {
    const square = run("derivative(vehicle.speed)", { "vehicle.speed": t.map((s) => s * s) });
    expect(square.unit).toBe("m/s^2");
    // central differences of a parabola are exact
    for (let i = 1; i < 199; i++) expect(square.values[i]).toBeCloseTo(2 * t[i]!, 9);
    const line = run("integral(vehicle.speed)", { "vehicle.speed": t.map((s) => 2 * s) });
    expect(line.unit).toBe("m");
    for (let i = 0; i < 200; i++) expect(line.values[i]).toBeCloseTo(t[i]! ** 2, 9);
    expect(
      run("integral(battery.voltage * battery.current)", {
        "battery.voltage": [36, 36],
        "battery.current": [100, 100],
      }),
    ).toEqual({
      unit: "Wh",
      values: [0, expect.closeTo(0.1, 9)],
    });
  });

  it("integral begins anew with each lap", () => {
    const { values } = run("integral(vehicle.speed, lap.number)", {
      "vehicle.speed": Array(6).fill(10),
      "lap.number": [1, 1, 1, 2, 2, 2],
    });
    expect(values).toEqual([0, 1, 2, 0, 1, 2].map((v) => expect.closeTo(v, 9)));
  });

  it("lowpass answers a step as 1 - exp(-2 pi f t)", () => {
    const step = t.map((s) => (s >= 1 ? 1 : 0));
    const { values } = run("lowpass(vehicle.speed, 0.5)", { "vehicle.speed": step });
    for (let i = 10; i < 200; i++)
      expect(values[i]).toBeCloseTo(1 - Math.exp(-2 * Math.PI * 0.5 * (t[i]! - 0.9)), 9);
    expect(run("lowpass(vehicle.speed, 2[Hz])", { "vehicle.speed": step }).values[0]).toBe(0);
  });

  it("average and delay by hand", () => {
    expect(run("average(vehicle.speed, 0.2)", { "vehicle.speed": [0, 3, 6, 9] }).values).toEqual(
      [1.5, 3, 6, 7.5].map((v) => expect.closeTo(v, 9)),
    );
    expect(run("delay(vehicle.speed, 150[ms])", { "vehicle.speed": [0, 10, 20, 30] }).values).toEqual([
      Number.NaN,
      Number.NaN,
      expect.closeTo(5, 6),
      expect.closeTo(15, 6),
    ]);
  });

  it("bits by number, and what is absent stays absent", () => {
    expect(run("bit(vehicle.mode, 1)", { "vehicle.mode": [0, 2, 5, 7] }).values).toEqual([0, 1, 0, 1]);
    const gap = [1, Number.NaN, 3];
    for (const e of [
      "vehicle.speed + 1",
      "max(vehicle.speed, 2)",
      "vehicle.speed > 2",
      "if(vehicle.speed > 2, 1, 0)",
      "!vehicle.speed",
    ])
      expect(run(e, { "vehicle.speed": gap }).values[1]).toBeNaN();
  });
});

describe("math channels", () => {
  const recording: Recording = {
    groups: [
      {
        name: "fast",
        tUs: Float64Array.from([0, 1e5, 2e5, 3e5, 4e5]),
        columns: [column("vehicle.speed", "m/s", [0, 1, 2, 3, 4])],
      },
      {
        name: "slow",
        tUs: Float64Array.from([0, 4e5]),
        columns: [column("battery.voltage", "V", [40, 44]), column("Brake Pos", "1", [0, 1])],
      },
    ],
    absoluteTime: true,
    gates: [],
    laps: [],
    notes: [],
  };

  it("come on the axis of their quickest channel and may use each other in any order", () => {
    const groups = mathChannels(recording, [
      { name: "math.double", expression: "math.scaled * 2" },
      { name: "math.scaled", expression: 'vehicle.speed * "Brake Pos"', unit: "m/s", doc: "speed by brake" },
    ]);
    const of = (name: string) => groups.find((g) => g.columns[0]!.field.name === name)!;
    expect(of("math.scaled").columns[0]!.field).toEqual({
      name: "math.scaled",
      unit: "m/s",
      doc: "speed by brake",
    });
    expect([...of("math.scaled").columns[0]!.values]).toEqual([0, 0.25, 1, 2.25, 4]);
    expect([...of("math.double").columns[0]!.values]).toEqual([0, 0.5, 2, 4.5, 8]);
    expect(of("math.double").columns[0]!.field.unit).toBe("m/s");
  });

  it("say which of them is wrong, and where", () => {
    const code = (list: { name: string; expression: string }[]) => {
      try {
        mathChannels(recording, list);
      } catch (e) {
        if (e instanceof LapsError) return [e.code, e.place];
      }
      return undefined;
    };
    expect(
      code([
        { name: "a", expression: "b" },
        { name: "b", expression: "a" },
      ]),
    ).toEqual(["cycle", "a"]);
    expect(code([{ name: "a", expression: "vehicle.speed +" }])).toEqual(["syntax", "a, column 16"]);
    expect(code([{ name: "a", expression: "vehicle.sped" }])).toEqual(["unknown-name", "a, column 1"]);
    expect(code([{ name: "a", expression: "1 + 1" }])).toEqual(["missing", "a"]);
    expect(
      code([
        { name: "a", expression: "1" },
        { name: "a", expression: "2" },
      ]),
    ).toEqual(["malformed", "a"]);
  });

  it("are checked against the catalogue before there is a recording", () => {
    const units = checkMathChannels([
      { name: "math.power", expression: "battery.voltage * battery.current" },
      { name: "math.energy", expression: "integral(math.power)" },
    ]);
    expect([...units]).toEqual([
      ["math.power", "W"],
      ["math.energy", "Wh"],
    ]);
  });
});
