import { describe, expect, it } from "vitest";
import { fuseRecording } from "../fuse-recording.ts";
import { createFusion } from "../fusion.ts";
import { columnOf, interpolate, readCsv, rms } from "../testing/csv.ts";
import { kartLaps, kartTrack } from "../testing/drives.ts";
import { Random } from "../testing/random.ts";
import {
  allMounted,
  anyAxis,
  drive,
  type Mounted,
  misturned,
  mount,
  remounted,
  turnAbout,
} from "../testing/turned.ts";
import { KART_SENSORS, simulate } from "../testing/vehicle.ts";

const DEG = Math.PI / 180;
const track = kartTrack();
const lapS = 49;
const twoLapsS = 90;
const kart = (gnssHz: number) =>
  simulate(kartLaps(track, 5), twoLapsS, { ...KART_SENSORS, imuHz: 100, gnssHz });
const sims = { 10: kart(10), 25: kart(25) };
const ALL = allMounted();
const UPSIDE_DOWN = turnAbout([1, 0, 0], Math.PI);
const TO_THE_LEFT = turnAbout([0, 0, 1], -90 * DEG);

describe.each([10, 25] as const)("a kart with fixes at %d Hz and a sensor mounted any way round", (hz) => {
  const sim = sims[hz];
  const random = new Random(hz);
  const oblique = Array.from({ length: 4 }, () =>
    turnAbout(anyAxis(random), (60 + 120 * random.uniform()) * DEG),
  );

  it.each([...ALL.slice(1), ...oblique].map((m) => [JSON.stringify(m), m] as const))(
    "as %s: found in the first lap, and forces and speed as good as of one that sits right",
    (_, m: Mounted) => {
      const { fusion, rows, speed, along, across } = drive(remounted(sim, m), lapS);
      const { calibration, degraded } = fusion.summary();
      expect(calibration.orientation.turned).toBe(true);
      expect(calibration.orientation.known).toBe(true);
      expect(calibration.orientation.foundAfterS).toBeLessThan(lapS);
      // the drive's own mounting is 2 deg crooked about each axis
      expect(misturned(fusion, m)).toBeLessThan(6 * DEG);
      expect(degraded).toEqual([]);
      expect(rows).toBeGreaterThan(4000);
      expect(speed).toBeLessThan(0.2);
      expect(along).toBeLessThan(0.5);
      expect(across).toBeLessThan(0.5);
    },
  );
});

describe("on the way to the orientation", () => {
  it("a sensor upside down is not believed, and the summary says so until it is found", () => {
    const sim = remounted(sims[10], UPSIDE_DOWN);
    const early = { ...sim, readings: sim.readings.filter((r) => r.tS < 10) };
    const { fusion } = drive(early, 0);
    expect(fusion.summary().degraded).toContain("imu-axes");
    expect(fusion.summary().calibration.orientation).toEqual({
      known: false,
      turned: false,
      quaternion: [1, 0, 0, 0],
      foundAfterS: null,
    });
  });

  it.each([
    ["forwards force", [-1, 1, 1]],
    ["left force", [1, -1, 1]],
    ["all forces", [-1, -1, -1]],
  ] as const)("a mirror image (%s of the wrong sign) is no orientation", (_, signs) => {
    const sim = sims[10];
    const mirrored = {
      ...sim,
      readings: sim.readings.map((r) =>
        r.kind === "imu" ? { ...r, values: r.values.map((v, k) => v * (signs[k] ?? 1)) } : r,
      ),
    };
    const { fusion } = drive(mirrored, 0);
    expect(fusion.summary().calibration.orientation.turned).toBe(false);
    expect(fusion.summary().calibration.orientation.known).toBe(false);
  });

  it("fixes that are half a second old do not mislead it", () => {
    const late = simulate(kartLaps(track, 5), twoLapsS, {
      ...KART_SENSORS,
      imuHz: 100,
      gnssHz: 10,
      delayS: 0.5,
    });
    const { fusion, speed, along, across } = drive(remounted(late, TO_THE_LEFT), lapS);
    expect(misturned(fusion, TO_THE_LEFT)).toBeLessThan(6 * DEG);
    expect(speed).toBeLessThan(0.25);
    expect(along).toBeLessThan(0.5);
    expect(across).toBeLessThan(0.5);
  });
});

describe("a sensor that is moved", () => {
  const long = simulate(kartLaps(track, 5), 130, { ...KART_SENSORS, imuHz: 100, gnssHz: 10 });

  it.each([
    ["from upright to its side", ALL[0]!, ALL[4]!],
    ["from upside down to back to front", UPSIDE_DOWN, turnAbout([0, 0, 1], Math.PI)],
  ] as const)("%s on the way is found again", (_, before, after) => {
    const moved = remounted(remounted(long, before), mountedAfter(before, after), 40);
    const { fusion, speed, along, across } = drive(moved, 85);
    expect(fusion.summary().calibration.orientation.known).toBe(true);
    expect(misturned(fusion, after)).toBeLessThan(6 * DEG);
    expect(speed).toBeLessThan(0.2);
    expect(along).toBeLessThan(0.5);
    expect(across).toBeLessThan(0.5);
  });

  it("back to where it belongs is not turned any more", () => {
    const back = remounted(remounted(long, UPSIDE_DOWN), UPSIDE_DOWN, 40);
    const { fusion, along } = drive(back, 85);
    expect(fusion.summary().calibration.orientation).toMatchObject({ known: true, turned: false });
    expect(along).toBeLessThan(0.5);
  });
});

/** What turns readings of one mounting into those of another. */
function mountedAfter(before: Mounted, after: Mounted): Mounted {
  // after x before transposed, row by row: rows of `before` in the axes of `after`
  const columns = before.map((row) => mount(after, row));
  return [0, 1, 2].map((i) => columns.map((c) => c[i]!));
}

describe("what is kept", () => {
  it("the next run begins with it, and notices when it no longer holds", () => {
    const first = drive(remounted(sims[10], TO_THE_LEFT), 0).fusion;
    const calibration = JSON.parse(JSON.stringify(first.save()));
    const same = drive(remounted(sims[10], TO_THE_LEFT), 6, { calibration });
    expect(same.fusion.summary().calibration.orientation).toMatchObject({
      turned: true,
      known: true,
      foundAfterS: null,
    });
    expect(same.along).toBeLessThan(0.5);
    expect(same.across).toBeLessThan(0.5);
    const other = drive(remounted(sims[10], UPSIDE_DOWN), lapS, { calibration });
    expect(misturned(other.fusion, UPSIDE_DOWN)).toBeLessThan(6 * DEG);
    expect(other.along).toBeLessThan(0.5);
  });

  it("what is no rotation is refused", () => {
    const saved = createFusion().save();
    expect(saved.orientation).toBeUndefined();
    for (const orientation of [
      [1, 1, 0, 0],
      [Number.NaN, 0, 0, 1],
      [1, 0, 0],
    ])
      expect(() => createFusion({ calibration: { ...saved, orientation: orientation as never } })).toThrow(
        RangeError,
      );
  });
});

describe("the real drive (comma2k19) with its sensor turned", () => {
  const recording = readCsv(new URL("../captures/comma2k19.csv", import.meta.url));
  const truth = readCsv(new URL("../captures/comma2k19-truth.csv", import.meta.url));
  const at = truth.groups[0]!.tUs;
  const [east, north] = [columnOf(truth, "vEast"), columnOf(truth, "vNorth")];
  const speeds = east.map((e, i) => Math.hypot(e, north[i]!));
  const group = recording.groups[0]!;
  const turned = (m: Mounted) => ({
    ...recording,
    groups: [
      {
        ...group,
        columns: group.columns.map((c) => {
          const axis = /^imu\.([ag])([xyz])$/.exec(c.field.name);
          if (!axis) return c;
          const row = m["xyz".indexOf(axis[2]!)]!;
          const three = ["x", "y", "z"].map((a) => columnOf(recording, `imu.${axis[1]}${a}`));
          return {
            ...c,
            values: c.values.map((_, i) => row.reduce((sum, w, k) => sum + w * three[k]![i]!, 0)),
          };
        }),
      },
    ],
  });
  /** Speed and place against the truth in the last ten seconds. */
  function errors(m: Mounted) {
    const fused = fuseRecording(turned(m));
    const { tUs } = fused.recording.groups[0]!;
    const [speed, lat, lon] = ["speed", "lat", "lon"].map((n) =>
      columnOf(fused.recording, `vehicle.${n}`),
    ) as [Float64Array, Float64Array, Float64Array];
    const [tLat, tLon] = [columnOf(truth, "lat"), columnOf(truth, "lon")];
    const off: number[] = [];
    const place: number[] = [];
    for (let i = 0; i < tUs.length; i++) {
      const t = tUs[i]!;
      if (t < at[0]! + 20e6 || t > at.at(-1)!) continue;
      const la = interpolate(at, tLat, t);
      off.push(speed[i]! - interpolate(at, speeds, t));
      const lonM = 111_319 * Math.cos(la * DEG) * (lon[i]! - interpolate(at, tLon, t));
      place.push(Math.hypot(110_990 * (lat[i]! - la), lonM));
    }
    return { orientation: fused.summary.calibration.orientation, speed: rms(off), place: rms(place) };
  }
  const right = errors(ALL[0]!);

  it("is recognised as right where it is right", () => {
    expect(right.orientation).toMatchObject({ known: true, turned: false });
  });

  it("ends as accurate as with the sensor right, all 23 ways", () => {
    for (const m of ALL.slice(1)) {
      const { orientation, speed, place } = errors(m);
      expect(orientation.turned).toBe(true);
      expect(orientation.foundAfterS).toBeLessThan(15);
      expect(speed).toBeLessThan(right.speed + 0.03);
      expect(place).toBeLessThan(right.place + 0.25);
    }
  });
});
