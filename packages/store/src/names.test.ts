import fc from "fast-check";
import { expect, it } from "vitest";
import { fromFileName, shortFileName, toFileName } from "./names.ts";

it("makes one harmless file name of any id, and finds the id again", () => {
  const names = new Map<string, string>();
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 5 }), (id) => {
      const name = toFileName(id, ["open"]);
      expect(name).toMatch(/^[A-Za-z0-9_%-][A-Za-z0-9._%-]*$/);
      expect(name.toLowerCase()).not.toBe("open");
      expect(fromFileName(name)).toBe(id);
      expect(names.get(name) ?? id).toBe(id);
      names.set(name, id);
    }),
  );
  expect(toFileName("kart-7")).toBe("kart-7");
  expect(toFileName("../../etc")).toBe("%2e.%2f..%2fetc");
  expect(toFileName("OPEN", ["open"])).toBe("%4fPEN");
  expect(() => toFileName("x".repeat(300))).toThrow(expect.objectContaining({ code: "bad-name" }));
});

it("makes a short file name of text of any length", () => {
  expect(shortFileName("udp/blackbox.v1")).toBe("udp%2fblackbox.v1");
  const long = ["车".repeat(64), `${"车".repeat(64)}x`].map((t) => shortFileName(t));
  expect(new Set(long).size).toBe(2);
  for (const name of long) expect(name).toMatch(/^[\w%.-]{79}~[0-9a-f]{20}$/);
});
