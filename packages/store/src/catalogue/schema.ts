/** Each entry brings the catalogue from its index to the next version (SQLite's user_version). Entries are only ever added. */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    vehicle TEXT NOT NULL,
    start_us INTEGER NOT NULL,
    end_us INTEGER,
    state TEXT NOT NULL CHECK (state IN ('open', 'closed', 'imported')),
    frames INTEGER NOT NULL DEFAULT 0,
    title TEXT,
    digest TEXT
  ) STRICT;
  CREATE INDEX sessions_by_time ON sessions (start_us);
  CREATE TABLE received (
    device TEXT NOT NULL,
    boot TEXT NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (device, boot, first)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE devices (
    id TEXT PRIMARY KEY,
    vehicle TEXT NOT NULL,
    transport TEXT NOT NULL,
    address TEXT NOT NULL,
    clock TEXT NOT NULL,
    last_seen_us INTEGER,
    frames INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    problems TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE gaps (
    device TEXT NOT NULL,
    boot TEXT NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    noticed_us INTEGER NOT NULL,
    filled_us INTEGER,
    PRIMARY KEY (device, boot, first)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE timings (
    session TEXT PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
    complete INTEGER NOT NULL,
    track TEXT,
    layout TEXT,
    source TEXT,
    gates TEXT NOT NULL,
    notes TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE laps (
    session TEXT NOT NULL REFERENCES timings (session) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    number INTEGER NOT NULL,
    kind TEXT NOT NULL,
    start_us INTEGER NOT NULL,
    end_us INTEGER NOT NULL,
    time_s REAL NOT NULL,
    uncertainty_s REAL,
    valid INTEGER NOT NULL,
    flags TEXT NOT NULL,
    sectors TEXT NOT NULL,
    PRIMARY KEY (session, place)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE calibrations (
    vehicle TEXT NOT NULL,
    sensor TEXT NOT NULL,
    learnt_us INTEGER NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (vehicle, sensor)
  ) STRICT, WITHOUT ROWID;
  `,
];
