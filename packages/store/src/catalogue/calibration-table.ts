import type { DatabaseSync } from "node:sqlite";

/** What was learnt of one sensor of a vehicle. */
export type CalibrationRow = {
  readonly vehicle: string;
  /** Names the sensor among those of the vehicle. */
  readonly sensor: string;
  readonly learntUs: number;
  /** As it goes into the journal of the next session. */
  readonly content: Uint8Array;
};

export type CalibrationTable = {
  /** In place of what was known of the sensor, unless that is newer. Of a vehicle's sensors those that were last learnt stay. */
  keep(row: CalibrationRow): void;
  /** Newest first. */
  of(vehicle: string): CalibrationRow[];
};

/** Of a vehicle; addresses that change must not fill the catalogue, nor the beginning of each session. */
const MOST_SENSORS = 4;

export function openCalibrationTable(db: DatabaseSync): CalibrationTable {
  const keep = db.prepare(
    `INSERT INTO calibrations VALUES (?, ?, ?, ?) ON CONFLICT (vehicle, sensor) DO UPDATE SET
     learnt_us = excluded.learnt_us, content = excluded.content WHERE excluded.learnt_us >= learnt_us`,
  );
  const forget = db.prepare(
    `DELETE FROM calibrations WHERE vehicle = ?1 AND sensor NOT IN
     (SELECT sensor FROM calibrations WHERE vehicle = ?1 ORDER BY learnt_us DESC, sensor LIMIT ${MOST_SENSORS})`,
  );
  const all = db.prepare(
    `SELECT vehicle, sensor, learnt_us AS "learntUs", content FROM calibrations WHERE vehicle = ?
     ORDER BY learnt_us DESC, sensor`,
  );
  return {
    keep(row) {
      keep.run(row.vehicle, row.sensor, Math.round(row.learntUs), row.content);
      forget.run(row.vehicle);
    },
    of: (vehicle) => all.all(vehicle).map((row) => ({ ...(row as CalibrationRow) })),
  };
}
