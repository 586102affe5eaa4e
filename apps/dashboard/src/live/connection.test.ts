import { describe, expect, it } from "vitest";
import { type ConnectionState, createConnection, type Socket, waitMs } from "./connection.ts";

function bench() {
  let nowMs = 0;
  let timers: { atMs: number; call: () => void }[] = [];
  const sockets: (Socket & { closed: boolean; sent: string[] })[] = [];
  const states: ConnectionState[] = [];
  const got: unknown[] = [];
  const connection = createConnection({
    open: () => {
      const s = {
        onopen: null,
        onclose: null,
        onmessage: null,
        closed: false,
        sent: [] as string[],
        send: (t: string) => void s.sent.push(t),
        close: () => {
          s.closed = true;
        },
      };
      sockets.push(s);
      return s;
    },
    nowMs: () => nowMs,
    after: (ms, call) => {
      const timer = { atMs: nowMs + ms, call };
      timers.push(timer);
      return () => {
        timers = timers.filter((t) => t !== timer);
      };
    },
    random: () => 0,
    onState: (s) => states.push(s),
    onMessage: (m) => got.push(m),
    onBatch: (b) => got.push(b),
    onBad: (reason) => got.push(`bad: ${reason}`),
  });
  return {
    connection,
    sockets,
    states,
    got,
    advance(ms: number) {
      const end = nowMs + ms;
      for (;;) {
        const due = timers.filter((t) => t.atMs <= end).sort((a, b) => a.atMs - b.atMs)[0];
        if (!due) break;
        timers = timers.filter((t) => t !== due);
        nowMs = due.atMs;
        due.call();
      }
      nowMs = end;
    },
  };
}

describe("connection", () => {
  it("waits 0.5, 1, 2, 4, 8 and then 10 s, a third less at most", () => {
    expect([0, 1, 2, 3, 4, 5, 50].map((n) => waitMs(n, 0))).toEqual([
      500, 1000, 2000, 4000, 8000, 10_000, 10_000,
    ]);
    expect(waitMs(1, 1)).toBeCloseTo(667, 0);
  });

  it("reconnects by itself, and begins anew with short waits once something has come", () => {
    const b = bench();
    b.sockets[0]!.onclose!();
    expect(b.states).toEqual([{ kind: "connecting" }, { kind: "waiting", retryAtMs: 500 }]);
    b.advance(500);
    b.sockets[1]!.onclose!();
    expect(b.states.at(-1)).toEqual({ kind: "waiting", retryAtMs: 1500 });
    b.advance(1000);
    b.sockets[2]!.onopen!();
    expect(b.states.at(-1)).toEqual({ kind: "open" });
    b.sockets[2]!.onmessage!({ data: '{"type":"thinned","rows":3}' });
    b.sockets[2]!.onclose!();
    expect(b.states.at(-1)).toEqual({ kind: "waiting", retryAtMs: 2000 });
    expect(b.got).toEqual([{ type: "thinned", rows: 3 }]);
  });

  it("gives up a line that has gone silent, and hears no more of it", () => {
    const b = bench();
    b.sockets[0]!.onopen!();
    b.advance(5000);
    b.sockets[0]!.onmessage!({ data: new ArrayBuffer(3) });
    b.advance(5900);
    expect(b.states.at(-1)).toEqual({ kind: "open" });
    b.advance(6000);
    expect(b.sockets[0]!.closed).toBe(true);
    expect(b.sockets.length).toBeGreaterThan(1);
    b.sockets[0]!.onmessage!({ data: "{}" });
    expect(b.got).toHaveLength(1);
  });

  it("reports what cannot be read and stays connected", () => {
    const b = bench();
    b.sockets[0]!.onmessage!({ data: "{" });
    b.sockets[0]!.onmessage!({ data: '{"type":"thinned"}' });
    b.sockets[0]!.onmessage!({ data: '{"type":"from the future"}' });
    expect(b.got).toEqual([expect.stringContaining("bad:"), "bad: rows: expected a number, got undefined"]);
    expect(b.sockets[0]!.closed).toBe(false);
  });

  it("connects at once when asked to, and never after it was closed", () => {
    const b = bench();
    b.sockets[0]!.onclose!();
    b.connection.retryNow();
    expect(b.sockets).toHaveLength(2);
    b.advance(100);
    b.connection.retryNow();
    expect(b.sockets).toHaveLength(2);
    b.connection.send({ type: "subscribe", vehicles: "*", channels: "*" });
    expect(JSON.parse(b.sockets[1]!.sent[0]!)).toMatchObject({ vehicles: "*" });
    b.connection.close();
    b.advance(60_000);
    expect(b.sockets).toHaveLength(2);
  });
});
