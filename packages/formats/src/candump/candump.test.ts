import { findColumn } from "@pitwall/core";
import { findProtocol } from "@pitwall/protocols";
import { describe, expect, it } from "vitest";
import { readRecording, recognise } from "../registry.ts";
import { bytesOf, hasShared, shared } from "../testing/shared.ts";

const LOG = `(1436509052.249713) can0 0AA#0102030405060708
(1436509052.349713) can0 0AA#1112030405060708
nonsense
`;
const DBC = `VERSION ""
BO_ 170 WHEELS: 8 X
 SG_ SPEED : 7|16@0+ (0.01,0) [0|250] "km/h" X
`;

describe("candump", () => {
  it("needs to be told what the frames mean", async () => {
    expect(recognise(bytesOf(LOG))).toMatchObject({ format: { id: "candump" }, confidence: 1 });
    await expect(readRecording(bytesOf(LOG))).rejects.toMatchObject({ code: "needs-mapping" });
    await expect(readRecording(bytesOf(LOG), { protocol: "nmea" })).rejects.toMatchObject({
      code: "unsupported",
    });
  });

  it.each([
    ["a table, say", "needs-mapping", "describes no message"],
    ['BO_ 171 OTHER: 8 X\n SG_ S : 7|16@0+ (1,0) [0|1] "" X\n', "empty", "no message that can be read"],
  ])("is refused with a DBC file that says nothing about it: %j", async (dbc, code, reason) => {
    await expect(readRecording(bytesOf(LOG), { dbc, name: "bus.log" })).rejects.toMatchObject({
      code,
      place: "bus.log",
      reason: expect.stringContaining(reason),
    });
  });

  it.skipIf(!findProtocol("dbc"))("reads signals by a DBC file at the times of the frames", async () => {
    const r = await readRecording(bytesOf(LOG), { dbc: DBC });
    const column = r.groups[0]!.columns.find((c) => c.field.name === "SPEED")!;
    expect([...r.groups[0]!.tUs]).toEqual([1_436_509_052_249_713, 1_436_509_052_349_713]);
    // 0x0102 = 258, 0x1112 = 4370, hundredths of km/h; a signal that no mapping names stays in the unit of its file
    expect([...column.values]).toEqual([2.58, 43.7]);
    expect(r.problems?.count).toBe(1);
    const named = await readRecording(bytesOf(LOG), {
      dbc: DBC,
      protocolOptions: { map: "SPEED=wheel.speed" },
    });
    expect(findColumn(named, "wheel.speed")!.column.values[0]).toBeCloseTo(258 / 360, 9);
  });

  it.each([
    "(1436509052.249713) can0 0AA#0102030405060708 R",
    " (1436509052.249713)  mcp251xfd0  0AA   [8]  01 02 03 04 05 06 07 08",
    " (2015-07-10 06:17:32.249713)  can0  RX - -  0AA   [8]  01 02 03 04 05 06 07 08   '........'",
    "(1436509052.249713)  vcan0  TX B -  0AA  [08]  01 02 03 04 05 06 07 08",
  ])("is recognised as the console writes it: %s", async (line) => {
    const bytes = bytesOf(`${line}\n`.repeat(2));
    expect(recognise(bytes)?.format.id).toBe("candump");
    const r = await readRecording(bytes, { dbc: DBC });
    expect(r.groups[0]!.tUs[0]).toBe(1_436_509_052_249_713);
    expect(r.groups[0]!.columns[0]!.values[0]).toBe(2.58);
  });

  it.skipIf(!hasShared || !findProtocol("dbc"))(
    "reads a car's wheel speeds as its own decoder did",
    async () => {
      const dbc = new TextDecoder().decode(shared("can/opendbc_toyota_2017.dbc"));
      const r = await readRecording(shared("can/comma2k19-rav4-first-28s.candump.log"), { dbc });
      const wheels = r.groups.find((g) => g.columns.some((c) => c.field.name === "WHEEL_SPEED_FR"))!;
      const fr = wheels.columns.find((c) => c.field.name === "WHEEL_SPEED_FR")!;
      const truth = new TextDecoder()
        .decode(shared("imu-gnss/comma2k19-first-30s/can_wheel_speed.csv"))
        .trim()
        .split("\n");
      const columnFr = truth[0]!.split(",").indexOf("fr");
      const rows = truth.slice(1).map((l) => l.split(",").map(Number));
      let matched = 0;
      let worst = 0;
      for (const row of rows) {
        const at = wheels.tUs.findIndex((x) => Math.abs(x / 1e6 - row[0]!) < 2e-6);
        if (at < 0) continue;
        matched++;
        worst = Math.max(worst, Math.abs(fr.values[at]! / 3.6 - row[columnFr]!));
      }
      expect(matched).toBeGreaterThan(1000);
      expect(worst).toBeLessThan(0.01);
    },
  );
});
