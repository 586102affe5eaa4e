import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { References, Samples, SessionLaps, SessionSummary } from "@pitwall/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { getJson, type ServerProcess, startServer, temporaryFolder, until } from "./harness.ts";
import { command } from "./in-process.ts";
import { ovalCsv } from "./oval.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let data: string;
let oval: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  data = join(folder.path, "data");
  oval = join(folder.path, "oval.csv");
  await writeFile(oval, ovalCsv());
});
afterAll(() => folder[Symbol.asyncDispose]());

async function run(...args: string[]): Promise<string> {
  const ran = await command(args);
  expect(ran.code, ran.err).toBe(0);
  return ran.out;
}
const simulate = async (day: number, ...args: string[]) =>
  JSON.parse(
    await run(
      "simulate",
      "--track",
      oval,
      "--seed",
      String(day),
      "--start",
      `2026-05-0${day}T10:00:00Z`,
      ...args,
    ),
  ) as { gate: number[]; lapTimesS: number[] };

/** Delta at the end of the first lap that was driven wholly, and that lap's time, while the session goes on. */
async function driveOn(server: ServerProcess, day: number) {
  const vehicle = `live-${day}`;
  const to = `mqtt://127.0.0.1:${server.mqtt}/${vehicle}`;
  await simulate(day, "--laps", "3", "--speed", "20", "--to", to);
  const session = await until(async () =>
    (await getJson<SessionSummary[]>(`${server.http}/api/v1/sessions`)).find((s) => s.vehicle === vehicle),
  );
  const laps = await until(async () => {
    const found = await getJson<SessionLaps>(`${server.http}/api/v1/sessions/${session.id}/laps`);
    return found.laps.filter((l) => l.kind === "lap").length >= 2 && found;
  });
  expect(laps).toMatchObject({ live: true, track: "Oval", layout: "full" });
  const lap = laps.laps.filter((l) => l.kind === "lap").at(-1)!;
  const { series } = await getJson<Samples>(
    `${server.http}/api/v1/sessions/${session.id}/samples?channels=lap.delta,lap.predicted&points=200000`,
  );
  const [delta, predicted] = series;
  const i = delta!.tUs.findLastIndex((t) => t <= lap.endUs);
  expect(lap.endUs - delta!.tUs[i]!).toBeLessThan(0.5e6);
  return {
    reference: laps.reference,
    lapTimeS: lap.timeS,
    delta: delta!.values[i]!,
    predicted: predicted!.values[i]!,
  };
}

describe("the live delta", () => {
  it("follows the lap that was chosen, over a restart", async () => {
    const drive = join(folder.path, "drive.ubx");
    const { gate } = await simulate(1, "--laps", "3", "--speed", "max", "--to", drive);
    const id = (await run("import", drive, "--data", data, "--vehicle", "friend")).trim();
    const track = ["--name", "Oval", `--gate=${gate.join(",")}`];
    await run("tracks", "record", id, "--data", data, ...track);
    await run("retime", "--data", data);
    const { timing } = JSON.parse(await run("session", "show", id, "--data", data, "--json")) as {
      timing: { laps: { number: number; kind: string; timeS: number }[] };
    };
    const chosen = timing.laps.find((l) => l.kind === "lap" && l.number === 2)!;
    await run("reference", "use", `${id}/2`, "--data", data);

    for (const day of [2, 3]) {
      await using server = await startServer(data);
      expect((await getJson<References>(`${server.http}/api/v1/reference`)).all).toMatchObject({ number: 2 });
      const { reference, lapTimeS, delta, predicted } = await driveOn(server, day);
      expect(reference).toBe(`${id}/2`);
      // at the line the delta is the difference of the two times
      expect(Math.abs(delta - (lapTimeS - chosen.timeS))).toBeLessThan(0.1);
      expect(Math.abs(predicted - lapTimeS)).toBeLessThan(0.1);
      if (day === 3) continue;
      expect(JSON.parse(await run("reference", "export", `${id}/2`, "--data", data))).toMatchObject({
        format: "pitwall-reference",
        lapTimeS: chosen.timeS,
      });
      const put = (body: object) =>
        fetch(`${server.http}/api/v1/reference`, {
          method: "PUT",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(body),
        });
      expect((await put({ reference: { kind: "lap", session: id, number: 77 } })).status).toBe(404);
      expect((await put({ reference: { kind: "fastest" } })).status).toBe(400);
      expect((await put({ vehicle: "other", reference: { kind: "previous" } })).status).toBe(200);
    }
    expect(JSON.parse(await run("reference", "--json", "--data", data))).toMatchObject({
      all: { kind: "lap", session: id, number: 2 },
      vehicles: { other: { kind: "previous" } },
      imported: [],
    });
  }, 120_000);

  it("can be against a lap that a friend sent", async () => {
    const [session] = (
      JSON.parse(await run("sessions", "--json", "--data", data)) as SessionSummary[]
    ).filter((s) => s.vehicle === "friend");
    const file = join(folder.path, "friend.json");
    const other = join(folder.path, "other");
    await run("reference", "export", session!.id, "--data", data, "-o", file);
    await run("reference", "import", file, "--name", "Anna", "--data", other);
    await run("reference", "use", "anna", "--data", other);
    expect(await run("reference", "--data", other)).toMatch(
      /^the delta is against the imported lap "Anna"\nimported\n {2}Anna {2}0:\d\d\.\d{3} {2}Oval, full {2}friend\n$/,
    );
    const refused = await command(["reference", "use", "Berta", "--data", other]);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('no reference "Berta"')]);
  });
});
