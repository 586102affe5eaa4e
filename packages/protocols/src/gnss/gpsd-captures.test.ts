import { readFileSync } from "node:fs";
import type { PlainMessage } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import { decodeAll } from "../testing/protocol.contract.ts";
import { gnss, nmea } from "./index.ts";

/** What gpsd made of one fix, as far as it is compared. */
type Tpv = {
  readonly class: string;
  readonly mode: number;
  readonly time?: string;
  readonly lat?: number;
  readonly lon?: number;
  readonly speed?: number;
  readonly track?: number;
  readonly alt?: number;
};

const file = (name: string): Buffer => readFileSync(new URL(`./captures/${name}`, import.meta.url));
const chkLines = (name: string): string[] => file(`${name}.log.chk`).toString("latin1").split("\n");
const fixesOf = (name: string): Tpv[] =>
  chkLines(name)
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Tpv)
    .filter((o) => o.class === "TPV");

const num = (m: PlainMessage, name: string): number => (m.values[name] ?? Number.NaN) as number;
const roundMs = (tUs: number): number => Math.round(tUs / 1000);

/** gpsd counts 1 none, 2 and 3 dimensions. */
const MODE_TO_FIX: Readonly<Record<number, number>> = { 1: 0, 2: 2, 3: 3 };

function expectSame(fix: Tpv, got: PlainMessage, altToleranceM: number): void {
  const where = `${fix.time ?? "without time"} ${JSON.stringify(got)}`;
  expect(num(got, "gnss.fix"), where).toBe(MODE_TO_FIX[fix.mode]);
  const near = (name: string, wanted: number | undefined, tolerance: number, scale = 1) => {
    if (wanted !== undefined)
      expect(Math.abs(num(got, name) * scale - wanted), `${name} ${where}`).toBeLessThanOrEqual(tolerance);
  };
  near("gnss.lat", fix.lat, 1e-7);
  near("gnss.lon", fix.lon, 1e-7);
  near("gnss.speed", fix.speed, 0.001);
  near("gnss.alt", fix.alt, altToleranceM);
  near("gnss.course", fix.track, 0.001, 180 / Math.PI);
}

/** Every fix of gpsd has its message of the same millisecond; the few without a time are found by their place. */
function compare(fixes: readonly Tpv[], messages: readonly PlainMessage[], altToleranceM = 0.001): void {
  for (const fix of fixes) {
    const same = messages.filter((m) =>
      fix.time === undefined
        ? Math.abs(num(m, "gnss.lat") - fix.lat!) < 1e-8
        : m.tUs !== null && roundMs(m.tUs) === Date.parse(fix.time),
    );
    expect(same.length, JSON.stringify(fix)).toBeGreaterThanOrEqual(1);
    expectSame(fix, same[0]!, altToleranceM);
  }
}

describe("recordings that gpsd decoded too", () => {
  it.each([
    // gpsd reports the first epoch of two of them twice, and not the last one of the third
    ["nmea-rtk", undefined, 123, 122],
    ["nmea-fuzzy-cases", undefined, 15, 14],
    ["neo-m8n", { notBefore: "2020-01-01" }, 23, 24],
  ] as const)("%s: every epoch", (name, options, reported, sent) => {
    const fixes = fixesOf(name);
    expect(fixes).toHaveLength(reported);
    for (const protocol of [nmea, gnss]) {
      const { messages } = decodeAll(protocol, [file(`${name}.log`)], options);
      const epochs = messages.filter((m) => m.message === "nmea.epoch");
      compare(fixes, epochs);
      expect(epochs).toHaveLength(sent);
      expect(new Set(epochs.map((m) => m.tUs)).size).toBe(sent);
    }
  });

  it("neo-m8n: without a rollover day the date is the one on the wire", () => {
    const { messages } = decodeAll(nmea, [file("neo-m8n.log")]);
    const second = messages.filter((m) => m.message === "nmea.epoch")[1]!;
    expect(second.tUs).toBe(Date.UTC(2015, 2, 18, 17, 19, 26) * 1000);
  });

  it("ublox-neo-m8n: every NAV-PVT", () => {
    const fixes = fixesOf("ublox-neo-m8n");
    expect(fixes).toHaveLength(22);
    const { messages, stats } = decodeAll(gnss, [file("ublox-neo-m8n.log")]);
    const pvt = messages.filter((m) => m.message === "ubx.nav-pvt");
    expect(pvt).toHaveLength(24);
    compare(fixes, pvt);
    // the recording ends inside a frame
    expect(stats.reasons).toEqual({ skipped: 2, truncated: 1, unsupported: 23 });
  });

  it.each(["nmea-rtk", "nmea-fuzzy-cases", "ublox-neo-m8n"])(
    "%s: the sentences gpsd itself writes say what its JSON says",
    (name) => {
      const lines = chkLines(name).filter((line) => line.startsWith("$"));
      const { messages, stats } = decodeAll(nmea, [Buffer.from(`${lines.join("\r\n")}\r\n`)]);
      expect(stats).toMatchObject({ bad: 0, skippedBytes: 0, frames: lines.length });
      compare(
        fixesOf(name),
        messages.filter((m) => m.message === "nmea.epoch"),
        // written with two decimals
        0.006,
      );
    },
  );

  it("bu303-nofix: every epoch of a SiRF receiver that has no fix", () => {
    const fixes = fixesOf("bu303-nofix");
    const { messages, stats } = decodeAll(gnss, [file("bu303-nofix.log")]);
    expect(stats.bad).toBe(0);
    expect(messages.map((m) => m.values["gnss.fix"])).toEqual(fixes.map((f) => MODE_TO_FIX[f.mode]));
    for (const [i, m] of messages.entries()) {
      expect(Object.keys(m.values)).not.toContain("gnss.lat");
      // the receiver does not know UTC: gpsd takes 18 leap seconds off the time of week, and prints hundredths
      const utcMs = ((m.values["tow"] as number) - 18_000) % 86_400_000;
      expect(m.tUs).toBeNull();
      expect(Math.abs(utcMs - (Date.parse(fixes[i]!.time!) % 86_400_000))).toBeLessThan(10);
    }
  });
});
