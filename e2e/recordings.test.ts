import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createApiClient } from "@pitwall/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pitwall, type ServerProcess, startServer, temporaryFolder } from "./harness.ts";

const LAPS = [76.3, 75.9, 76.1];
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: ServerProcess;
let data: string;
let drive: string;

/** A circle of a kilometre, driven once and a bit for each lap time, with laps numbered as an app does. */
function racechrono(): string {
  const rows: string[] = [];
  let at = 1_767_150_000;
  let number = 1;
  let angle = -0.5;
  for (const seconds of LAPS) {
    for (let k = 0; k < seconds * 10; k++) {
      const lat = 48 + (159 * Math.sin(angle)) / 111_200;
      const lon = 11 + (159 * Math.cos(angle)) / (111_320 * Math.cos((48 * Math.PI) / 180));
      rows.push(
        [at.toFixed(3), 0, number, lat.toFixed(8), lon.toFixed(8), (1000 / seconds).toFixed(3)].join(","),
      );
      at += 0.1;
      angle += (2 * Math.PI * 0.1) / seconds;
      if (angle > 2 * Math.PI * number) number++;
    }
  }
  const head = [
    "This file is created using RaceChrono v9.1.3 ( http://racechrono.com/ ).",
    "Format,3",
    'Session title,"Circle"',
    "",
    "timestamp,fragment_id,lap_number,latitude,longitude,speed",
    "unix time,,,deg,deg,m/s",
    ",,,100: gps,100: gps,100: gps",
  ];
  return `${[...head, ...rows].join("\n")}\n`;
}

beforeAll(async () => {
  folder = await temporaryFolder();
  data = join(folder.path, "data");
  drive = join(folder.path, "circle.csv");
  await writeFile(drive, racechrono());
  server = await startServer(data);
}, 60_000);
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

async function run(...args: string[]): Promise<string> {
  const ran = await pitwall([...args, "--data", data]);
  expect(ran.code, ran.err).toBe(0);
  return ran.out.trim();
}

describe("while a server works in the data folder", () => {
  it("commands ask the server: files go in, sessions are read, written and deleted", async () => {
    const session = await run("import", drive, "--vehicle", "kart-7");
    expect(session).toMatch(/^kart-7-/);
    expect(JSON.parse(await run("sessions", "--json"))).toMatchObject([
      { id: session, vehicle: "kart-7", state: "imported", title: "circle.csv", laps: 2 },
    ]);
    const shown = JSON.parse(await run("session", "show", session, "--json"));
    expect(shown.timing.laps.filter((l: { kind: string }) => l.kind === "lap")).toHaveLength(2);

    type Laps = { number: number; kind: string; timeS: number }[];
    const laps = JSON.parse(await run("laps", session, "--json")).laps as Laps;
    const fromFile = JSON.parse(await run("laps", drive, "--json")).laps as Laps;
    expect(laps.map((l) => l.timeS)).toEqual(fromFile.map((l) => l.timeS));

    expect(await run("retime", "--session", session)).toBe("1 session timed again: nothing changed");
    await run("reference", "use", `${session}/${laps.find((l) => l.kind === "lap")!.number}`);
    const none = await pitwall(["reference", "use", `${session}/77`, "--data", data]);
    expect(none).toMatchObject({ code: 1 });
    expect(none.err).toContain("lap 77");

    const vbo = join(folder.path, "circle.vbo");
    await run("export", session, "-o", vbo);
    expect(await readFile(vbo, "latin1")).toContain("[data]");

    await run("session", "delete", session);
    expect(JSON.parse(await run("sessions", "--json"))).toEqual([]);
    const gone = await pitwall(["laps", session, "--data", data]);
    expect(gone).toMatchObject({ code: 1 });
    expect(gone.err).toContain("neither a file nor a session");
  });

  it("the HTTP interface takes files and hands them out, and says why when it does not", async () => {
    const api = createApiClient(server.http.replace(/\/$/, ""), fetch);
    const { session, format } = await api.importSession("../../circle.csv", await readFile(drive), "kart-8");
    expect(format).toBe("racechrono-csv");
    expect((await api.session(session)).title).toBe("circle.csv");
    const gpx = await (await api.exportSession(session, "gpx")).text();
    expect(gpx).toContain("<trkpt");
    await expect(api.exportSession(session, "papyrus")).rejects.toMatchObject({ status: 400 });
    await expect(api.exportSession("nobody", "gpx")).rejects.toMatchObject({ status: 404 });
    await expect(api.importSession("a.csv", "neither fish nor fowl")).rejects.toMatchObject({ status: 400 });
    await expect(api.importSession("b.csv", "")).rejects.toMatchObject({ status: 400 });
    await api.deleteSession(session);
  });
});

it("a server that is gone is not asked", async () => {
  await using there = await temporaryFolder();
  const other = await startServer(there.path);
  await other.stop();
  const { code, out } = await pitwall(["sessions", "--data", there.path]);
  expect({ code, out }).toEqual({ code: 0, out: "no sessions yet\n" });
});
