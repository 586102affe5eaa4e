import { findColumn, type Recording } from "@pitwall/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FormatError } from "../errors.ts";
import { readRecording } from "../registry.ts";
import { joined } from "../source.ts";
import { bytesOf } from "../testing/shared.ts";

/** A frame of u-blox receivers: sync, class, id, length, payload, 8-bit Fletcher sum. */
function ubx(id: number, payload: Uint8Array): Uint8Array {
  const f = new Uint8Array(payload.length + 8);
  f.set([0xb5, 0x62, 1, id, payload.length, 0]);
  f.set(payload, 6);
  let [a, b] = [0, 0];
  for (let i = 2; i < f.length - 2; i++) {
    a = (a + f[i]!) & 255;
    b = (b + a) & 255;
  }
  f.set([a, b], f.length - 2);
  return f;
}

/** NAV-POSLLH: time of week, longitude, latitude in 1e-7 deg. */
function position(towMs: number, lat: number): Uint8Array {
  const p = new Uint8Array(28);
  const v = new DataView(p.buffer);
  v.setUint32(0, towMs, true);
  v.setInt32(4, 4e7, true);
  v.setInt32(8, Math.round(lat * 1e7), true);
  return ubx(2, p);
}

/** NAV-PVT of 28 May 2026, 13:34:00 and so many seconds; `valid` 7 is date and time known. */
function pvt(towMs: number, s: number, valid: number, fix: number): Uint8Array {
  const p = new Uint8Array(92);
  const v = new DataView(p.buffer);
  v.setUint32(0, towMs, true);
  v.setUint16(4, 2026, true);
  p.set([5, 28, 13, 34, s, valid], 6);
  p.set([fix, fix === 0 ? 0 : 1], 20);
  v.setInt32(28, 50e7, true);
  return ubx(7, p);
}

const rmc = (s: string): Uint8Array => {
  const body = `GPRMC,13340${s},A,5018.06000,N,00439.00000,E,19.4384449,090.0,280526,,`;
  let sum = 0;
  for (const c of body) sum ^= c.charCodeAt(0);
  return bytesOf(`$${body}*${sum.toString(16).toUpperCase().padStart(2, "0")}\r\n`);
};

const T0 = Date.UTC(2026, 4, 28, 13, 34) * 1000;
/** Thursday, 18 s ahead of UTC. */
const TOW = (4 * 86_400 + 13 * 3600 + 34 * 60 + 18) * 1000;
const WEEK = 604_800_000;
const times = (r: Recording, group: string): number[] => [...r.groups.find((g) => g.name === group)!.tUs];
const five = [0, 1, 2, 3, 4];

describe("messages with the time of the GPS week alone", () => {
  const bare = joined(five.map((i) => position(TOW + i * 200, 50 + i)));

  it("count from the first, or are of the day that is given", async () => {
    const r = await readRecording(bare);
    expect(times(r, "ubx.nav-posllh")).toEqual(five.map((i) => i * 200_000));
    expect(r.absoluteTime).toBe(false);
    expect(r.notes.join()).toContain("without a day");
    const dated = await readRecording(bare, { date: "2026-05-28" });
    expect(times(dated, "ubx.nav-posllh")).toEqual(five.map((i) => T0 + i * 200_000));
    expect(dated.absoluteTime).toBe(true);
    const before = joined(five.map((i) => position((WEEK - 400 + i * 200) % WEEK, 50)));
    expect(times(await readRecording(before), "ubx.nav-posllh")).toEqual(five.map((i) => i * 200_000));
  });

  it("take their week from sentences beside them, not the time of the sentence before", async () => {
    const log = joined(five.flatMap((i) => [rmc(`${i}.00`), position(TOW + i * 1000, 50 + i)]));
    const r = await readRecording(log);
    expect(times(r, "ubx.nav-posllh")).toEqual(five.map((i) => T0 + i * 1e6));
    expect([
      ...r.groups.find((g) => g.name === "ubx.nav-posllh")!.columns.find((c) => c.field.name === "gnss.lat")!
        .values,
    ]).toEqual([50, 51, 52, 53, 54]);
  });

  it("before the date is known go to where the first dated message puts them; without a fix they are left out", async () => {
    const log = joined(five.map((i) => pvt(i === 0 ? 5 : TOW + i * 1000, i, i < 3 ? 0 : 7, i === 0 ? 0 : 3)));
    const r = await readRecording(log);
    expect([...findColumn(r, "gnss.lat")!.group.tUs]).toEqual([1, 2, 3, 4].map((i) => T0 + i * 1e6));
    expect(r.notes).toContain("1 messages have no time and are left out");
  });

  it("from before the receiver's clock was set are left out", async () => {
    const log = joined([position(1000, 1), ...five.map((i) => position(TOW + i * 200, 50))]);
    const r = await readRecording(log);
    expect(times(r, "ubx.nav-posllh")).toEqual(five.map((i) => i * 200_000));
    expect(r.notes.join()).toContain("before the receiver's clock was set");
  });

  it("survives damage anywhere: times ascend, or the log is refused", async () => {
    const log = joined([
      ...five.flatMap((i) => [rmc(`${i}.00`), position(TOW + i * 1000, 50 + i)]),
      ...five.map((i) => pvt(TOW + (5 + i) * 1000, 5 + i, i < 2 ? 0 : 7, 3)),
    ]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(log.length - 1), fc.nat(255)), { maxLength: 20 }),
        fc.nat(log.length),
        async (hits, cut) => {
          const damaged = log.slice(0, cut % 2 === 0 ? cut : log.length);
          for (const [at, value] of hits) if (at < damaged.length) damaged[at] = value;
          try {
            const r = await readRecording(damaged, { format: "gnss-log" });
            for (const g of r.groups)
              expect(g.tUs.every((t, i) => Number.isInteger(t) && !(t < g.tUs[i - 1]!))).toBe(true);
          } catch (e) {
            if (!(e instanceof FormatError)) throw e;
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
