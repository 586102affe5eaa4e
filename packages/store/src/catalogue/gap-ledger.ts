import type { DatabaseSync } from "node:sqlite";
import type { SeqRanges } from "../journal/seq-ranges.ts";

/** Frames that a device numbered and that did not come, and what became of them. */
export type GapRow = {
  readonly device: string;
  readonly boot: string;
  readonly first: number;
  readonly last: number;
  readonly noticedUs: number;
  /** When they came after all; null while they are missing. */
  readonly filledUs: number | null;
};

export type GapLedger = {
  /** Notes what is missing now, and what is no longer. In the caller's transaction. */
  note(device: string, boot: string, seen: SeqRanges, nowUs: number): void;
  /** In order of boot and number. */
  of(device: string): GapRow[];
};

export function openGapLedger(db: DatabaseSync): GapLedger {
  const columns = `device, boot, first, last, noticed_us AS "noticedUs", filled_us AS "filledUs"`;
  const list = db.prepare(`SELECT ${columns} FROM gaps WHERE device = ? ORDER BY boot, first`);
  const missing = db.prepare(
    `SELECT ${columns} FROM gaps WHERE device = ? AND boot = ? AND filled_us IS NULL ORDER BY first`,
  );
  const remove = db.prepare("DELETE FROM gaps WHERE device = ? AND boot = ? AND first = ?");
  const insert = db.prepare("INSERT OR REPLACE INTO gaps VALUES (?, ?, ?, ?, ?, ?)");
  const rows = (found: unknown[]) => found.map((r) => ({ ...(r as GapRow) }));
  return {
    note(device, boot, seen, nowUs) {
      const known = rows(missing.all(device, boot));
      const put = (first: number, last: number, noticedUs: number, filledUs: number | null) => {
        if (first <= last) insert.run(device, boot, first, last, noticedUs, filledUs);
      };
      for (const gap of known) {
        remove.run(device, boot, gap.first);
        let at = gap.first;
        for (const [first, last] of seen.missing()) {
          if (last < at || first > gap.last) continue;
          put(at, first - 1, gap.noticedUs, nowUs);
          put(Math.max(at, first), Math.min(gap.last, last), gap.noticedUs, null);
          at = last + 1;
        }
        put(at, gap.last, gap.noticedUs, nowUs);
      }
      for (const [first, last] of seen.missing()) {
        let at = first;
        for (const gap of known) {
          if (gap.last < at || gap.first > last) continue;
          put(at, gap.first - 1, nowUs, null);
          at = gap.last + 1;
        }
        put(at, last, nowUs, null);
      }
    },
    of: (device) => rows(list.all(device)),
  };
}
