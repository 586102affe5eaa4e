import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { PortableResult } from "../packages/protocols/src/testing/portable-cases.ts";
import { PORTABLE_VECTORS } from "../packages/protocols/src/testing/portable-vectors.table.ts";
import { type HostResults, missingHosts, runOnHosts } from "../scripts/hosts/hosts.ts";

const entry = join(import.meta.dirname, "../packages/protocols/src/testing/portable-cases.ts");
/** The first run on a machine compiles the XS engine. */
const FIRST_RUN_MS = 600_000;

const missing = missingHosts();

describe.skipIf(missing !== undefined)(
  `every protocol on Node, in Chromium and on XS${missing === undefined ? "" : `: needs ${missing}`}`,
  () => {
    let raw: HostResults;
    let results: Record<keyof HostResults, PortableResult>;

    beforeAll(async () => {
      raw = await runOnHosts(entry);
      results = {
        node: JSON.parse(raw.node),
        chromium: JSON.parse(raw.chromium),
        xs: JSON.parse(raw.xs),
      };
    }, FIRST_RUN_MS);

    it("gives the same messages, problems and bytes to the last bit", () => {
      expect(results.chromium).toEqual(results.node);
      expect(results.xs).toEqual(results.node);
    });

    it("gives the same however a stream is cut", () => {
      for (const [name, cases] of Object.entries(results.xs.cases))
        for (const c of cases) expect(c.cut, name).toBe(c.decoded);
    });

    it.each(["node", "chromium", "xs"] as const)(
      "reads published frames as they were published, on %s",
      (host) => {
        PORTABLE_VECTORS.forEach((vector, i) => {
          const got = results[host].vectors[i]!;
          if (vector.tUs !== undefined) expect(got.tUs, vector.protocol).toBe(vector.tUs);
          for (const [name, value] of Object.entries(vector.values))
            if (typeof value === "number")
              expect(got.values[name], `${vector.protocol} ${name}`).toBeCloseTo(value, 9);
            else expect(got.values[name], `${vector.protocol} ${name}`).toBe(value);
        });
      },
    );
  },
);
