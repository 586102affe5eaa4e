import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { missingHosts, runOnHosts } from "../scripts/hosts/hosts.ts";

/** The first run on a machine compiles the XS engine. */
const FIRST_RUN_MS = 600_000;

const missing = missingHosts();

describe.skipIf(missing !== undefined)(
  `the simulator on Node, in Chromium and on XS${missing === undefined ? "" : `: needs ${missing}`}`,
  () => {
    it(
      "drives every vehicle, with whatever it can have on board, to the same bytes from the same seed",
      async () => {
        const { chromium, node, xs } = await runOnHosts(
          join(import.meta.dirname, "simulator-hosts.program.ts"),
        );
        const drives = Object.values(JSON.parse(node) as Record<string, { frames: number; digest: string }>);
        expect(drives).toHaveLength(12);
        for (const { frames } of drives) expect(frames).toBeGreaterThan(500);
        expect(new Set(drives.map((d) => d.digest)).size).toBe(12);
        expect(chromium).toBe(node);
        expect(xs).toBe(node);
      },
      FIRST_RUN_MS,
    );
  },
);
