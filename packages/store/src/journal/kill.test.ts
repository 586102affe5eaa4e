import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { frameBytes, openAt, range, readAll, SESSION, temporaryFolder } from "../testing/journal-fixture.ts";

const WRITER = fileURLToPath(new URL("../testing/journal-writer.ts", import.meta.url));
const ROUNDS = 4;

it("keeps every acknowledged frame once when the process is killed, time after time", async () => {
  await using folder = await temporaryFolder();
  let acknowledged = -1;
  for (let round = 0; round < ROUNDS; round++) {
    const child = spawn(process.execPath, [WRITER, folder.path], { stdio: ["ignore", "pipe", "inherit"] });
    const exit = once(child, "exit");
    let text = "";
    child.stdout.setEncoding("utf8");
    // after a number of acknowledgements that differs by round, wherever the writer is then
    const after = 3 + round * 11;
    for await (const piece of child.stdout) {
      text += piece;
      if (text.split("\n").length > after) child.kill("SIGKILL");
    }
    expect((await exit)[1]).toBe("SIGKILL");
    acknowledged = Math.max(acknowledged, Number(text.slice(0, text.lastIndexOf("\n")).split("\n").at(-1)));

    const { journal, problems } = await openAt(folder.path);
    await using _ = journal;
    expect(problems.filter((p) => p.code !== "torn")).toEqual([]);
    const frames = await readAll(journal.readSession(SESSION.id));
    for (const name of ["udp", "can0"]) {
      const own = frames.filter((f) => f.source.name === name);
      const seqs = own.map((f) => f.seq);
      expect(seqs).toEqual(range(0, seqs.length - 1));
      expect(seqs.length).toBeGreaterThan(acknowledged);
      expect(own.every((f) => Buffer.compare(f.bytes, frameBytes(f.seq, 24 + (f.seq % 90))) === 0)).toBe(
        true,
      );
    }
  }
});
