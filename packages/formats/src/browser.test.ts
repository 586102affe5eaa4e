import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { drive } from "./testing/drive.ts";

const entry = fileURLToPath(new URL("./index.ts", import.meta.url));

describe("in the browser", () => {
  it("bundles without Node and reads and writes with what every browser has", async () => {
    const { outputFiles, metafile } = await build({
      entryPoints: [entry],
      bundle: true,
      platform: "browser",
      format: "iife",
      globalName: "formats",
      write: false,
      metafile: true,
      logLevel: "silent",
    });
    const foreign = Object.values(metafile.inputs).flatMap((i) =>
      i.imports.filter((x) => x.external && !x.path.startsWith("<")),
    );
    expect(foreign).toEqual([]);
    // nothing of Node: no process, Buffer, require
    const context = createContext({
      TextDecoder,
      TextEncoder,
      setTimeout,
      recording: drive({ hz: 10, seconds: 8 }),
    });
    runInContext(outputFiles[0]!.text, context);
    const ids = (await runInContext(
      `(async () => {
        const done = [];
        for (const format of formats.FORMATS) {
          if (!format.write || !format.read) continue;
          const pieces = [];
          for await (const piece of formats.writeRecording(recording, format.id)) pieces.push(piece);
          const back = await formats.readRecording(pieces, {});
          if (back.groups.length > 0) done.push(format.id);
        }
        return done.join();
      })()`,
      context,
    )) as string;
    expect(ids.split(",")).toContain("mcap");
    expect(ids.split(",").length).toBeGreaterThan(8);
  });
});
