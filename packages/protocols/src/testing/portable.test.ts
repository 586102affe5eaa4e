import { describe, expect, it } from "vitest";
import { PROTOCOLS } from "../registry.ts";
import { type PortableResult, run } from "./portable-cases.ts";

const { cases } = JSON.parse(run()) as PortableResult;

describe("portable cases", () => {
  it.each(PROTOCOLS.map((p) => p.name))(
    "has a capture of %s (scripts/generate-portable-captures.ts takes it)",
    (name) => {
      expect(cases[name]!.length).toBeGreaterThan(0);
      for (const c of cases[name]!) expect(c.messages).toBeGreaterThan(0);
    },
  );
});
