import type { OnStoreProblem } from "../errors.ts";
import { readClosedInfo } from "./closed-file.ts";
import { framesOf } from "./frame-reader.ts";
import { nodeIo } from "./io.ts";
import { openMcapFrames } from "./mcap-file.ts";
import type { ClosedSession, JournalFrame } from "./types.ts";

/**
 * Frames of any MCAP file that Pitwall wrote, complete or cut short, in the order of the file: to take in another
 * Pitwall's journal. Throws StoreError "unsupported" for what is no MCAP file, "not-found", "io"; damage is a problem and is passed over.
 */
export async function* readMcap(file: string, onProblem: OnStoreProblem): AsyncGenerator<JournalFrame> {
  yield* framesOf(await openMcapFrames(file, { onProblem }));
}

/** What a closed session's file says about itself; undefined for other MCAP files. */
export async function readMcapInfo(file: string): Promise<ClosedSession | undefined> {
  return (await readClosedInfo(nodeIo, file))?.session;
}
