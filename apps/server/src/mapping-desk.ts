import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { MappingDesk } from "@pitwall/formats";
import { parseMapping } from "./csv-mapping.ts";
import { safeName } from "./ingest/door.ts";

/**
 * Mappings of tables as JSON files in a folder, one a kind of header; people may read, change and share them. Throws
 * ConfigError where somebody changed one into what is none.
 */
export function openMappingDesk(dir: string, ask?: MappingDesk["ask"]): MappingDesk {
  return {
    async recall(signature) {
      const place = join(dir, fileOf(signature));
      const text = await readFile(place, "utf8").catch((e: NodeJS.ErrnoException) => {
        if (e.code === "ENOENT") return undefined;
        throw e;
      });
      return text === undefined ? undefined : { mapping: parseMapping(text, place), place };
    },
    async remember(signature, mapping) {
      const place = join(dir, fileOf(signature));
      await mkdir(dir, { recursive: true });
      await writeFile(`${place}.part`, `${JSON.stringify(mapping, null, 2)}\n`);
      await rename(`${place}.part`, place);
      return place;
    },
    ...(ask === undefined ? {} : { ask }),
  };
}

/** The first titles, for people, and a hash of all. */
function fileOf(signature: string): string {
  const titles = safeName(signature.split("|").slice(1, 5).join("-")).slice(0, 40);
  return `${titles}-${createHash("sha256").update(signature).digest("hex").slice(0, 8)}.json`;
}
