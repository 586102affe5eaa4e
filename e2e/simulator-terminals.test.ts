import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, lstatSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { needs, pitwall, temporaryFolder, until } from "./harness.ts";
import { ovalCsv } from "./oval.ts";

const MAIN = fileURLToPath(new URL("../apps/cli/src/main.ts", import.meta.url));
const socat = needs("/usr/bin/socat", "socat");
type Sent = Readonly<Record<string, number>>;
type Report = { readonly sent: readonly Sent[]; readonly lapTimesS: readonly number[] };

/** What an adapter refuses with. */
const BELL = String.fromCharCode(7);
/** Exit code of a command that Ctrl-C has stopped. */
const STOPPED = 130;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let track: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  track = join(folder.path, "oval.csv");
  await writeFile(track, ovalCsv());
});
afterAll(() => folder[Symbol.asyncDispose]());

const at = (name: string): string => join(folder.path, name);

/** A drive in the background, once its terminals are there. */
async function drive(args: readonly string[], links: readonly string[], env = process.env) {
  const child = spawn(process.execPath, [MAIN, "simulate", "--track", track, "--seed", "3", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env,
  });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (t: string) => {
    out += t;
  });
  child.stderr.setEncoding("utf8").on("data", (t: string) => {
    err += t;
  });
  const closed = once(child, "close").then(([code]) => code as number);
  await until(() => child.exitCode !== null || links.every((l) => existsSync(at(l))));
  return { child, closed, err: () => err, report: () => JSON.parse(out) as Report };
}

/** Another program has the terminal open: what it has read, and a way to write. */
function host(name: string): {
  readonly child: ChildProcess;
  readonly closed: Promise<unknown>;
  readonly text: () => string;
  readonly end: () => void;
} {
  const child = spawn("cat", [at(name)], { stdio: ["ignore", "pipe", "ignore"] });
  let text = "";
  child.stdout.setEncoding("latin1").on("data", (t: string) => {
    text += t;
  });
  const closed = once(child, "close");
  return { child, closed, text: () => text, end: () => child.kill() };
}
const type = (name: string, bytes: string | Uint8Array) => writeFile(at(name), bytes, { flag: "r+" });

describe.skipIf(socat.skip)(`pseudo terminals${socat.title}`, () => {
  it("are a CAN adapter and a receiver for programs that are told nothing else: every frame arrives", async () => {
    const gps = ["--to", `ubx+pty:${at("gps")}`];
    const run = await drive(
      ["--laps", "1", "--speed", "8", "--to", `slcan+pty:${at("can")}`, ...gps],
      ["can", "gps"],
    );
    expect(lstatSync(at("can")).isSymbolicLink()).toBe(true);
    const receiver = pitwall(["decode", "ubx", at("gps")]);
    const adapter = host("can");
    await type("can", "S6\r");
    await type("can", "O\r");
    expect(await run.closed, run.err()).toBe(0);
    await adapter.closed;
    const [can, fixes] = run.report().sent;
    const lines = adapter.text().split("\r").slice(0, -1);
    // two answers, then frames of 29 bits: the controller's and its BMS's
    expect(lines.slice(0, 2)).toEqual(["", ""]);
    expect(lines.slice(2).every((l) => /^T[0-9A-F]{8}[0-8]([0-9A-F]{2})*$/.test(l))).toBe(true);
    expect(can!["answers"]).toBe(2);
    expect(lines.length - 2).toBe(can!["frames"]);
    expect(can!["frames"]! + can!["unheard"]! + can!["unread"]!).toBe(can!["offered"]);
    expect(can!["frames"]).toBeGreaterThan(300);
    const decoded = await receiver;
    const summary = JSON.parse(decoded.err.trim()) as { messages: number; bad: number; skippedBytes: number };
    expect(summary).toMatchObject({ messages: fixes!["frames"], bad: 0, skippedBytes: 0 });
    expect(fixes!["frames"]).toBeGreaterThan(100);
    expect(existsSync(at("can"))).toBe(false);
    expect(existsSync(at("gps"))).toBe(false);
  }, 60_000);

  it("are a car's diagnosis for a tester on an adapter: values, VIN in three frames, codes", async () => {
    const run = await drive(["--vehicle", "car", "--laps", "1", "--to", `slcan+pty:${at("obd")}`], ["obd"]);
    const tester = host("obd");
    const heard = (what: RegExp) => until(() => what.exec(tester.text()));
    await type("obd", "C\rS6\rO\r");
    await until(() => tester.text() === `${BELL}\r\r`);
    await type("obd", "t7DF80201050000000000\r");
    await heard(/z\rt7E88034105[0-9A-F]{10}\r/);
    await type("obd", "t7DF80209020000000000\r");
    // first frame of 20 bytes: 49 02 01 and "1PW"; the rest comes when the tester allows it
    await heard(/z\rt7E881014490201315057\r/);
    await type("obd", "t7E083000000000000000\r");
    await heard(/t7E882153584D30413754\r/);
    await heard(/t7E882250303030303031\r/);
    await type("obd", "t7DF80103000000000000\r");
    await heard(/t7E8804430103010[0-9A-F]*\r/);
    run.child.kill("SIGINT");
    expect(await run.closed).toBe(STOPPED);
    tester.end();
    expect(existsSync(at("obd"))).toBe(false);
  }, 60_000);

  it("are a battery that answers its maker's app, and says nothing more of its own accord", async () => {
    const run = await drive(["--laps", "2", "--to", `jbd+pty:${at("bms")}`], ["bms"]);
    const app = host("bms");
    // read register 5: model
    await until(() => app.text().length > 60);
    await type("bms", Uint8Array.of(0xdd, 0xa5, 0x05, 0x00, 0xff, 0xfb, 0x77));
    await until(() => app.text().includes("PITWALL-SIM"));
    const length = app.text().length;
    await type("bms", Uint8Array.of(0xdd, 0xa5, 0x04, 0x00, 0xff, 0xfc, 0x77));
    await until(() => app.text().length > length);
    // 16 cells: DD 04 00, 32 bytes, checksum, 77
    expect(app.text().slice(length).length).toBe(4 + 32 + 3);
    expect(app.text().slice(length)).toContain(String.fromCharCode(0xdd, 4, 0, 32));
    run.child.kill("SIGINT");
    expect(await run.closed).toBe(STOPPED);
    app.end();
  }, 60_000);

  it("that nobody reads hold nothing up: what is said is lost and counted", async () => {
    const started = await drive(["--laps", "1", "--speed", "max", "--to", `wt901+pty:${at("imu")}`], ["imu"]);
    expect(await started.closed).toBe(0);
    const [imu] = started.report().sent;
    expect(imu).toMatchObject({ frames: 0, overrun: 0, unread: imu!["offered"] });
    expect(imu!["offered"]).toBeGreaterThan(5000);
  }, 60_000);

  it("whose reader stands still lose bytes as a UART would, and go on", async () => {
    const run = await drive(["--laps", "2", "--speed", "20", "--to", `wt901+pty:${at("slow")}`], ["slow"]);
    const reader = host("slow");
    await until(() => reader.text().length > 0);
    reader.child.kill("SIGSTOP");
    expect(await run.closed).toBe(0);
    reader.child.kill("SIGCONT");
    reader.end();
    const [imu] = run.report().sent;
    expect(imu!["overrun"]).toBeGreaterThan(100);
    expect(imu!["frames"]! + imu!["overrun"]! + imu!["unread"]!).toBe(imu!["offered"]);
  }, 60_000);

  it("of a run that was killed are taken over, those of one that runs are not", async () => {
    const first = await drive(["--laps", "9", "--to", `jbd+pty:${at("again")}`], ["again"]);
    const rival = await pitwall(["simulate", "--track", track, "--to", `jbd+pty:${at("again")}`]);
    expect(rival).toMatchObject({ code: 1 });
    expect(rival.err).toContain("another program has made this terminal");
    first.child.kill("SIGKILL");
    await first.closed;
    const next = await drive(
      ["--laps", "9", "--to", `jbd+pty:${at("again")}`, "--to", `wt901+pty:${at("after")}`],
      ["after"],
    );
    const app = host("again");
    await until(() => app.text().length > 0 || (app.child.exitCode !== null && next.child.exitCode !== null));
    next.child.kill("SIGINT");
    expect(await next.closed, next.err()).toBe(STOPPED);
    expect(existsSync(at("again"))).toBe(false);
    app.end();
  }, 60_000);

  it("are refused where something else is, where no such bus is, and for a fleet", async () => {
    await writeFile(at("taken"), "mine");
    const simulate = (...args: string[]) => pitwall(["simulate", "--track", track, "--laps", "1", ...args]);
    const taken = await simulate("--to", `ubx+pty:${at("taken")}`);
    expect(taken).toMatchObject({ code: 1 });
    expect(taken.err).toContain("something else is there");
    expect(readFileSync(at("taken"), "utf8")).toBe("mine");
    const onCan = await simulate("--to", `vesc-can+pty:${at("x")}`);
    expect(onCan.err).toContain("slcan+pty:");
    expect(onCan.code).toBe(2);
    for (const kind of ["pty", "bogus+pty", "candump+pty"]) {
      const unknown = await simulate("--to", `${kind}:${at("x")}`);
      expect(unknown.err, kind).toContain("no device speaks");
      expect(unknown.code, kind).toBe(2);
    }
    const fleet = await simulate("--units", "2", "--to", `ubx+pty:${at("x")}`);
    expect(fleet.code).toBe(2);
    const wrong = await simulate("--vehicle", "boat", "--to", `racehf-kart+pty:${at("x")}`);
    expect(wrong.err).toContain("a boat has no racehf-kart; it can have");
    expect(wrong.code).toBe(2);
  }, 60_000);

  it("without socat say what to install", async () => {
    const run = await drive(["--laps", "1", "--to", `ubx+pty:${at("none")}`], [], {
      ...process.env,
      PATH: "/nowhere",
    });
    expect(await run.closed).toBe(1);
    expect(run.err()).toContain("apt install socat");
  }, 60_000);
});
