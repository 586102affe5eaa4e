import { describe, expect, it } from "vitest";
import { hashOfVehicle, vehicleOfHash } from "./route.ts";
import { createMemory, readCharts } from "./storage.ts";
import { displayOf, formatValue, labelOf, lapTimeText, modeText } from "./units.ts";
import { pan, rangeOf, toLive, zoom } from "./viewport.ts";

describe("what the page remembers", () => {
  it("works where storage is refused", () => {
    const refuse = (): never => {
      throw new Error("SecurityError");
    };
    const none = createMemory(refuse);
    none.set("theme", "dark");
    expect(none.get("theme")).toBeUndefined();
    const full = createMemory(() => ({ getItem: refuse, setItem: refuse }) as unknown as Storage);
    full.set("theme", "dark");
    expect(full.get("theme")).toBeUndefined();
  });

  it("takes charts only in their own form", () => {
    expect(readCharts('[["a","b"],["c"]]')).toEqual([["a", "b"], ["c"]]);
    for (const bad of ["", "{", "{}", "[1]", '[["a",1]]', "null"]) expect(readCharts(bad)).toBeUndefined();
  });

  it("names the vehicle in the address, whatever it is called", () => {
    for (const id of ["kart-7", "a/b", "näherung #1", "%"]) expect(vehicleOfHash(hashOfVehicle(id))).toBe(id);
    for (const hash of ["", "#", "#/vehicle/", "#/vehicle/%", "#/x/y"])
      expect(vehicleOfHash(hash)).toBeUndefined();
  });
});

describe("units", () => {
  it("shows speed as asked for, rates in degrees, shares in percent, forces in g", () => {
    expect(formatValue(10, displayOf("vehicle.speed", "m/s", "km/h"))).toBe("36.0");
    expect(formatValue(44.704, displayOf("vehicle.speed", "m/s", "mph"))).toBe("100.0");
    expect(formatValue(Math.PI / 2, displayOf("vehicle.yawRate", "rad/s", "m/s"))).toBe("90.0");
    expect(displayOf("battery.soc", "1", "m/s")).toMatchObject({ unit: "%", factor: 100 });
    expect(formatValue(-9.80665, displayOf("vehicle.aLong", "m/s^2", "m/s"))).toBe("−1.00");
    expect(displayOf("imu.ax", "m/s^2", "m/s").unit).toBe("m/s²");
    expect(displayOf("gnss.sats", "1", "m/s")).toEqual({ unit: "", factor: 1, digits: 0 });
    expect(formatValue(-0.001, displayOf("vehicle.x", "m", "m/s"))).toBe("0.0");
    expect(formatValue(Number.NaN, displayOf("vehicle.x", "m", "m/s"))).toBe("–");
  });

  it("reads names of the catalogue and of protocols", () => {
    expect([labelOf("vehicle.speed"), labelOf("battery.cell.3.voltage"), labelOf("lapFlags")]).toEqual([
      "Speed",
      "Cell 3 voltage",
      "Lap flags",
    ]);
    expect(["gpsValid", "timestampMs", "vin"].map(labelOf)).toEqual(["GPS valid", "Timestamp", "VIN"]);
  });

  it("writes lap times and modes", () => {
    expect([83.4564, 59.9996, 0, Number.NaN].map(lapTimeText)).toEqual([
      "1:23.456",
      "1:00.000",
      "0:00.000",
      "–",
    ]);
    expect([0, 1, 2, 4, 5, 6, 3].map(modeText)).toEqual([
      "Steady",
      "Accelerating",
      "Braking",
      "Cornering",
      "Corner exit",
      "Corner entry",
      "–",
    ]);
  });
});

describe("viewport", () => {
  const live = { spanUs: 60e6, endUs: null };

  it("follows the newest until someone scrolls back, and again when scrolled to the end", () => {
    expect(rangeOf(live, 100e6)).toEqual({ fromUs: 40e6, toUs: 100e6 });
    const back = pan(live, -20e6, 100e6);
    expect(back).toEqual({ spanUs: 60e6, endUs: 80e6 });
    expect(pan(back, 10e6, 200e6)).toEqual({ spanUs: 60e6, endUs: 90e6 });
    expect(pan(back, 25e6, 100e6)).toEqual(live);
  });

  it("zooms about the finger, within bounds, and keeps the live edge", () => {
    const back = { spanUs: 60e6, endUs: 80e6 };
    expect(zoom(back, 0.5, 50e6, 100e6)).toEqual({ spanUs: 30e6, endUs: 65e6 });
    expect(zoom(live, 0.5, 50e6, 100e6)).toEqual({ spanUs: 30e6, endUs: null });
    expect(zoom(back, 1e-9, 50e6, 100e6).spanUs).toBe(2e6);
    expect(zoom(back, 3, 20e6, 100e6)).toEqual({ spanUs: 180e6, endUs: null });
    expect(toLive({ spanUs: 3600e6, endUs: 5 })).toEqual({ spanUs: 600e6, endUs: null });
  });
});
