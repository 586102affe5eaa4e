import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SessionLaps, TrackFile, TrackSummary } from "@pitwall/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { getJson, pitwall, startServer, temporaryFolder } from "./harness.ts";
import { command } from "./in-process.ts";
import { ovalCsv } from "./oval.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let data: string;
let drive: string;
let gate: readonly number[];
beforeAll(async () => {
  folder = await temporaryFolder();
  data = join(folder.path, "data");
  drive = join(folder.path, "drive.ubx");
  const oval = join(folder.path, "oval.csv");
  await writeFile(oval, ovalCsv());
  const args = ["--track", oval, "--laps", "3", "--speed", "max", "--start", "2026-05-28T10:00:00Z"];
  const ran = await command(["simulate", ...args, "--to", drive]);
  expect(ran.code, ran.err).toBe(0);
  gate = (JSON.parse(ran.out) as { gate: number[] }).gate;
}, 60_000);
afterAll(() => folder[Symbol.asyncDispose]());

async function run(...args: string[]): Promise<string> {
  const ran = await command([...args, "--data", data]);
  expect(ran.code, ran.err).toBe(0);
  return ran.out;
}
const refused = async (...args: string[]) => {
  const { code, err } = await command([...args, "--data", data]);
  return { code, err: err.split("\n").find((l) => l.startsWith("pitwall tracks")) };
};
type Report = { readonly track?: string; readonly laps: { kind: string; timeS: number }[]; notes: string[] };
const laps = async () => JSON.parse(await run("laps", drive, "--json")) as Report;
const list = async () => JSON.parse(await run("tracks", "--json")) as TrackSummary[];

describe("tracks of one's own", () => {
  it("are recorded by driving, and recognised from then on", async () => {
    expect((await laps()).notes.join()).toContain("one is suggested");
    await run("tracks", "record", drive, "--name", "My Oval", "--gate", gate.join(","), "--sectors", "2");
    expect((await list())[0]).toMatchObject({
      name: "My Oval",
      origin: "own",
      layouts: [{ name: "full", closed: true, splits: 1 }],
    });
    expect((await laps()).track).toBe("My Oval");
    expect(await run("tracks", "show", "oval")).toMatch(/full, 36\d m, 2 sectors/);
    expect(await refused("tracks", "record", drive, "--name", "My Oval")).toMatchObject({ code: 1 });
  });

  it("have a start line that moves, and the laps with it", async () => {
    const before = (await laps()).laps.filter((l) => l.kind === "lap");
    await run("tracks", "gate", "my oval", "--move", "-20");
    const after = (await laps()).laps.filter((l) => l.kind === "lap");
    expect(after).toHaveLength(before.length);
    expect(after.map((l) => l.timeS)).not.toEqual(before.map((l) => l.timeS));
    await run("tracks", "gate", "my oval", `--gate=${gate.join(",")}`);
    expect((await laps()).laps.filter((l) => l.kind === "lap")).toEqual(before);
  });

  it("go out and come in as files, in both forms", async () => {
    const file = join(folder.path, "oval.json");
    const drawn = join(folder.path, "oval.geojson");
    await run("tracks", "export", "My Oval", "-o", file);
    await run("tracks", "export", "My Oval", "-o", drawn);
    expect(await refused("tracks", "add", file)).toMatchObject({ code: 1 });
    await run("tracks", "delete", "My Oval");
    expect((await list())[0]!.origin).toBe("library");
    for (const from of [drawn, file]) {
      await run("tracks", "add", from, "--replace");
      expect((await laps()).track).toBe("My Oval");
    }
    expect(JSON.parse(await run("tracks", "show", "My Oval", "--json"))).toEqual(
      JSON.parse(await readFile(file, "utf8")),
    );
  });

  it("that are damaged are reported, and the others used", async () => {
    await mkdir(join(data, "tracks"), { recursive: true });
    await writeFile(join(data, "tracks", "bad.json"), '{"format":"pitwall-track"');
    const ran = await pitwall(["tracks", "--json", "--data", data]);
    expect(ran.code).toBe(0);
    expect(ran.err).toMatch(/bad\.json: track file: .*left out/s);
    expect((JSON.parse(ran.out) as TrackSummary[])[0]!.name).toBe("My Oval");
  });

  it("are refused in a line that says why", async () => {
    const csv = join(folder.path, "oval.csv");
    expect(await refused("tracks", "add", csv)).toEqual({
      code: 1,
      err: `pitwall tracks: ${csv}: oval: the file is in metres: say where its origin lies (--origin LAT,LON)`,
    });
    expect(await refused("tracks", "gate", "Monaco", "--at", "1,2")).toMatchObject({ code: 1 });
    expect(await refused("tracks", "delete", "Monaco")).toMatchObject({
      err: "pitwall tracks: Circuit de Monaco: is of the starter library, which stays as it is",
    });
    expect(await refused("tracks", "paint", "Monaco")).toMatchObject({ code: 2 });
  });
});

describe("tracks over HTTP", () => {
  it("are listed, read, put and deleted, with the checks of the house", async () => {
    await using server = await startServer(data);
    const url = `${server.http}/api/v1/tracks`;
    const put = (name: string, body: unknown) =>
      fetch(`${url}/${encodeURIComponent(name)}`, {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    expect((await getJson<TrackSummary[]>(url))[0]).toMatchObject({ name: "My Oval", origin: "own" });
    const file = await getJson<TrackFile>(`${url}/My%20Oval`);
    expect((await getJson<{ type: string }>(`${url}/My%20Oval?format=geojson`)).type).toBe(
      "FeatureCollection",
    );

    const copy = { ...file, name: "Other/Oval ü" };
    expect((await put(copy.name, copy)).status).toBe(200);
    expect(await getJson<TrackFile>(`${url}/${encodeURIComponent(copy.name)}`)).toEqual(copy);
    expect((await list()).map((t) => t.name)).toContain(copy.name);

    expect((await put("My Oval", copy)).status).toBe(400);
    const bad = await put("x", { ...file, name: "x", layouts: [{ ...file.layouts[0], closed: 1, wide: 2 }] });
    expect(bad.status).toBe(400);
    expect(await bad.json()).toMatchObject({
      error: { code: "malformed", faults: [{ place: "layouts[0].wide" }, { place: "layouts[0].closed" }] },
    });
    const long = { ...file, name: "x".repeat(5 * 1024 * 1024) };
    // the server may close before the last byte was sent
    expect(
      await put("x", long).then(
        (r) => r.status,
        () => 413,
      ),
    ).toBe(413);

    const remove = async (name: string) =>
      (await fetch(`${url}/${encodeURIComponent(name)}`, { method: "DELETE" })).status;
    expect(await remove(copy.name)).toBe(200);
    expect(await remove(copy.name)).toBe(404);
    expect(await remove("Circuit de Monaco")).toBe(409);
  });
});

describe("the archive, timed again", () => {
  type Report = { changedLaps: number; dryRun: boolean; sessions: { session: string; laps: number }[] };
  type Session = { id: string; laps: number; bestS: number; track: string };
  const sessions = async () => JSON.parse(await run("sessions", "--json")) as Session[];

  it("follows a start line that moved, on request, by command and over HTTP", async () => {
    for (const vehicle of ["red", "blue"]) await run("import", drive, "--vehicle", vehicle);
    const before = await sessions();
    expect(before.map((s) => [s.laps, s.track])).toEqual([
      [3, "My Oval"],
      [3, "My Oval"],
    ]);
    await run("tracks", "gate", "My Oval", "--move", "20");
    expect(await sessions()).toEqual(before);
    const dry = JSON.parse(await run("retime", "--dry-run", "--json")) as Report;
    expect(dry).toMatchObject({ timed: 2, dryRun: true, failed: [] });
    expect(await sessions()).toEqual(before);
    const one = await run("retime", "--session", before[0]!.id);
    expect(one).toMatch(/lap +before +after +difference\n +0 .* out lap\n +1 +0:\d\d\.\d{3} +0:\d\d\.\d{3} /);
    expect(one).toMatch(
      /1 session timed again, 1 of them with changes: \d laps changed, 0 appeared, 0 vanished/,
    );

    await using server = await startServer(data);
    expect((await getJson<TrackSummary[]>(`${server.http}/api/v1/tracks`))[0]).toMatchObject({
      name: "My Oval",
      sessions: 2,
    });
    const retime = (body: object) =>
      getJson<Report & { error?: { code: string } }>(`${server.http}/api/v1/retime`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    expect((await retime({ track: "My Oval", dryRun: true })).sessions.map((s) => s.session)).toEqual([
      before[1]!.id,
    ]);
    // the command asks the server that works in the folder
    expect(JSON.parse(await run("retime", "--track", "My Oval", "--json"))).toMatchObject({
      timed: 2,
      total: 2,
      sessions: [{ session: before[1]!.id }],
    });
    expect((await retime({})).sessions).toEqual([]);
    expect((await retime({ session: "x" })).error?.code).toBe("not-found");
    expect((await retime({ tracks: "x" })).error?.code).toBe("malformed");
    const laps = await getJson<SessionLaps>(`${server.http}/api/v1/sessions/${before[1]!.id}/laps`);
    expect(laps).toMatchObject({ track: "My Oval", layout: "full", gates: "own", live: false });
    expect(laps.laps.filter((l) => l.kind === "lap")).toHaveLength(3);
    expect(laps.bestS).not.toBe(before[1]!.bestS);
  }, 60_000);
});
