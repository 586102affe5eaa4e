import type { DatabaseSync } from "node:sqlite";

/** What is known of a device over restarts. */
export type DeviceRow = {
  readonly id: string;
  readonly vehicle: string;
  readonly transport: string;
  readonly address: string;
  /** Where its time comes from. */
  readonly clock: string;
  readonly lastSeenUs: number | null;
  readonly frames: number;
  readonly bytes: number;
  /** Refusals by reason. */
  readonly problems: Readonly<Record<string, number>>;
};

export type DeviceTable = {
  save(device: DeviceRow): void;
  /** In order of their ids. */
  all(): DeviceRow[];
};

export function openDeviceTable(db: DatabaseSync): DeviceTable {
  const save = db.prepare(
    `INSERT INTO devices VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
     vehicle = excluded.vehicle, transport = excluded.transport, address = excluded.address, clock = excluded.clock,
     last_seen_us = excluded.last_seen_us, frames = excluded.frames, bytes = excluded.bytes, problems = excluded.problems`,
  );
  const all = db.prepare(
    `SELECT id, vehicle, transport, address, clock, last_seen_us AS "lastSeenUs", frames, bytes, problems FROM devices ORDER BY id`,
  );
  return {
    save(d) {
      const { id, vehicle, transport, address, clock, lastSeenUs, frames, bytes } = d;
      const seen = lastSeenUs !== null && Number.isFinite(lastSeenUs) ? Math.round(lastSeenUs) : null;
      save.run(id, vehicle, transport, address, clock, seen, frames, bytes, JSON.stringify(d.problems));
    },
    all: () =>
      all.all().map((r) => {
        const row = r as Omit<DeviceRow, "problems"> & { readonly problems: string };
        return { ...row, problems: JSON.parse(row.problems) as Record<string, number> };
      }),
  };
}
