import { describe, expect, it } from "vitest";
import { demoChoices, vehicleOfDrive } from "./demo-drive.ts";

const drive = (vehicle: string, track: string) => vehicleOfDrive({ vehicle, track, laps: 1 });

describe("the vehicle of a simulated drive", () => {
  it("has a name that people can read, whatever the track's accents", () => {
    expect(drive("car", "Autódromo José Carlos Pace - Interlagos")).toBe(
      "car-Autodromo-Jose-Carlos-Pace-Interlagos",
    );
    expect(drive("kart", "Nürburgring")).toBe("kart-Nurburgring");
  });

  it("is another one for each vehicle and track", () => {
    const { tracks, vehicles } = demoChoices();
    const all = vehicles.flatMap((v) => tracks.map((t) => drive(v, t)));
    expect(new Set(all).size).toBe(all.length);
    for (const name of all) expect(name).toMatch(/^[A-Za-z0-9.-]{3,64}$/);
  });
});
