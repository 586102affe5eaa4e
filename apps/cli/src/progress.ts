import type { Io } from "./command.ts";

export type Bar = {
  readonly update: (done: number, total: number | undefined) => void;
  readonly end: () => void;
};

const WIDTH = 28;
const SHOW_AFTER_MS = 1000;

/** A bar on stderr for work over a second; nothing where nobody looks at a terminal. */
export function progressBar(io: Io, label: string, now: () => number = () => performance.now()): Bar {
  const start = now();
  let drawnAt = Number.NEGATIVE_INFINITY;
  let drawn = false;
  return {
    update(done, total) {
      const t = now();
      if (!io.interactive || t - start < SHOW_AFTER_MS || t - drawnAt < 100) return;
      drawnAt = t;
      drawn = true;
      const share = total ? Math.min(1, done / total) : Number.NaN;
      const filled = Math.round((Number.isNaN(share) ? 0 : share) * WIDTH);
      const bar = `${"█".repeat(filled)}${"░".repeat(WIDTH - filled)}`;
      const left = share > 0.02 ? ` ${Math.ceil((((t - start) / share) * (1 - share)) / 1000)} s left` : "";
      process.stderr.write(
        `\r\x1b[2K${label} ${bar} ${Number.isNaN(share) ? done : `${Math.round(share * 100)} %`}${left}`,
      );
    },
    end() {
      if (drawn) process.stderr.write("\r\x1b[2K");
    },
  };
}
