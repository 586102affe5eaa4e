import { describe, expect, it } from "vitest";
import { createFusion, type Fusion } from "../fusion.ts";
import { rms } from "../testing/csv.ts";
import { kartLaps, kartTrack } from "../testing/drives.ts";
import { feed, HOME } from "../testing/feed.ts";
import { KART_SENSORS, type Sensors, type Simulated, simulate } from "../testing/vehicle.ts";
import type { SavedCalibration } from "../types.ts";
import { carriedOver } from "./carry-over.ts";

const DEG = Math.PI / 180;
const track = kartTrack();

/** When the kart has gone two laps, s. */
function twoLapsS({ truth, sensors }: Simulated): number {
  let way = 0;
  for (let i = 0; i < truth.tS.length; i++) {
    way += truth.speed[i]! / sensors.imuHz;
    if (way >= 2 * track.lengthM) return truth.tS[i]!;
  }
  return Number.NaN;
}

type Run = {
  readonly fusion: Fusion;
  /** Forward and lateral force minus the truth between two times, m/s^2, RMS. */
  readonly error: (fromS: number, toS: number) => number;
};

function run(sim: Simulated, calibration?: SavedCalibration): Run {
  const fusion = createFusion({ reference: HOME, ...(calibration ? { calibration } : {}) });
  const rows: { tS: number; along: number; across: number }[] = [];
  const { truth } = sim;
  feed(fusion, sim, (i) => {
    const { aLong, aLat } = fusion.state;
    rows.push({ tS: truth.tS[i]!, along: aLong - truth.aLong[i]!, across: aLat - truth.aLat[i]! });
  });
  return {
    fusion,
    error: (fromS, toS) => rms(rows.flatMap((r) => (r.tS >= fromS && r.tS < toS ? [r.along, r.across] : []))),
  };
}

/** A sensor 2 degrees crooked on each axis, learnt over four laps. */
const learnt = run(simulate(kartLaps(track, 5), 180, KART_SENSORS)).fusion.save();

/** The next session: the gyro was switched off meanwhile, and came back with other biases. */
const next = (sensors: Partial<Sensors>, standS: number) =>
  simulate(
    kartLaps(track, standS),
    standS + 125,
    { ...KART_SENSORS, seed: 9, gyroBias: [0.013, -0.004, 0.009], ...sensors },
    standS > 0 ? {} : { speed: 8 },
  );

describe("what was learnt in an earlier session", () => {
  it("makes the forces of one that begins at speed right at once", () => {
    const sim = next({ mounting: [8 * DEG, -8 * DEG, 8 * DEG] }, 0);
    const teacher = simulate(kartLaps(track, 5), 120, { ...KART_SENSORS, mounting: sim.sensors.mounting });
    const known = carriedOver(run(teacher).fusion.save());
    const warm = run(sim, known).error(2, 20);
    expect(warm).toBeLessThan(0.35);
    expect(warm).toBeLessThan(0.7 * run(sim).error(2, 20));
  });

  it.each([
    ["at rest", 5],
    ["at speed", 0],
  ])(
    "is learnt again within two laps where the sensor was mounted 5 degrees the other way (it begins %s)",
    (_, standS) => {
      const mounting = [-5 * DEG, 5 * DEG, -5 * DEG] as const;
      const sim = next({ mounting }, standS);
      const lap2S = twoLapsS(sim);
      const readings = sim.readings.filter((r) => r.tS < lap2S);
      const { yawRad, rollRad, pitchRad } = run({ ...sim, readings }, carriedOver(learnt)).fusion.summary()
        .calibration;
      expect(Math.abs(yawRad - mounting[2])).toBeLessThan(0.7 * DEG);
      // roll and pitch hold the accelerometer's bias too: 0.2 m/s^2 is 1.2 degrees
      expect(Math.abs(rollRad - mounting[0])).toBeLessThan(2 * DEG);
      expect(Math.abs(pitchRad - mounting[1])).toBeLessThan(2 * DEG);

      const carried = run(sim, carriedOver(learnt));
      const cold = run(sim);
      const end = standS + 125;
      expect(carried.error(lap2S, end)).toBeLessThan(1.05 * cold.error(lap2S, end));
      expect(carried.fusion.summary().degraded).toEqual([]);
      // without doubt it would not be, where rest confirms the tilt: that is what the doubt is for
      if (standS > 0)
        expect(run(sim, learnt).error(lap2S, end)).toBeGreaterThan(2 * carried.error(lap2S, end));
    },
  );

  it("keeps neither the place nor the offset of a compass, which may count from where it was switched on", () => {
    const known = carriedOver({
      ...learnt,
      reference: { lat: 1, lon: 2 },
      magnetometer: { sense: 1, offsetRad: 2, samples: 50 },
    });
    expect(known.reference).toBeNull();
    expect(known.magnetometer.samples).toBe(0);
    expect(createFusion({ calibration: known }).summary().calibration.magnetometerOffsetRad).toBeNull();
  });

  it("is no surer the second time that nothing was learnt", () => {
    const once = carriedOver(learnt);
    expect(carriedOver(JSON.parse(JSON.stringify(once)) as SavedCalibration)).toEqual(once);
    expect(() => createFusion({ calibration: { ...once, gyroLearntS: Number.NaN } })).toThrow(RangeError);
  });
});
