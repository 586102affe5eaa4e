import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { findColumn, type Recording } from "@pitwall/core";
import { lapsReport } from "@pitwall/laps";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readRecording } from "../registry.ts";
import { drive } from "../testing/drive.ts";
import { written } from "../testing/gather.ts";

const DRIVE = drive({ hz: 25 });
let dir = "";
let file = "";

async function rowsOf(query: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const db = await instance.connect();
  try {
    return (await db.runAndReadAll(query)).getRowObjects() as Record<string, unknown>[];
  } finally {
    db.closeSync();
    instance.closeSync();
  }
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "pitwall-parquet-"));
  file = join(dir, "drive.parquet");
  await writeFile(file, await written(DRIVE, "parquet"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe("Parquet, as DuckDB reads it", () => {
  it("holds each channel's samples at their times, and nothing where there is none", async () => {
    for (const group of DRIVE.groups)
      for (const { field, values } of group.columns) {
        const rows = await rowsOf(
          `SELECT "tUs" AS t, "${field.name}" AS v FROM '${file}' WHERE "${field.name}" IS NOT NULL ORDER BY t`,
        );
        const wanted = [...values.keys()].filter((i) => !Number.isNaN(values[i]!));
        expect(rows.map((r) => Number(r["t"]))).toEqual(wanted.map((i) => group.tUs[i]!));
        expect(rows.map((r) => r["v"])).toEqual(wanted.map((i) => values[i]!));
      }
  });

  it("gives the same laps within 1 ms", async () => {
    const rows = await rowsOf(
      `SELECT "tUs" AS t, "gnss.lat" AS lat, "gnss.lon" AS lon, "gnss.speed" AS speed, "gnss.course" AS course
       FROM '${file}' WHERE "gnss.lat" IS NOT NULL ORDER BY t`,
    );
    const column = (key: string) => Float64Array.from(rows, (r) => Number(r[key]));
    const gps = DRIVE.groups[0]!;
    const back: Recording = {
      ...DRIVE,
      laps: [],
      gates: [],
      groups: [
        {
          name: "gps",
          tUs: column("t"),
          columns: ["lat", "lon", "speed", "course"].map((k) => ({
            field: gps.columns.find((c) => c.field.name === `gnss.${k}`)!.field,
            values: column(k),
          })),
        },
      ],
    };
    const timed = (r: Recording) =>
      lapsReport({ ...r, laps: [], gates: [] }, { gate: DRIVE.gates[0]!.ends }).laps.filter(
        (l) => l.kind === "lap",
      );
    const [before, after] = [timed(DRIVE), timed(back)];
    expect(before.length).toBe(DRIVE.laps.length);
    expect(after.length).toBe(before.length);
    after.forEach((l, i) => {
      expect(Math.abs(l.timeS - before[i]!.timeS)).toBeLessThan(0.001);
    });
  });

  it("has the lap in each row, the time as a time stamp, and units in its metadata", async () => {
    const [lap] = DRIVE.laps;
    const [row] = await rowsOf(
      `SELECT min("tUs") AS a, max("tUs") AS b, epoch_us(min("time")) AS u, typeof(min("time")) AS type
       FROM '${file}' WHERE "lap.number" = ${lap!.number}`,
    );
    const times = [...new Set(DRIVE.groups.flatMap((g) => [...g.tUs]))].sort((a, b) => a - b);
    const within = times.filter((t) => t >= lap!.startUs && t < lap!.endUs);
    expect([Number(row!["a"]), Number(row!["b"])]).toEqual([within[0], within.at(-1)]);
    expect([Number(row!["u"]), row!["type"]]).toEqual([within[0], "TIMESTAMP WITH TIME ZONE"]);
    const [meta] = await rowsOf(
      `SELECT decode(value) AS v FROM parquet_kv_metadata('${file}') WHERE decode(key) = 'pitwall.recording'`,
    );
    const about = JSON.parse(String(meta!["v"]));
    expect(about.columns).toContainEqual(
      expect.objectContaining({ name: "gnss.speed", channel: "gnss.speed", unit: "m/s", resolution: 0.001 }),
    );
    expect(about.laps).toEqual(DRIVE.laps);
  });

  it("keeps two sources of one channel apart, and names that differ by case alone", async () => {
    const [gps, imu] = DRIVE.groups;
    const column = { ...imu!.columns[0]!, field: { ...imu!.columns[0]!.field, name: "GNSS.Speed" } };
    const twice: Recording = {
      ...DRIVE,
      groups: [gps!, { ...gps!, name: "spare" }, { ...imu!, columns: [column] }],
    };
    const other = join(dir, "twice.parquet");
    await writeFile(other, await written(twice, "parquet"));
    const [row] = await rowsOf(
      `SELECT count("gnss.speed") AS a, count("gnss.speed@spare") AS b, count("GNSS.Speed@imu") AS c FROM '${other}'`,
    );
    expect([row!["a"], row!["b"], row!["c"]].map(Number)).toEqual([2000, 2000, 8000]);
    const back = await readRecording(await written(twice, "parquet"));
    expect(back.groups.map((g) => g.columns.map((c) => c.field.name))).toEqual(
      twice.groups.map((g) => g.columns.map((c) => c.field.name)),
    );
  });
});

describe("Parquet with lap numbers that were recorded", () => {
  it("fills in its own where laps are stated, and gives both back", async () => {
    const [gps, ...rest] = DRIVE.groups;
    const tUs = gps!.tUs.filter((_, i) => i % 10 === 0);
    const field = { name: "lap.number", unit: "1", doc: "Lap" } as const;
    const counted = {
      name: "timer",
      tUs,
      columns: [{ field, values: tUs.map((_, i) => (i > 100 ? 8 : 7)) }],
    };
    const both: Recording = { ...DRIVE, groups: [gps!, counted, ...rest] };
    const other = join(dir, "counted.parquet");
    await writeFile(other, await written(both, "parquet"));
    const [lap] = DRIVE.laps;
    const [row] = await rowsOf(
      `SELECT count(*) AS n, min("lap.number@timer") AS low FROM '${other}' WHERE "lap.number" = ${lap!.number}`,
    );
    const times = new Set(both.groups.flatMap((g) => [...g.tUs]));
    const within = [...times].filter((t) => t >= lap!.startUs && t < lap!.endUs);
    expect([Number(row!["n"]), row!["low"]]).toEqual([within.length, 7]);
    const back = await readRecording(await readFile(other));
    expect(back.laps).toEqual(DRIVE.laps);
    expect([...findColumn(back, "lap.number")!.column.values]).toEqual([...counted.columns[0]!.values]);
    // without stated laps the recorded ones are a channel like any other
    const alone = await readRecording(await written({ ...both, laps: [] }, "parquet"));
    expect([...findColumn(alone, "lap.number")!.column.values]).toEqual([...counted.columns[0]!.values]);
  });
});

describe("Parquet of others", () => {
  it("is read by titles and a column of time stamps", async () => {
    const other = join(dir, "other.parquet");
    await rowsOf(
      `COPY (SELECT make_timestamp(1700000000000000 + i * 100000) AS stamp, 50.0 + i AS Latitude, 4.0 AS lon,
        CASE WHEN i <> 1 THEN 36 * i END AS "Speed (km/h)", 'x' AS note FROM range(3) t(i)) TO '${other}' (FORMAT parquet, COMPRESSION zstd)`,
    );
    const r = await readRecording(await readFile(other));
    expect(r.absoluteTime).toBe(true);
    const speed = findColumn(r, "gnss.speed")!;
    expect([...speed.group.tUs]).toEqual([0, 1, 2].map((i) => 1_700_000_000_000_000 + i * 100_000));
    expect([...speed.column.values]).toEqual([0, Number.NaN, 20]);
    expect([...findColumn(r, "gnss.lat")!.column.values]).toEqual([50, 51, 52]);
  });

  it("is refused without a time, and where it is a part of the sample store", async () => {
    const [bare, part] = [join(dir, "bare.parquet"), join(dir, "part.parquet")];
    await rowsOf(`COPY (SELECT 1 AS a) TO '${bare}' (FORMAT parquet)`);
    await rowsOf(`COPY (SELECT 1 AS "tUs") TO '${part}' (FORMAT parquet, KV_METADATA {pitwall: '{}'})`);
    await expect(readRecording(await readFile(bare))).rejects.toMatchObject({ code: "unsupported" });
    await expect(readRecording(await readFile(part))).rejects.toMatchObject({
      code: "unsupported",
      reason: expect.stringContaining("export the session"),
    });
  });
});
