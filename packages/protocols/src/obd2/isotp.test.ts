import { fromHex, toHex } from "@pitwall/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FlowStatus, frameCount, segment, separationUs } from "./isotp.ts";
import { createIsoTpReceiver, type IsoTpReceiverOptions } from "./isotp-receiver.ts";
import { createIsoTpSender, type IsoTpSenderOptions } from "./isotp-sender.ts";

function receiver(options: Partial<IsoTpReceiverOptions> = {}) {
  const messages: string[] = [];
  const problems: string[] = [];
  const flow: FlowStatus[] = [];
  const r = createIsoTpReceiver({
    onMessage: (b, start, end) => messages.push(toHex(b, start, end)),
    onProblem: (code) => problems.push(code),
    sendFlowControl: (status) => flow.push(status),
    ...options,
  });
  const push = (hex: string, nowUs = 0) => {
    const frame = fromHex(hex);
    r.push(frame, frame.length, nowUs);
    frame.fill(0xee); // borrowed: what is kept shows
  };
  return { r, push, messages, problems, flow };
}

function sender(options: Partial<IsoTpSenderOptions> = {}) {
  const frames: string[] = [];
  const problems: string[] = [];
  let done = 0;
  const s = createIsoTpSender({
    send: (data) => frames.push(toHex(data)),
    onProblem: (code) => problems.push(code),
    onDone: () => done++,
    ...options,
  });
  const flow = (hex: string, nowUs: number) => {
    const frame = fromHex(hex);
    s.onFlowControl(frame, frame.length, nowUs);
  };
  return { s, frames, problems, flow, done: () => done };
}

const LONG = "00112233445566778899aabbccddeeff";

describe("ISO-TP segmentation", () => {
  it("cuts as the standard's frames are laid out", () => {
    expect(segment(fromHex("010c")).map((f) => toHex(f))).toEqual(["02010c0000000000"]);
    expect(segment(fromHex("01020304050607"), 0xcc).map((f) => toHex(f))).toEqual(["0701020304050607"]);
    expect(segment(fromHex(LONG), 0xaa).map((f) => toHex(f))).toEqual([
      "1010001122334455",
      "21667788 99aabbcc".replace(" ", ""),
      "22ddeeffaaaaaaaa",
    ]);
  });

  it("wraps the sequence from F to 0 and states lengths over 4095 in 32 bits", () => {
    const frames = segment(new Uint8Array(130));
    expect(frames.map((f) => f[0]! & 15).slice(14, 19)).toEqual([14, 15, 0, 1, 2]);
    const long = segment(new Uint8Array(5000).fill(7));
    expect(toHex(long[0]!)).toBe("1000000013880707");
    expect(long).toHaveLength(frameCount(5000));
  });

  it.each([
    [0, 0],
    [0x7f, 127_000],
    [0xf1, 100],
    [0xf9, 900],
    [0x80, 127_000],
    [0xf0, 127_000],
    [0xfa, 127_000],
    [0xff, 127_000],
  ])("reads a separation time of %d as %d us", (raw, us) => {
    expect(separationUs(raw)).toBe(us);
  });
});

describe("ISO-TP receiver", () => {
  it("takes a single frame, and one of CAN FD", () => {
    const { push, messages } = receiver();
    push("03410d32aaaaaaaa");
    push(`000a${"42".repeat(10)}`);
    expect(messages).toEqual(["410d32", "42".repeat(10)]);
  });

  it("puts a long message together and asks for its rest", () => {
    const { push, messages, flow, problems } = receiver();
    push("1010001122334455");
    push("2166778899aabbcc");
    expect(messages).toEqual([]);
    push("22ddeeff");
    expect(messages).toEqual([LONG]);
    expect(flow).toEqual(["continue"]);
    expect(problems).toEqual([]);
  });

  it("asks again after each block", () => {
    const { push, flow, messages } = receiver({ blockSize: 1 });
    for (const f of segment(fromHex(LONG))) push(toHex(f));
    expect(flow).toEqual(["continue", "continue"]);
    expect(messages).toHaveLength(1);
  });

  it.each([
    ["a wrong number", ["1010001122334455", "2266778899aabbcc"], "out-of-sequence"],
    ["the same frame twice", ["1010001122334455", "2166778899aabbcc", "2166778899aabbcc"], "out-of-sequence"],
    ["a new single frame in between", ["1010001122334455", "03410d3200000000"], "out-of-sequence"],
    ["a new first frame in between", ["1010001122334455", "1010001122334455"], "out-of-sequence"],
    ["a consecutive frame of nothing", ["2166778899aabbcc"], "out-of-sequence"],
    ["a short consecutive frame", ["1010001122334455", "216677"], "truncated"],
    ["a single frame of no bytes", ["0000000000000000"], "bad-length"],
    ["a single frame longer than itself", ["07410d"], "bad-length"],
    ["a first frame of a short message", ["1006001122334455"], "bad-length"],
    ["a first frame cut short", ["101000"], "truncated"],
    ["a long form for a short length", ["1000000000100011"], "bad-length"],
    ["an unknown kind of frame", ["4000000000000000"], "malformed"],
    ["a frame without data", [""], "truncated"],
  ])("counts %s", (_name, frames, code) => {
    const { push, problems } = receiver();
    for (const f of frames) push(f);
    expect(problems).toEqual([code]);
  });

  it("goes on with the frame that interrupted", () => {
    const { push, messages } = receiver();
    push("1010001122334455");
    push("03410d3200000000");
    expect(messages).toEqual(["410d32"]);
  });

  it("says overflow instead of claiming memory", () => {
    const { push, flow, problems, r } = receiver({ maxLength: 64 });
    push("1041001122334455");
    push("1000ffffffff0011");
    expect(flow).toEqual(["overflow", "overflow"]);
    expect(problems).toEqual(["bad-length", "bad-length"]);
    expect(r.busy).toBe(false);
  });

  it("gives up after a second without the next frame, by the clock it is given", () => {
    const { push, problems, messages, r } = receiver();
    push("1010001122334455", 5e6);
    r.tick(6e6);
    expect(problems).toEqual([]);
    push("2166778899aabbcc", 6_000_001);
    expect(problems).toEqual(["timeout", "out-of-sequence"]);
    expect(messages).toEqual([]);
  });

  it("gives up what the end of the recording cut off", () => {
    const { push, problems, r } = receiver();
    push("1010001122334455");
    r.end();
    expect(problems).toEqual(["truncated"]);
  });

  it("keeps to itself as a mere listener", () => {
    const messages: string[] = [];
    const r = createIsoTpReceiver({
      onMessage: (b, start, end) => messages.push(toHex(b, start, end)),
      onProblem: () => {},
    });
    for (const f of segment(fromHex(LONG))) r.push(f, 8, Number.NaN);
    expect(messages).toEqual([LONG]);
  });
});

describe("ISO-TP sender", () => {
  it("sends a short message at once", () => {
    const { s, frames, done } = sender({ padding: 0xcc });
    s.start(fromHex("410d32"), 0);
    expect(frames).toEqual(["03410d32cccccccc"]);
    expect([done(), s.busy, s.dueUs]).toEqual([1, false, Number.POSITIVE_INFINITY]);
  });

  it("waits for the receiver, then keeps the gap it asks for", () => {
    const { s, frames, flow, done } = sender();
    s.start(new Uint8Array(30), 0);
    s.tick(500_000);
    expect(frames).toHaveLength(1);
    flow("300005", 600_000); // 5 ms
    expect(frames).toHaveLength(2);
    expect(s.dueUs).toBe(605_000);
    s.tick(604_999);
    expect(frames).toHaveLength(2);
    s.tick(605_000);
    s.tick(610_000);
    expect(frames).toHaveLength(4);
    s.tick(615_000);
    expect([frames.length, done()]).toEqual([5, 1]);
  });

  it("stops at the end of a block for the next flow control", () => {
    const { s, frames, flow, done } = sender();
    s.start(new Uint8Array(6 + 7 * 5), 0);
    flow("300200", 0);
    expect(frames).toHaveLength(3);
    flow("300000", 0);
    expect([frames.length, done()]).toEqual([6, 1]);
  });

  it("puts up with being told to wait, and not for ever", () => {
    const { s, flow, problems, frames } = sender({ maxWaits: 2 });
    s.start(new Uint8Array(20), 0);
    flow("310000", 900_000);
    s.tick(1_800_000);
    flow("310000", 1_800_000);
    expect(problems).toEqual([]);
    flow("310000", 1_900_000);
    expect([problems, frames.length, s.busy]).toEqual([["timeout"], 1, false]);
  });

  it.each([
    ["an overflow", "320000", "bad-length"],
    ["a status that does not exist", "330000", "malformed"],
  ])("stops at %s", (_name, hex, code) => {
    const { s, flow, problems } = sender();
    s.start(new Uint8Array(20), 0);
    flow(hex, 0);
    expect([problems, s.busy]).toEqual([[code], false]);
  });

  it("gives up a silent receiver", () => {
    const { s, problems } = sender();
    s.start(new Uint8Array(20), 0);
    s.tick(1_000_000);
    expect(problems).toEqual([]);
    s.tick(1_000_001);
    expect([problems, s.busy]).toEqual([["timeout"], false]);
  });

  it("counts flow control that nobody waits for, and cut ones", () => {
    const { flow, problems } = sender();
    flow("300000", 0);
    flow("30", 0);
    expect(problems).toEqual(["out-of-sequence", "malformed"]);
  });

  it("refuses a second message, an empty and a long one", () => {
    const { s } = sender();
    expect(() => s.start(new Uint8Array(0), 0)).toThrow(/bad-length/);
    expect(() => s.start(new Uint8Array(4096), 0)).toThrow(/bad-length/);
    s.start(new Uint8Array(20), 0);
    expect(() => s.start(new Uint8Array(3), 0)).toThrow(/out-of-sequence/);
  });

  it("gets any message across, whatever the receiver's block size and gap", () => {
    const message = fc.uint8Array({ minLength: 1, maxLength: 700 });
    fc.assert(
      fc.property(message, fc.nat(9), fc.constantFrom(0, 1, 0xf3), (bytes, blockSize, stMin) => {
        const got: string[] = [];
        let now = 0;
        const bus: (() => void)[] = [];
        const s = createIsoTpSender({
          send(data) {
            const frame = data.slice();
            bus.push(() => r.push(frame, 8, now));
          },
          onProblem: (_code, reason) => expect.unreachable(reason),
        });
        const r = createIsoTpReceiver({
          blockSize,
          sendFlowControl: () =>
            bus.push(() => s.onFlowControl(Uint8Array.of(0x30, blockSize, stMin), 3, now)),
          onMessage: (b, start, end) => got.push(toHex(b, start, end)),
          onProblem: (_code, reason) => expect.unreachable(reason),
        });
        s.start(bytes, now);
        for (let i = 0; i < 2000 && (bus.length > 0 || s.busy); i++) {
          const next = bus.shift();
          if (next) next();
          else {
            now = s.dueUs;
            s.tick(now);
          }
        }
        expect(got).toEqual([toHex(bytes)]);
      }),
      { numRuns: 60 },
    );
  });
});
