import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fullDisk } from "./full-disk.ts";
import { getJson, pitwall, startServer, temporaryFolder } from "./harness.ts";

const FREE = ["--http-port", "0", "--mqtt-port", "0", "--udp-port", "0", "--tcp-port", "0", "--no-demo"];
const oneLine = (text: string) => text.trim().split("\n");

describe("what goes wrong at the start", () => {
  it("a port in use: one line that names it, exit code 1", async () => {
    await using folder = await temporaryFolder();
    const taken = createServer();
    taken.listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    for (const option of ["--http-port", "--mqtt-port", "--tcp-port"]) {
      const ports = FREE.map((x, i) => (FREE[i - 1] === option ? String(port) : x));
      const ran = await pitwall(["serve", "--data", folder.path, ...ports]);
      expect(ran.code).toBe(1);
      expect(oneLine(ran.err)).toHaveLength(1);
      expect(ran.err).toContain(`port ${port} `);
    }
    taken.close();
  });

  it("a data folder that cannot be written: one line, exit code 1", async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, "file");
    writeFileSync(file, "");
    const ran = await pitwall(["serve", "--data", join(file, "data"), ...FREE]);
    expect(ran.code).toBe(1);
    expect(oneLine(ran.err)).toHaveLength(1);
    expect(ran.err).toContain(file);
  });

  it("two servers on one data folder: the second says so, the first goes on", async () => {
    await using folder = await temporaryFolder();
    await using first = await startServer(folder.path);
    const ran = await pitwall(["serve", "--data", folder.path, ...FREE]);
    expect(ran.code).toBe(1);
    expect(oneLine(ran.err)).toHaveLength(1);
    expect(await getJson(`${first.http}/api/v1/server`)).toMatchObject({ host: "127.0.0.1" });
  });

  it("a corrupt catalogue: moved aside with one line, and made again", async () => {
    await using folder = await temporaryFolder();
    writeFileSync(join(folder.path, "catalogue.db"), Buffer.alloc(8192, 0x5a));
    await using server = await startServer(folder.path);
    expect(oneLine(server.err())[0]).toContain("catalogue.db");
    expect(await getJson(`${server.http}/api/v1/sessions`)).toEqual([]);
  });

  it.each([
    [["serve", "--no-such-option"], 2, "--no-such-option"],
    [["serve", "--udp-port", "70000"], 2, "--udp-port"],
    [["serve", "extra"], 2, "extra"],
    [["no-such-command"], 2, "no-such-command"],
    [["decode", "no-such-protocol"], 2, "no-such-protocol"],
    [["export", "nothing", "--format", "no-such-format"], 2, "--format"],
    [["import"], 2, "file"],
    [["decode", "blackbox", "/no/such/file"], 1, "/no/such/file"],
  ])("pitwall %j exits with %i and names what is wrong", async (args, code, named) => {
    await using folder = await temporaryFolder();
    const ran = await pitwall([...args, ...(args[0] === "decode" ? [] : ["--data", folder.path])]);
    expect(ran.code).toBe(code);
    expect(ran.err).toContain(named);
    expect(ran.out).toBe("");
  });

  it("a wrong configuration key: its place, exit code 1", async () => {
    await using folder = await temporaryFolder();
    const config = join(folder.path, "config.json");
    writeFileSync(config, '{"sessions":{"silenceSeconds":5}}');
    const ran = await pitwall(["serve", "--config", config, "--data", join(folder.path, "data")]);
    expect(ran.code).toBe(1);
    expect(oneLine(ran.err)).toHaveLength(1);
    expect(ran.err).toContain("silenceSeconds");
    expect(ran.err).toContain("sessions");
  });

  const disk = temporaryDisk();
  it.skipIf(disk === undefined)(
    "a full disk: nothing is acknowledged that is not kept, and it goes on when there is space (skipped where no disk can be mounted)",
    { timeout: 60_000 },
    async () => {
      try {
        expect(await fullDisk(disk!)).toEqual({
          refusedWhileFull: true,
          saidSo: true,
          acceptedAfterwards: true,
          lostOfAcknowledged: 0,
        });
      } finally {
        execFileSync("umount", ["-l", disk!]);
        rmSync(disk!, { recursive: true, force: true });
      }
    },
  );
});

/** A disk of 4 MB in memory; undefined where this user may not mount one. */
function temporaryDisk(): string | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const path = mkdtempSync(join(tmpdir(), "pitwall-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", path], { stdio: "ignore" });
    return path;
  } catch {
    rmSync(path, { recursive: true, force: true });
    return undefined;
  }
}
