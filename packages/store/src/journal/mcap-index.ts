import { McapIndexedReader } from "@mcap/core";
import { type JournalFile, readUpTo } from "./io.ts";

/** The summary at the end of an MCAP file; undefined where it is cut off or damaged. */
export async function readIndex(file: JournalFile): Promise<McapIndexedReader | undefined> {
  const size = await file.size();
  try {
    return await McapIndexedReader.Initialize({
      readable: {
        size: async () => BigInt(size),
        async read(offset, length) {
          const out = new Uint8Array(Number(length));
          const n = await readUpTo(file, out, 0, out.length, Number(offset));
          if (n < out.length) throw new Error("the file ends early");
          return out;
        },
      },
    });
  } catch {
    return undefined;
  }
}
