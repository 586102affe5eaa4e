import { writeSync } from "node:fs";
import { openJournal } from "../journal/journal.ts";
import { frameBytes, META, SESSION, T0 } from "./journal-fixture.ts";

// Runs until it is killed: appends frames of two sources, and prints the highest number that is acknowledged.
const dir = process.argv[2]!;
const journal = await openJournal({ dir, onProblem: () => {}, segmentBytes: 20_000 });
const sources = [journal.source(SESSION, META), journal.source(SESSION, { ...META, name: "can0" })];
let seq = sources[0]!.stats.frames;
for (;;) {
  for (let i = 0; i < 7; i++, seq++)
    for (const source of sources) {
      const bytes = frameBytes(seq, 24 + (seq % 90));
      journal.append(source, bytes, 0, bytes.length, T0 + seq * 20_000, Number.NaN, seq);
    }
  await journal.committed();
  writeSync(1, `${seq - 1}\n`);
}
