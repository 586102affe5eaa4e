import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CommandError, type Io } from "../command.ts";
import { replay } from "./replay.ts";

const ROWS = 50;
const START_US = Date.UTC(2026, 4, 28, 13, 34) * 1000;

/** Replays a drive of 50 fixes, an hour apart from each other, and stops after some of them have come. */
async function replayed(speed: string, stopAfter: number) {
  const folder = await mkdtemp(join(tmpdir(), "pitwall-replay-"));
  const file = join(folder, "drive.csv");
  const rows = Array.from({ length: ROWS }, (_, i) => `${START_US + i * 3600e6},48.0,${11 + i / 1000},20`);
  await writeFile(file, `tUs,gnss.lat,gnss.lon,gnss.speed\n${rows.join("\n")}\n`);
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const stop = new AbortController();
  let came = 0;
  socket.on("message", () => {
    if (++came === stopAfter) stop.abort();
  });
  const said: string[] = [];
  const io: Io = {
    out: async () => {},
    err: (line) => void said.push(line),
    stdin: async function* () {},
    interactive: false,
    signal: stop.signal,
  };
  const to = `udp://127.0.0.1:${socket.address().port}`;
  const ended = await replay.run([file, "--to", to, "--speed", speed], io).catch((e: unknown) => e);
  socket.close();
  await rm(folder, { recursive: true });
  return { ended, said };
}

describe("a replay", () => {
  it("that is stopped does not wait for the next frame, says what was sent of what, and that it was stopped", async () => {
    const { ended, said } = await replayed("1", 1);
    expect(ended).toBeInstanceOf(CommandError);
    expect((ended as Error).message).toBe("stopped");
    expect(said).toEqual([JSON.stringify({ frames: 1, of: ROWS })]);
  });

  it("that comes to its end says what was sent", async () => {
    const { ended, said } = await replayed("1e9", Number.POSITIVE_INFINITY);
    expect(ended).toBe(0);
    expect(said).toEqual([JSON.stringify({ frames: ROWS })]);
  });
});
