import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { companionsOf } from "./companions.ts";

it("finds the .ldx file of a MoTeC log in whatever case, and nothing beside other files", async () => {
  const dir = await mkdtemp(join(tmpdir(), "pitwall-beside-"));
  try {
    for (const name of ["Run_1.LDX", "other.vbo", "run_2.ld"]) await writeFile(join(dir, name), `<${name}>`);
    expect(await companionsOf(join(dir, "Run_1.ld"))).toEqual({ ldx: "<Run_1.LDX>" });
    expect(await companionsOf(join(dir, "run_2.ld"))).toEqual({});
    expect(await companionsOf(join(dir, "other.vbo"))).toEqual({});
  } finally {
    await rm(dir, { recursive: true });
  }
});
