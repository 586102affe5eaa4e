import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { at, failure, GATE, json, own, picture, run, truth, withDrives } from "../analyse/testing/drives.ts";

const GRAVITY = 9.80665;
withDrives();

describe("pitwall analyse gg, histogram, braking, coasting, energy", () => {
  it("gives the grip that was there", async () => {
    const g = await json("gg", at("own.json"), "--svg", at("gg.svg"));
    const widest = Math.max(...g.envelopeMps2[2].filter((r: number | null) => r !== null));
    expect(g.shares).toEqual([0.5, 0.9, 0.98]);
    expect(widest).toBeGreaterThan(0.5 * GRAVITY);
    expect((await run(["gg", at("own.json"), "--lap", "best"])).out).toMatch(/braking, left/);
    expect(await picture("gg.svg")).toContain("accelerating");
    // without laps it is over all there is
    expect((await run(["gg", at("short.json")])).out).toContain("the whole recording");
  });

  it("counts the time of the laps, all of it", async () => {
    const h = await json(
      "histogram",
      at("own.json"),
      "--channel",
      "gnss.speed",
      "--svg",
      at("histogram.svg"),
    );
    const whole = truth(own).reduce((a, b) => a + b);
    const counted = h.seconds.reduce((a: number, b: number) => a + b, 0);
    expect(Math.abs(counted - whole)).toBeLessThan(0.5);
    expect(h.unit).toBe("m/s");
    // edges are round numbers of the unit shown
    expect(h.edges[1] * 3.6 - h.edges[0] * 3.6).toBeCloseTo(5, 6);
    expect((await run(["histogram", at("own.json"), "--channel", "gnss.speed"])).out).toMatch(/█/);
    const cut = await json(
      "histogram",
      at("own.json"),
      "--channel",
      "gnss.speed",
      "--min",
      "0",
      "--max",
      "144",
      "--bins",
      "4",
    );
    expect(cut.edges.map((e: number) => Math.round(e))).toEqual([0, 10, 20, 30, 40]);
    await picture("histogram.svg");
  });

  it("finds braking, and says so where there is none", async () => {
    const { zones } = await json("braking", at("own.json"));
    expect(zones.length).toBeGreaterThan(2);
    for (const z of zones) expect(z.fromMps).toBeGreaterThan(z.toMps);
    const { out, err } = await run(["braking", at("own.json"), "--least", "3"]);
    expect(out).toMatch(/into +at/);
    expect(err).toContain("never braked with 3 g");
  });

  it("says who braked later", async () => {
    const both = await json("braking", at("own.json"), "--lap", "1", "--against", "2");
    const [one, two] = [
      await json("braking", at("own.json"), "--lap", "1"),
      await json("braking", at("own.json"), "--lap", "2"),
    ];
    type Zone = { startM: number; laterM: number | null; peakMps2: number; harderMps2: number | null };
    expect(both.reference).toBe("lap 2");
    for (const [i, z] of (both.zones as Zone[]).entries()) {
      expect(z.startM).toBe(one.zones[i].startM);
      if (z.laterM === null) continue;
      const other = two.zones.find((o: Zone) => Math.abs(z.startM - z.laterM! - o.startM) < 1e-6);
      expect(z.harderMps2).toBeCloseTo(z.peakMps2 - other.peakMps2, 9);
    }
    expect(one.zones[0].laterM).toBeNull();
    const { out } = await run(["braking", at("own.json"), "--lap", "1", "--against", "2"]);
    expect(out).toMatch(/later +harder/);
  });

  it("finds the stretch on neither pedal", async () => {
    const { out, err } = await run(["coasting", at("pedals.json"), "--lap", "2", ...GATE]);
    const [, from, to] = /where, on lap 2\n.*m +m +s\n +(\d+) +(\d+)/s.exec(out)!;
    expect(Math.abs(Number(from) - 500)).toBeLessThan(8);
    expect(Math.abs(Number(to) - 560)).toBeLessThan(8);
    expect(err).toContain("by the accelerator");
    const s = await json("summary", at("pedals.json"));
    for (const l of s.laps) {
      expect(l.coastingBy).toBe("pedals");
      expect(l.brakingShare).toBe(0);
      expect(l.fullThrottleShare + l.coastingShare).toBeCloseTo(1, 1);
    }
  });

  it("measures energy by hand: 1 kW", async () => {
    const { laps } = await json("energy", at("own.json"));
    for (const l of laps) expect(l.usedWh).toBeCloseTo(l.timeS / 3.6, 1);
    expect(await failure("energy", at("friend.json"))).toMatch(
      /the recording has no battery\.current\nchannels there are: gnss\.course /,
    );
    const { laps: coasts } = await json("coasting", at("own.json"));
    for (const l of coasts) expect(l.share).toBeCloseTo(l.seconds / l.timeS, 6);
  });
});

describe("pitwall analyse channel", () => {
  it("checks an expression, and gives it lap by lap with its unit", async () => {
    const c = await json("channel", at("own.json"), "abs(vehicle.aLat) / 9.80665");
    expect(c.unit).toBe("1");
    expect(c.laps.map((l: { lap: number }) => l.lap)).toEqual([1, 2, 3, 4]);
    const power = await json("channel", at("own.json"), "battery.voltage * battery.current");
    expect(power.unit).toBe("W");
    for (const l of power.laps) expect([l.minimum, l.mean, l.maximum]).toEqual([1000, 1000, 1000]);
    const spent = await json(
      "channel",
      at("own.json"),
      "integral(p, lap.number)",
      "--math",
      "p=battery.voltage*battery.current",
    );
    expect(spent.unit).toBe("Wh");
    for (const [i, l] of spent.laps.entries())
      expect(Math.abs(3.6 * l.last - truth(own)[i]!)).toBeLessThan(0.3);
  });

  it("shows where it is wrong, and which channels there are", async () => {
    expect(await failure("channel", at("own.json"), "gnss.speed / (2")).toBe(
      `CommandError: ${at("own.json")}: ` +
        'channel, column 16: ")" expected, not the end\n  gnss.speed / (2\n                 ^',
    );
    const wrong = await failure("channel", at("own.json"), "2 * gnss.spead");
    expect(wrong).toContain('column 5: there is no channel "gnss.spead"; did you mean gnss.speed?');
    expect(wrong).toContain("\n  2 * gnss.spead\n      ^\nchannels there are: ");
    expect(
      await failure("histogram", at("own.json"), "--channel", "x", "--math", "x = gnss.speed + gnss.lat"),
    ).toContain("x, column 12: m/s and rad cannot be put together");
    expect(await failure("histogram", at("own.json"), "--channel", "driver.brake")).toContain(
      "no driver.brake\n",
    );
  });

  it("looks at what fusion makes of the whole drive, where it is told to, and says so", async () => {
    const drive = join(import.meta.dirname, "../../../../packages/fusion/src/captures/comma2k19.csv");
    expect(await failure("channel", drive, "vehicle.speed")).toContain("no vehicle.speed");
    const { out, err } = await run(["channel", drive, "vehicle.speed - wheel.speed", "--smooth", "--json"]);
    const { laps } = JSON.parse(out);
    expect(laps).toHaveLength(1);
    expect(Math.abs(laps[0].mean)).toBeLessThan(0.2);
    expect(err).toContain("smoothed with what came later");
  });

  it("lists the channels, and the functions", async () => {
    const { out } = await run(["channel", at("own.json")]);
    expect(out).toMatch(/^battery\.current +A +\d+ +10\.0 +20 +20$/m);
    expect((await run(["channel", "--functions"])).out).toMatch(/^derivative +change a second$/m);
  });
});
