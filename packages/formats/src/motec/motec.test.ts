import { findColumn } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { readRecording, recognise } from "../registry.ts";
import { bytesOf } from "../testing/shared.ts";

const CSV = `"Format","MoTeC CSV File",,,"Workbook",""
"Venue","Calder",,,"Worksheet",""
"Vehicle","Car 7",,,"Vehicle Desc",""
"Driver","A. Driver",,,"Engine ID",""
"Device","ADL"
"Comment","dry",,,"Session","Practice 2"
"Log Date","23/11/2005",,,"Origin Time","0.000","s"
"Log Time","09:53:32",,,"Start Time","0.000","s"
"Sample Rate","10.000","Hz",,"End Time","0.400","s"
"Duration","0.400","s",,"Start Distance","0","m"
"Range","entire outing",,,"End Distance","12","m"
"Beacon Markers","0.100 0.325 0.390 "


"Time","Ground Speed","Engine RPM","Throttle Pos","G Force Lat","GPS Latitude","Eng Temp","Damper FL"
"s","km/h","rpm","%","G","deg","C","mm"


"0.000","36.0","8000","50.0","0.50","-37.6714","80.5","12.5"
"0.100","36.0","8100","60.0","0.50","-37.6714","80.5","12.5"
"0.200","36.0","8200","70.0","0.50","-37.6714","80.5","12.5"
"0.300","36.0","x","80.0","0.50","-37.6714","80.5","12.5"
"0.400","36.0","8400","90.0","0.50","-37.6714","80.5","12.5"
`.replaceAll("\n", "\r\n");
const START = Date.UTC(2005, 10, 23, 9, 53, 32) * 1000;

describe("MoTeC CSV", () => {
  it("reads units, beacons and what the head says", async () => {
    expect(recognise(bytesOf(CSV))).toMatchObject({ format: { id: "motec-csv" }, confidence: 1 });
    const r = await readRecording(bytesOf(CSV));
    expect(r).toMatchObject({
      track: "Calder",
      vehicle: "Car 7",
      driver: "A. Driver",
      device: "ADL",
      title: "Practice 2",
    });
    const speed = findColumn(r, "wheel.speed")!;
    expect(speed.column.values[0]).toBeCloseTo(10, 12);
    expect([...speed.group.tUs]).toEqual([0, 1, 2, 3, 4].map((k) => START + k * 100_000));
    expect([...findColumn(r, "driver.throttle")!.column.values]).toEqual(
      [0.5, 0.6, 0.7, 0.8, 0.9].map((x) => expect.closeTo(x, 12)),
    );
    expect(findColumn(r, "engine.waterTemp")!.column.values[0]).toBe(80.5);
    expect(findColumn(r, "damper_fl")!.column.values[0]).toBeCloseTo(0.0125, 12);
    expect(findColumn(r, "damper_fl")!.column.field.unit).toBe("m");
    expect(r.laps).toEqual([
      { number: 1, startUs: START + 100_000, endUs: START + 325_000 },
      { number: 2, startUs: START + 325_000, endUs: START + 390_000 },
    ]);
    expect(r.problems?.list).toEqual([
      { code: "malformed", line: 22, reason: '"x" in column "Engine rpm" is no number' },
    ]);
  });

  it("skips a row of channel numbers, a second time column, and an alias row above the units", async () => {
    const text = `"Format","MoTeC CSV File"
"Log Date","11/23/2005"
"Beacon Markers","1.5","3.5"
"Time","Time","Speed"
"Time","Time","Ground Speed"
"s","min","km/h"
"8001","8002","8003"
"0.00","0.0","72"
"1.00","0.0167","72"
`;
    const r = await readRecording(bytesOf(text));
    const speed = findColumn(r, "wheel.speed")!;
    expect([...speed.group.tUs]).toEqual([0, 1e6].map((t) => Date.UTC(2005, 10, 23) * 1000 + t));
    expect(r.groups[0]!.columns).toHaveLength(1);
    expect(r.laps).toHaveLength(1);
  });

  const along = (titles: string, units: string, rows: string) =>
    `"Format","MoTeC CSV File"\n"Log Date","3-Sep-25"\n"Log Time","11:54:02"\n"Sample Rate","50.000","Hz"\n"Beacon Markers","0.02 0.06"\n\n${titles}\n${units}\n\n${rows}\n`;

  it("reads an export along the distance, by its column of time or else by its rate", async () => {
    const start = Date.UTC(2025, 8, 3, 11, 54, 2) * 1000;
    const timed = await readRecording(
      bytesOf(along('"Distance","Time","Ground Speed"', '"m","s","km/h"', '"0","1.5","36"\n"1","1.6","72"')),
    );
    expect([...findColumn(timed, "trip.distance")!.group.tUs]).toEqual([start + 1.5e6, start + 1.6e6]);
    expect([...findColumn(timed, "wheel.speed")!.column.values]).toEqual([10, 20]);
    const untimed = await readRecording(
      bytesOf(along('"Distance","Ground Speed"', '"km","km/h"', '"0","36"\n"0.002","72"\n"0.004","72"')),
    );
    expect([...findColumn(untimed, "trip.distance")!.group.tUs].map((t) => t - start)).toEqual([
      0, 20_000, 40_000,
    ]);
    expect([...findColumn(untimed, "trip.distance")!.column.values]).toEqual([0, 2, 4]);
    expect(untimed.laps).toEqual([{ number: 1, startUs: start + 20_000, endUs: start + 60_000 }]);
    expect(untimed.notes.join()).toContain("one every 1/50 s");
    await expect(
      readRecording(bytesOf(along('"Distance","RPM"', '"m","rpm"', '"0","1"').replace('"50.000"', '""'))),
    ).rejects.toMatchObject({ code: "unsupported" });
  });

  it("reads decimal commas in quotes", async () => {
    const text = along(
      '"Time","Ground Speed","Temp"',
      '"s","km/h","\u2103"',
      '"0,000","36,0","80,125"\n"1,020","72,0","81"',
    );
    const r = await readRecording(bytesOf(text.replace(/(\d)\.(\d)/g, "$1,$2")));
    expect(r.groups[0]!.tUs[1]! - r.groups[0]!.tUs[0]!).toBe(1_020_000);
    expect([...findColumn(r, "wheel.speed")!.column.values]).toEqual([10, 20]);
    expect(r.groups[0]!.columns[1]).toMatchObject({
      field: { unit: "degC" },
      values: Float64Array.of(80.125, 81),
    });
    expect((r.laps[0]!.endUs - r.laps[0]!.startUs) / 1e6).toBe(0.04);
  });
});

type LdChannel = {
  name: string;
  unit: string;
  kind: number;
  width: number;
  rate: number;
  scaling: [number, number, number, number];
  raw: number[];
};

/** An .ld file laid out by hand after the published table of offsets. */
function ld(channels: readonly LdChannel[], pointAt = 0x600): Uint8Array {
  const metaEnd = pointAt + channels.length * 0x7c;
  const bytes = new Uint8Array(metaEnd + channels.reduce((n, c) => n + c.raw.length * c.width, 0));
  const view = new DataView(bytes.buffer);
  const text = (at: number, s: string) => bytes.set(new TextEncoder().encode(s), at);
  view.setUint32(0, 0x40, true);
  view.setUint32(8, pointAt, true);
  view.setUint32(12, metaEnd, true);
  text(0x5e, "23/11/2005");
  text(0x7e, "09:53:32");
  text(0x9e, "A. Driver");
  text(0xde, "Car 7");
  text(0x15e, "Calder");
  let data = metaEnd;
  channels.forEach((c, i) => {
    const at = pointAt + i * 0x7c;
    view.setUint32(at, i === 0 ? 0 : at - 0x7c, true);
    view.setUint32(at + 4, i === channels.length - 1 ? 0 : at + 0x7c, true);
    view.setUint32(at + 8, data, true);
    view.setUint32(at + 12, c.raw.length, true);
    view.setUint16(at + 18, c.kind, true);
    view.setUint16(at + 20, c.width, true);
    view.setUint16(at + 22, c.rate, true);
    for (let k = 0; k < 4; k++) view.setInt16(at + 24 + 2 * k, c.scaling[k]!, true);
    text(at + 32, c.name);
    text(at + 72, c.unit);
    for (const x of c.raw) {
      if (c.kind === 7 && c.width === 4) view.setFloat32(data, x, true);
      else if (c.width === 4) view.setInt32(data, x, true);
      else view.setInt16(data, x, true);
      data += c.width;
    }
  });
  return bytes;
}

describe("MoTeC .ld", () => {
  const file = ld([
    // (raw / scale * 10^-dec + shift) * factor
    {
      name: "Ground Speed",
      unit: "km/h",
      kind: 3,
      width: 2,
      rate: 10,
      scaling: [0, 1, 1, 1],
      raw: [360, 720, -360],
    },
    {
      name: "Eng Temp",
      unit: "C",
      kind: 0,
      width: 4,
      rate: 10,
      scaling: [-40, 1, 2, 0],
      raw: [240, 241, 242],
    },
    {
      name: "GPS Latitude",
      unit: "deg",
      kind: 7,
      width: 4,
      rate: 2,
      scaling: [0, 1, 1, 0],
      raw: [-37.5, 12.25],
    },
    // 0x3c00 is 1.0, 0xc000 is -2.0 in binary16
    {
      name: "Brake Bias",
      unit: "%",
      kind: 7,
      width: 2,
      rate: 2,
      scaling: [0, 1, 1, 0],
      raw: [0x3c00, 0xc000],
    },
  ]);

  it("reads integers and floats of both widths with their scaling", async () => {
    expect(recognise(file, "x.ld")).toMatchObject({ format: { id: "motec-ld" }, confidence: 1 });
    const r = await readRecording(file);
    expect([...findColumn(r, "wheel.speed")!.column.values]).toEqual(
      [10, 20, -10].map((x) => expect.closeTo(x, 9)),
    );
    expect([...findColumn(r, "engine.waterTemp")!.column.values]).toEqual([80, 80.5, 81]);
    expect(findColumn(r, "engine.waterTemp")!.column.field).toMatchObject({ resolution: 0.5, offset: -40 });
    const lat = findColumn(r, "gnss.lat")!;
    expect([...lat.column.values]).toEqual([-37.5, 12.25]);
    expect([...lat.group.tUs]).toEqual([START, START + 500_000]);
    expect([...findColumn(r, "brake_bias")!.column.values]).toEqual([0.01, -0.02]);
    expect(r).toMatchObject({ driver: "A. Driver", vehicle: "Car 7", track: "Calder", absoluteTime: true });
  });

  it("takes laps from the beacons of the .ldx file beside it", async () => {
    // attributes in any order, other markers in between, times with an exponent, one beacon twice
    const ldx = `<?xml version="1.0"?>
<LDXFile Locale="English_Australia.1252" DefaultLocale="C" Version="1.6"><Layers><Layer><MarkerBlock>
<MarkerGroup Name="Beacons" Index="3">
 <Marker Version="100" ClassName="BCN" Name="Manual.1" Flags="77" Time="1.5e+05"/>
 <Marker Time='390000.4' Name="Manual.3" ClassName='BCN'/>
 <Marker Version="100" ClassName="BCN" Name="Manual.2" Flags="77" Time="325000"/>
 <Marker Version="100" ClassName="BCN" Name="Manual.2" Flags="77" Time="325000"/>
 <Marker Version="100" ClassName="CMT" Name="spun" Time="2e+05"/><Marker ClassName="BCN" Time=""/>
</MarkerGroup></MarkerBlock></Layer></Layers></LDXFile>`;
    const r = await readRecording(file, { ldx });
    expect(r.laps).toEqual([
      { number: 1, startUs: START + 150_000, endUs: START + 325_000 },
      { number: 2, startUs: START + 325_000, endUs: START + 390_000 },
    ]);
    expect((await readRecording(file)).laps).toEqual([]);
    expect((await readRecording(file, { ldx: "<LDXFile/>" })).notes.join()).toContain("no two beacons");
  });

  it("gives what is there of a cut-off file, and stops at a list that runs in a circle", async () => {
    const cut = await readRecording(file.slice(0, file.length - 6));
    expect(cut.problems?.list.map((p) => p.code)).toEqual(["truncated", "truncated"]);
    expect([...findColumn(cut, "gnss.lat")!.column.values]).toEqual([-37.5]);
    const circle = file.slice();
    new DataView(circle.buffer).setUint32(0x600 + 0x7c + 4, 0x600, true);
    expect((await readRecording(circle)).problems?.list[0]).toMatchObject({ code: "malformed" });
  });

  it("takes no samples of another channel where a length is damaged, and no memory for channels that all name one place", async () => {
    const lying = file.slice();
    new DataView(lying.buffer).setUint32(0x600 + 12, 50_000_000, true);
    const r = await readRecording(lying);
    expect(findColumn(r, "wheel.speed")!.column.values).toHaveLength(3);
    expect(r.problems?.list).toMatchObject([{ code: "malformed", offset: 0x600 }]);
    const names = Array.from({ length: 300 }, (_, i) => i);
    const shared = ld(
      names.map((i) => ({
        name: `c${i}`,
        unit: "",
        kind: 3,
        width: 2,
        rate: 10,
        scaling: [0, 1, 1, 0],
        raw: i === 0 ? Array.from({ length: 30_000 }, (_, k) => k & 1) : [],
      })),
    );
    const view = new DataView(shared.buffer);
    for (const i of names) {
      view.setUint32(0x600 + i * 0x7c + 8, 0x600 + 300 * 0x7c, true);
      view.setUint32(0x600 + i * 0x7c + 12, 30_000, true);
    }
    const few = await readRecording(shared);
    expect(few.groups.flatMap((g) => g.columns).length).toBeLessThan(3);
    expect(few.problems?.count).toBeGreaterThan(290);
  });
});
