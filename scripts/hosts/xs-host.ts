import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { createNetstringReader, netstring } from "./netstring.ts";
import { ensureXs } from "./xs-install.ts";

/**
 * What a device build of XS has not, and the worker has: no code from text, no text decoder. The portable packages have
 * to do without, so that they are taken away before the program starts.
 */
const DEVICE = `
{
  const refuse = () => { throw new SyntaxError("this build has no parser"); };
  refuse.prototype = Function.prototype;
  globalThis.Function = refuse;
  for (const name of ["TextDecoder", "TextEncoder", "Base64", "performance", "setImmediate", "harden", "lockdown"])
    delete globalThis[name];
}`;

/** Text goes as UTF-16: the engine has no encoder, and results need not be ASCII. */
const RUN = `
(() => {
  const say = (kind, text) => {
    const units = new Uint16Array(text.length + 1);
    units[0] = kind.charCodeAt(0);
    for (let i = 0; i < text.length; i++) units[i + 1] = text.charCodeAt(i);
    issueCommand(units.buffer);
  };
  Promise.resolve().then(() => pitwallRun()).then(
    (text) => say("=", String(text)),
    (error) => say("!", String((error && error.stack) || error)),
  );
})()`;

/** A program that does not end is ended. */
const TIMEOUT_MS = 120_000;

/** What a piece of a program cost: the engine's own units of computing, and slots of its heap in use afterwards. */
export type XsMeter = { readonly units: number; readonly slots: number; readonly heapBytes: number };
type Evaluated = { readonly said: string | undefined; readonly meter: XsMeter };
export type XsEngine = { readonly evaluate: (code: string) => Promise<Evaluated> };

function meterOf(text: string): XsMeter {
  const { compute, currentHeapCount, allocate } = JSON.parse(text.slice(0, text.indexOf("\u0001"))) as {
    compute: number;
    currentHeapCount: number;
    allocate: number;
  };
  return { units: compute, slots: currentHeapCount, heapBytes: allocate };
}

/** Talks to the worker over netstrings on file descriptors 3 and 4: `e` evaluates, `.` is done, `?` is a message. */
export async function withXs<T>(use: (engine: XsEngine) => Promise<T>): Promise<T> {
  const worker = spawn(await ensureXs(), [], { stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"] });
  const toWorker = worker.stdio[3] as Writable;
  const fromWorker = worker.stdio[4] as Readable;
  let errors = "";
  worker.stderr!.on("data", (chunk: Buffer) => {
    errors += chunk.toString("utf8");
  });
  const timer = setTimeout(() => worker.kill("SIGKILL"), TIMEOUT_MS);
  const { promise: gone, reject: isGone } = Promise.withResolvers<never>();
  worker.on("error", isGone);
  toWorker.on("error", isGone);
  fromWorker.on("error", isGone);
  worker.on("exit", (code, signal) =>
    isGone(new Error(`the XS worker ended (${signal ?? code}): ${errors}`)),
  );
  gone.catch(() => {});

  function evaluate(code: string): Promise<Evaluated> {
    const { promise, resolve, reject } = Promise.withResolvers<Evaluated>();
    let said: string | undefined;
    const onData = createNetstringReader((body) => {
      const kind = String.fromCharCode(body[0]!);
      const text = body.subarray(1).toString("utf8");
      if (kind === "?") {
        const message = body.subarray(1).toString("utf16le");
        if (message.startsWith("=")) said = message.slice(1);
        else reject(new Error(`on XS: ${message.slice(1)}`));
        toWorker.write(netstring("/"));
      } else if (kind === ".") {
        fromWorker.off("data", onData);
        resolve({ said, meter: meterOf(text) });
      } else reject(new Error(`on XS: ${text}`));
    });
    fromWorker.on("data", onData);
    toWorker.write(netstring(`e${code}`));
    return Promise.race([promise, gone]);
  }

  try {
    await evaluate(DEVICE);
    return await use({ evaluate });
  } finally {
    const ended = worker.exitCode === null ? once(worker, "exit") : undefined;
    toWorker.end(netstring("q"));
    await ended;
    clearTimeout(timer);
  }
}

/** What `pitwallRun` of a script returns. */
export const runOnXs = (script: string): Promise<string> =>
  withXs(async ({ evaluate }) => {
    await evaluate(script);
    const { said } = await evaluate(RUN);
    if (said === undefined) throw new Error("the program gave no result on XS");
    return said;
  });
