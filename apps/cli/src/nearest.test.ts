import { starterTracks } from "@pitwall/laps/library";
import { describe, expect, it } from "vitest";
import { holds, nearest, nearNames } from "./nearest.ts";

describe("a name that was nearly right", () => {
  const tracks = starterTracks().map((t) => t.name);

  it.each([
    ["Hokenheimring", "Hockenheimring"],
    ["monako", "Circuit de Monaco"],
    ["silverston", "Silverstone Circuit"],
    ["Nurburgrin", "Nürburgring"],
  ])("%s is %s", (typed, meant) => {
    expect(nearNames(typed, tracks)[0]).toBe(meant);
  });

  it("is none where nothing is like it", () => {
    expect(nearNames("xyzzy-plugh", tracks)).toEqual([]);
    expect(nearest("xyzzy", ["motor.rpm", "gnss.lat"])).toBeUndefined();
    expect(nearest("motor.rmp", ["motor.rpm", "gnss.lat"])).toBe("motor.rpm");
  });

  it("is the same with and without accents", () => {
    expect(holds("Autódromo do Estoril", "autodromo")).toBe(true);
    expect(holds("Autódromo do Estoril", "monza")).toBe(false);
  });
});
