import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../apps/cli/src/main.ts", import.meta.url));

/** A tool that a test needs. Missing on a laptop the test is skipped and says what to install; in CI it fails. */
export function needs(
  path: string,
  debianPackage: string,
): { readonly skip: boolean; readonly title: string } {
  const there = existsSync(path);
  if (!there && process.env["CI"] === "true") throw new Error(`${path} is missing: install ${debianPackage}`);
  return { skip: !there, title: there ? "" : ` (skipped: install ${debianPackage})` };
}

export const CHROMIUM = "/usr/bin/chromium";
export const CHROMIUM_ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A folder that is gone when the test is over. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "pitwall-e2e-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}

export type Ran = { readonly code: number | null; readonly out: string; readonly err: string };

/** Runs a command to its end. */
export async function pitwall(
  args: readonly string[],
  options: { readonly input?: string | Uint8Array } = {},
): Promise<Ran> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ["pipe", "pipe", "pipe"] });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (t: string) => {
    out += t;
  });
  child.stderr.setEncoding("utf8").on("data", (t: string) => {
    err += t;
  });
  child.stdin.on("error", () => {});
  child.stdin.end(options.input);
  const code = await new Promise<number | null>((done) => child.on("close", done));
  return { code, out, err };
}

export interface ServerProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly readyLine: string;
  readonly http: string;
  readonly mqtt: number;
  readonly udp: number;
  readonly tcp: number;
  /** What it has said on stderr. */
  readonly err: () => string;
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>;
}

/** Starts the real server as its users do, on free ports. */
export async function startServer(
  data: string,
  args: readonly string[] = ["--no-demo"],
): Promise<ServerProcess> {
  const ports = ["--http-port", "--mqtt-port", "--udp-port", "--tcp-port"].flatMap((p) =>
    args.includes(p) ? [] : [p, "0"],
  );
  const child = spawn(process.execPath, [MAIN, "serve", "--data", data, ...ports, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let err = "";
  child.stderr.setEncoding("utf8").on("data", (t: string) => {
    err += t;
  });
  const closed = new Promise<number | null>((done) => child.on("close", done));
  const readyLine = await new Promise<string>((done, fail) => {
    createInterface(child.stdout).once("line", done);
    void closed.then((code) => fail(new Error(`the server ended with ${code} before it was ready: ${err}`)));
  });
  const port = (name: string): number => Number(new RegExp(`${name}=\\S*:(\\d+)`).exec(readyLine)?.[1]);
  const stop = async (signal: NodeJS.Signals = "SIGTERM") => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    return closed;
  };
  return {
    child,
    readyLine,
    http: `http://127.0.0.1:${port("http")}`,
    mqtt: port("mqtt"),
    udp: port("udp"),
    tcp: port("tcp"),
    err: () => err,
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}

/** Asks until the answer is yes; the test's own time limit ends it. */
export async function until<T>(
  ask: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    await new Promise((done) => setTimeout(done, 20));
  }
}

export async function getJson<T>(url: string, init?: RequestInit): Promise<T> {
  const response = await fetch(url, init);
  return (await response.json()) as T;
}
