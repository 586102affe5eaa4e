import { type CanFrame, createCanFrame, type PlainMessage, toPlain } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import type { EcuData } from "./ecu.ts";
import {
  createEcu,
  createEcuResponder,
  createElmEmulator,
  createElmSession,
  createObdTester,
} from "./index.ts";

const VIN = "1M8GDM9AXKP042788";
const values: Record<string, number> = {
  "engine.rpm": 3500,
  "engine.waterTemp": 87,
  "obd.speed": 25,
  "driver.throttle": 0.4,
  "engine.oilTemp": 101,
};
const data: EcuData = {
  pids: [0x04, 0x05, 0x0c, 0x0d, 0x11, 0x42, 0x5c],
  value: (name) => values[name] ?? 0,
  codes: (kind) => (kind === "stored" ? ["P0301", "P0420", "U0100", "P2135"] : []),
  vin: VIN,
  calibrations: ["PITWALL-TEST-01"],
  verifications: [Uint8Array.of(1, 2, 3, 4)],
  name: "ECM-EngineControl",
};

type Bus = {
  readonly frames: { atUs: number; frame: CanFrame }[];
  readonly messages: PlainMessage[];
  readonly problems: string[];
};

const copyOf = (f: CanFrame): CanFrame => ({ ...f, data: f.data.slice() });

/** A tester and control units on one bus; each frame takes `delayUs`, `drop` loses some. */
function drive(
  seconds: number,
  addressing: "11" | "29",
  { drop = () => false, watch = ["engine.rpm"] }: { drop?: (n: number) => boolean; watch?: string[] } = {},
): Bus {
  const bus: Bus = { frames: [], messages: [], problems: [] };
  const queue: { atUs: number; frame: CanFrame }[] = [];
  let now = 0;
  let sent = 0;
  const send = (frame: CanFrame) => {
    if (!drop(sent++)) queue.push({ atUs: now + 500, frame: copyOf(frame) });
  };
  const ecus = [0, 1].map((i) =>
    createEcuResponder({
      ...(i === 0 ? data : { pids: [0x0d], value: () => 10, codes: () => ["P0700"] }),
      addressing,
      ecu: addressing === "11" ? i : 0x10 + i,
      send,
    }),
  );
  const tester = createObdTester({
    addressing,
    send,
    poll: { watchedPeriodUs: 50_000, restPeriodUs: 1e6 },
    onReading: (r) => bus.messages.push(toPlain(r)),
    onProblem: (code) => bus.problems.push(code),
  });
  tester.poller.watch(watch);
  while (now < seconds * 1e6) {
    const next = queue.shift();
    if (next) {
      now = Math.max(now, next.atUs);
      bus.frames.push(next);
      for (const node of [tester, ...ecus]) node.onFrame(next.frame, now);
    } else now = Math.max(now + 100, Math.min(tester.dueUs, ...ecus.map((e) => e.dueUs), now + 10_000));
    for (const node of [tester, ...ecus]) node.tick(now);
  }
  return bus;
}

const last = (bus: Bus, message: string) => bus.messages.filter((m) => m.message === message).at(-1);

describe.each(["11", "29"] as const)("tester and control units with %s-bit identifiers", (addressing) => {
  const bus = drive(10, addressing);
  const main = addressing === "11" ? 0 : 0x10;

  it("has no problem", () => {
    expect(bus.problems).toEqual([]);
  });

  it("gets every value that the control unit has", () => {
    expect(last(bus, "obd2.pid-0c")!.values).toEqual({ ecu: main, "engine.rpm": 3500 });
    expect(last(bus, "obd2.pid-05")!.values["engine.waterTemp"]).toBe(87);
    expect(last(bus, "obd2.pid-0d")!.values["obd.speed"]).toBe(25);
    expect(last(bus, "obd2.pid-5c")!.values["engine.oilTemp"]).toBe(101);
  });

  it("gets long answers: VIN, calibration, name, codes of both control units", () => {
    expect(last(bus, "obd2.vin")!.values).toMatchObject({ vin: VIN, checkDigit: 1 });
    expect(last(bus, "obd2.calibration")!.values["ids"]).toBe("PITWALL-TEST-01");
    expect(last(bus, "obd2.verification")!.values["numbers"]).toBe("01020304");
    expect(last(bus, "obd2.ecu-name")!.values["name"]).toBe("ECM-EngineControl");
    const codes = bus.messages.filter((m) => m.message === "obd2.dtcs" && m.values["service"] === 3);
    expect(codes.map((m) => m.values["codes"])).toEqual(
      ["P0301 P0420 U0100 P2135", "P0700"].sort((a, b) => a.length - b.length),
    );
  });

  it("asks what is watched most, and one unit only once it knows it", () => {
    const count = (m: string) => bus.messages.filter((x) => x.message === m).length;
    expect(count("obd2.pid-0c")).toBeGreaterThan(100);
    expect(count("obd2.pid-05")).toBeLessThan(15);
    const late = bus.messages.slice(-50).filter((m) => m.message.startsWith("obd2.pid-"));
    expect(new Set(late.map((m) => m.values["ecu"]))).toEqual(new Set([main]));
  });

  it("sends full frames of eight bytes", () => {
    expect(new Set(bus.frames.map((f) => f.frame.length))).toEqual(new Set([8]));
  });
});

describe("a bus that loses frames", () => {
  it("goes on, counts the damage, and still has the vehicle's number", () => {
    let seed = 12345;
    const drop = () => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      return seed % 20 === 0;
    };
    const bus = drive(90, "11", { drop });
    expect(last(bus, "obd2.vin")?.values["vin"]).toBe(VIN);
    expect(bus.messages.filter((m) => m.message === "obd2.pid-0c").length).toBeGreaterThan(300);
    for (const code of bus.problems) expect(["timeout", "out-of-sequence", "truncated"]).toContain(code);
  });
});

describe("control unit", () => {
  const ecu = createEcu({
    ...data,
    freeze: (name) => (name === "engine.rpm" ? 5000 : 0),
    tests: () => [{ monitor: 1, test: 5, scaling: 0x0b, value: 3000, least: 0, most: 4000 }],
    clear: () => false,
  });
  const ask = (hex: string, toEveryone = false): string | undefined => {
    const answer = ecu(Buffer.from(hex, "hex"), toEveryone);
    return answer && Buffer.from(answer).toString("hex");
  };

  it.each([
    ["engine speed", "010c", "410c36b0"],
    ["several identifiers, unknown ones left out", "010c990d", "410c36b00d5a"],
    ["the first bitmap", "0100", "41001818 8001".replace(" ", "")],
    ["a bitmap in between with nothing but the next", "0120", "412000000001"],
    ["a freeze frame", "020c00", "420c004e20"],
    ["stored codes", "03", "43040301 0420c1002135".replace(" ", "")],
    ["no pending codes", "07", "4700"],
    ["no permanent codes", "0a", "4a00"],
    ["a test", "0601", "4601050b0bb800000fa0"],
    ["the information types", "0900", "490054400000"],
    ["a missing identifier", "0199", "7f0112"],
    ["a missing freeze frame", "020c01", "7f0212"],
    ["clearing while the engine runs", "04", "7f0422"],
    ["a service it lacks", "0800", "7f0811"],
    ["a request without identifier", "01", "7f0113"],
    ["too many identifiers", "0101020304050607", "7f0113"],
  ])("answers %s", (_name, request, response) => {
    expect(ask(request)).toBe(response);
  });

  it("keeps silent when everyone is asked for what it lacks, not when it refuses", () => {
    expect(ask("0199", true)).toBeUndefined();
    expect(ask("0800", true)).toBeUndefined();
    expect(ask("04", true)).toBe("7f0422");
  });

  it("ignores other control units' requests and remote frames", () => {
    const sent: CanFrame[] = [];
    const responder = createEcuResponder({ ...data, ecu: 2, send: (f) => sent.push(copyOf(f)) });
    const frame = createCanFrame();
    Object.assign(frame, { id: 0x7e0, length: 8 });
    frame.data.set([2, 1, 0x0c]);
    responder.onFrame(frame, 0);
    responder.onFrame({ ...frame, id: 0x7e2, remote: true }, 0);
    expect(sent).toEqual([]);
    responder.onFrame({ ...frame, id: 0x7e2 }, 0);
    expect(sent.map((f) => [f.id, f.data[0]])).toEqual([[0x7ea, 4]]);
  });
});

describe("an ELM327 adapter", () => {
  const bytes = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));
  const ecu = createEcu(data);
  const emulator = () =>
    createElmEmulator({
      ask: (request) => {
        const answer = ecu(request, true);
        return answer ? [{ ecu: 0, bytes: answer }] : [];
      },
    });

  it("prints what the data sheet shows", () => {
    const elm = emulator();
    expect(elm(bytes("ATZ\r"))).toBe("ATZ\rELM327 v1.5\r\r>");
    expect(elm(bytes("ATE0\r"))).toBe("ATE0\rOK\r\r>");
    expect(elm(bytes("010C\r"))).toBe("41 0C 36 B0\r\r>");
    expect(elm(bytes("0902\r"))).toBe(
      "014\r0: 49 02 01 31 4D 38\r1: 47 44 4D 39 41 58 4B\r2: 50 30 34 32 37 38 38\r\r>",
    );
    expect(elm(bytes("01 99\r"))).toBe("NO DATA\r\r>");
    expect(elm(bytes("HELLO\r"))).toBe("?\r\r>");
    elm(bytes("ATS0\rATH1\r"));
    expect(elm(bytes("010C\r"))).toBe("7E804410C36B0000000\r\r>");
  });

  it.each([
    ["whole", 1000],
    ["a character at a time", 1],
  ])("is driven by a session: set up, asked, understood (%s)", (_name, piece) => {
    const elm = emulator();
    const messages: PlainMessage[] = [];
    const problems: string[] = [];
    let typed = "";
    const session = createElmSession({
      write: (text) => {
        typed += text;
      },
      poll: { watchedPeriodUs: 100_000 },
      onReading: (r) => messages.push(toPlain(r)),
      onProblem: (code) => problems.push(code),
    });
    session.poller.watch(["engine.rpm"]);
    for (let now = 0; now < 20e6; now += 20_000) {
      session.tick(now);
      const printed = elm(bytes(typed));
      typed = "";
      for (let i = 0; i < printed.length; i += piece)
        session.onBytes(bytes(printed.slice(i, i + piece)), now);
    }
    expect(problems).toEqual([]);
    expect(messages.filter((m) => m.message === "obd2.pid-0c").length).toBeGreaterThan(100);
    expect(messages.find((m) => m.message === "obd2.vin")?.values["vin"]).toBe(VIN);
    expect(messages.find((m) => m.message === "obd2.dtcs")?.values["codes"]).toBe("P0301 P0420 U0100 P2135");
  });

  it("starts over when the adapter has become silent", () => {
    const written: string[] = [];
    const problems: string[] = [];
    const session = createElmSession({
      write: (text) => written.push(text),
      onReading: () => {},
      onProblem: (code) => problems.push(code),
    });
    session.tick(0);
    session.tick(session.dueUs);
    expect(written).toEqual(["ATZ\r", "ATZ\r"]);
    expect(problems).toEqual(["timeout"]);
  });
});
