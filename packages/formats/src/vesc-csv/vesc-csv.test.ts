import { findColumn } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { readRecording, recognise } from "../registry.ts";
import { bytesOf } from "../testing/shared.ts";

const LOG = `ms_today;input_voltage;temp_mos_max;temp_mos_1;current_motor;current_in;erpm;duty_cycle;fault_code;roll;accX;gyroZ;gnss_posTime;gnss_lat;gnss_lon;gnss_alt;gnss_gVel;gnss_vVel;gnss_hAcc;gnss_vAcc;
86399900;50.4;35.5;35;10;-5;12000;0.5;0;1.5;1;90;1000;52.1;4.9;10;5;0;1.5;2;
86399950;50.3;35.5;35;10;5;12000;0.5;0;1.5;1;90;1000;52.1;4.9;10;5;0;1.5;2;
0;50.2;35.5;35;10;5;12000;0.5;0;1.5;1;90;1200;52.2;4.9;10;6;0;1.5;2;
`;

describe("VESC Tool CSV", () => {
  it("reads channels in the house's units and takes a fix only when its time changes", async () => {
    expect(recognise(bytesOf(LOG))).toMatchObject({ format: { id: "vesc-csv" }, confidence: 1 });
    const r = await readRecording(bytesOf(LOG), { name: "2024-10-10_23-59-08.csv" });
    const midnight = Date.UTC(2024, 9, 11) * 1000;
    expect([...findColumn(r, "battery.voltage")!.group.tUs]).toEqual([
      midnight - 100_000,
      midnight - 50_000,
      midnight,
    ]);
    expect([...findColumn(r, "battery.current")!.column.values]).toEqual([-5, 5, 5]);
    const lat = findColumn(r, "gnss.lat")!;
    expect([...lat.group.tUs]).toEqual([midnight - 100_000, midnight]);
    expect([...lat.column.values]).toEqual([52.1, 52.2]);
    expect(findColumn(r, "imu.ax")!.column.values[0]).toBe(9.80665);
    expect(findColumn(r, "imu.gz")!.column.values[0]).toBeCloseTo(Math.PI / 2, 12);
    expect(findColumn(r, "roll")!.column.values[0]).toBe(1.5);
    expect(findColumn(r, "temp_mos_1")!.column.values[0]).toBe(35);
  });

  it("reads the form of VESC Express, whose titles carry name, unit and what is time", async () => {
    const text = `t_day:Time:s:3:0:1;v_in:Input Voltage:V:2:0:0;kmh_vesc:Speed:km/h:2:0:0;
36000.000;50.4;36.00;
36000.050;50.3;36.00;
`;
    const r = await readRecording(bytesOf(text), { date: "2024-01-02" });
    expect(findColumn(r, "battery.voltage")!.group.tUs[1]).toBe(Date.UTC(2024, 0, 2, 10) * 1000 + 50_000);
    expect(findColumn(r, "kmh_vesc")!.column.values[0]).toBeCloseTo(10, 12);
  });
});
