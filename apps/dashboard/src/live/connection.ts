import type { ClientMessage, ServerMessage } from "@pitwall/api";
import { readServerMessage } from "./messages.ts";

export type ConnectionState =
  | { readonly kind: "connecting" }
  | { readonly kind: "open" }
  | { readonly kind: "waiting"; readonly retryAtMs: number };

/** The part of a WebSocket that is used, so that a test can bring its own. */
export type Socket = {
  onopen: (() => void) | null;
  onclose: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  send(text: string): void;
  close(): void;
};

export type ConnectionOptions = {
  readonly open: () => Socket;
  readonly nowMs: () => number;
  /** Calls back once after `ms`; returns how to cancel. */
  readonly after: (ms: number, call: () => void) => () => void;
  /** 0 to 1. */
  readonly random: () => number;
  readonly onState: (state: ConnectionState) => void;
  readonly onMessage: (message: ServerMessage) => void;
  readonly onBatch: (bytes: ArrayBuffer) => void;
  /** What came could not be read. */
  readonly onBad: (reason: string) => void;
};

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** The server speaks at least once a second: a line that is silent for this long is dead, whatever the socket says. */
const SILENCE_MS = 6000;

/** How long to wait before the given attempt: doubling from half a second to ten, spread by a third. */
export function waitMs(attempt: number, random: number): number {
  const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
  return full * (1 - random / 3);
}

/** Keeps a WebSocket open: reconnects by itself with growing waits, and gives up a silent line. */
export function createConnection(options: ConnectionOptions) {
  let socket: Socket | undefined;
  let cancel: (() => void) | undefined;
  let failures = 0;
  let closed = false;
  let lastMs = 0;

  function connect(): void {
    cancel?.();
    options.onState({ kind: "connecting" });
    let s: Socket;
    try {
      s = options.open();
    } catch {
      lost();
      return;
    }
    socket = s;
    lastMs = options.nowMs();
    watch();
    s.onopen = () => {
      if (socket !== s) return;
      lastMs = options.nowMs();
      options.onState({ kind: "open" });
    };
    s.onclose = () => {
      if (socket === s) lost();
    };
    s.onmessage = ({ data }) => {
      if (socket !== s) return;
      lastMs = options.nowMs();
      failures = 0;
      receive(data);
    };
  }

  function receive(data: unknown): void {
    try {
      if (typeof data === "string") {
        const message = readServerMessage(JSON.parse(data));
        if (message) options.onMessage(message);
      } else if (data instanceof ArrayBuffer) options.onBatch(data);
    } catch (e) {
      options.onBad((e as Error).message);
    }
  }

  function watch(): void {
    cancel = options.after(SILENCE_MS, () => {
      if (options.nowMs() - lastMs < SILENCE_MS) watch();
      else lost();
    });
  }

  function lost(): void {
    cancel?.();
    const old = socket;
    socket = undefined;
    old?.close();
    if (closed) return;
    const ms = waitMs(failures++, options.random());
    options.onState({ kind: "waiting", retryAtMs: options.nowMs() + ms });
    cancel = options.after(ms, connect);
  }

  connect();
  return {
    /** Dropped while there is no connection: the caller says it anew when the state turns to open. */
    send(message: ClientMessage): void {
      try {
        socket?.send(JSON.stringify(message));
      } catch {
        // Still connecting, or closing: the state change that follows brings the next occasion.
      }
    },
    /** The network came back, or someone pressed the button. */
    retryNow(): void {
      if (!socket && !closed) connect();
    },
    close(): void {
      closed = true;
      lost();
    },
  };
}
export type Connection = ReturnType<typeof createConnection>;
