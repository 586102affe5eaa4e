import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, existsSync, lstatSync, openSync, readlinkSync, unlinkSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { CommandError } from "./command.ts";

/** What became of bytes that a device said: nobody had the terminal open, or its reader did not keep up. */
export type Said = "sent" | "unread" | "overrun";

/** One end of a serial line; the other is a terminal that any program opens like an adapter's. */
export interface Terminal extends AsyncDisposable {
  say(bytes: Uint8Array): Said;
  /** What was said is on its way to the reader. */
  drain(): Promise<void>;
}

/** More than this in our own hands means that the reader's buffers are full: a UART would lose bytes now. */
const MAX_WAITING = 4096;
/** A reader is given this long for the last bytes. */
const LINGER_MS = 200;
/** How often to find out whether anybody still has the terminal open, and how long the host was quiet before. */
const PROBE_MS = 3000;
const QUIET_MS = 2000;
const PROBE_LASTS_MS = 30;

/** A socat whose simulator was killed ends as soon as somebody opens its terminal, and takes the link along. */
const LEFTOVER_MS = 150;

/** A link that a killed run has left is taken away; anything else in the way is not touched. Throws CommandError. */
async function clear(path: string): Promise<void> {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (!there) return;
  if (!there.isSymbolicLink() || !/^\/dev\/(pts\/|tty)/.test(readlinkSync(path)))
    throw new CommandError(`${path}: something else is there; name a path that is free`);
  if (existsSync(path)) {
    const fd = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
    await sleep(LEFTOVER_MS);
    closeSync(fd);
    if (existsSync(path)) throw new CommandError(`${path}: another program has made this terminal`);
  }
  if (lstatSync(path, { throwIfNoEntry: false })) unlinkSync(path);
}

/**
 * A pseudo terminal with a name of its own, laid by socat. Nothing is kept for a reader who comes later: while nobody
 * has it open bytes are lost, as on a line that nobody listens to. Throws CommandError without socat, or where the path
 * is taken.
 */
export async function openTerminal(path: string, fromHost: (bytes: Uint8Array) => void): Promise<Terminal> {
  let line: ChildProcess;
  let isOpen = false;
  let isOver = false;
  let laid = Promise.withResolvers<void>();
  /** Our own opening, so that the terminal outlives the moment between a host's writer and its reader. */
  let held: number | undefined;
  let heardMs = 0;
  let lastWords = "";

  const release = () => {
    if (held !== undefined) closeSync(held);
    held = undefined;
  };
  const hold = () => {
    try {
      held ??= openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
    } catch {
      // gone again: socat ends, and the line is laid anew
    }
  };

  function lay(): void {
    const address = `pty,rawer,link=${path.replace(/[\\,:!"'([{]/g, "\\$&")},wait-slave,pty-interval=0.02`;
    line = spawn("socat", ["-t", "0", "-d", "-d", address, "-"], { stdio: ["pipe", "pipe", "pipe"] });
    line.on("error", (e: NodeJS.ErrnoException) =>
      laid.reject(
        new CommandError(
          e.code === "ENOENT"
            ? "a pseudo terminal needs socat, which is not installed (Debian: apt install socat)"
            : `socat: ${e.message}`,
          { cause: e },
        ),
      ),
    );
    line.stdin!.on("error", () => {}); // it has ended: "close" says so
    line.stdout!.on("data", (bytes: Uint8Array) => {
      heardMs = performance.now();
      fromHost(bytes);
    });
    createInterface(line.stderr!).on("line", (text) => {
      lastWords = text;
      if (text.includes("PTY is")) laid.resolve();
      if (!text.includes("starting data transfer")) return;
      isOpen = true;
      heardMs = performance.now();
      hold();
    });
    line.on("close", (code, signal) => {
      isOpen = false;
      release();
      laid.reject(new CommandError(`${path}: socat ended: ${lastWords}`));
      if (isOver || signal !== null || code !== 0) return;
      laid = Promise.withResolvers<void>();
      laid.promise.catch(() => {}); // nobody waits for this one
      lay();
    });
  }

  await clear(path);
  // a crash of ours takes socat along; only being killed does not
  const stop = () => void line.kill("SIGTERM");
  process.once("exit", stop);
  laid.promise.catch(() => {});
  lay();
  await laid.promise;

  const probe = setInterval(() => {
    if (!isOpen || performance.now() - heardMs < QUIET_MS) return;
    // with nobody else there socat sees the end and a new line waits; otherwise nothing happens
    release();
    setTimeout(() => {
      if (isOpen && !isOver) hold();
    }, PROBE_LASTS_MS);
  }, PROBE_MS);

  return {
    say(bytes) {
      if (!isOpen) return "unread";
      if (line.stdin!.writableLength > MAX_WAITING) return "overrun";
      line.stdin!.write(bytes);
      return "sent";
    },
    async drain() {
      await new Promise<void>((done) => setImmediate(done));
    },
    async [Symbol.asyncDispose]() {
      isOver = true;
      process.off("exit", stop);
      clearInterval(probe);
      if (isOpen) await sleep(LINGER_MS);
      release();
      if (line.exitCode !== null || line.signalCode !== null) return;
      const closed = once(line, "close");
      line.kill("SIGTERM");
      await closed;
    },
  };
}
