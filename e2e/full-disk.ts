import { rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createBatchWriter } from "@pitwall/protocols";
import { openJournal } from "@pitwall/store";
import mqtt from "mqtt";
import { getJson, startServer, until } from "./harness.ts";
import { blackboxPacket } from "./packets.ts";

const FRAMES = 100;

/** Publishes one batch on a connection of its own; whether it was acknowledged within the time. */
async function publish(port: number, firstSeq: number): Promise<boolean> {
  const writer = createBatchWriter({
    deviceId: "unit",
    bootId: 1,
    sources: [{ id: 0, name: "bb", protocol: "blackbox" }],
    firstSeq,
  });
  for (let i = 0; i < FRAMES; i++)
    writer.add(0, (firstSeq + i) * 1000, blackboxPacket({ timestampMs: firstSeq + i }));
  const payload = Buffer.from(writer.finish());
  const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0 });
  try {
    return await new Promise<boolean>((done) => {
      client.on("error", () => done(false));
      client.on("close", () => done(false));
      client.on("connect", () =>
        client.publish("pitwall/v1/kart/frames", payload, { qos: 1 }, (e) => done(!e)),
      );
      setTimeout(() => done(false), 1500);
    });
  } finally {
    client.end(true);
  }
}

/** Fills the disk under a running server, looks at what it acknowledges, and makes space again. */
export async function fullDisk(disk: string): Promise<{
  readonly refusedWhileFull: boolean;
  readonly saidSo: boolean;
  readonly acceptedAfterwards: boolean;
  readonly lostOfAcknowledged: number;
}> {
  const data = join(disk, "data");
  const acknowledged: number[] = [];
  let seq = 0;
  const next = async (port: number) => {
    const first = seq;
    seq += FRAMES;
    const ok = await publish(port, first);
    if (ok) acknowledged.push(first);
    return ok;
  };
  let refused = false;
  let saidSo = false;
  let accepted = false;
  {
    await using server = await startServer(data);
    await next(server.mqtt);
    const free = await statfs(disk);
    await writeFile(join(disk, "filler"), Buffer.alloc(Math.max(0, free.bavail * free.bsize - 64 * 1024)));
    for (let i = 0; i < 60 && !refused; i++) refused = !(await next(server.mqtt));
    const info = await getJson<{ trouble: string | null }>(`${server.http}/api/v1/server`);
    saidSo = info.trouble?.includes("space") ?? false;
    await rm(join(disk, "filler"));
    accepted = await until(async () => (await next(server.mqtt)) || undefined);
  }
  const seen = new Set<number>();
  await using journal = await openJournal({ dir: join(data, "journal"), onProblem: () => {} });
  for await (const closed of journal.closedSessions())
    for await (const f of journal.readSession(closed.id)) seen.add(f.seq);
  let lost = 0;
  for (const first of acknowledged) for (let i = 0; i < FRAMES; i++) if (!seen.has(first + i)) lost++;
  return { refusedWhileFull: refused, saidSo, acceptedAfterwards: accepted, lostOfAcknowledged: lost };
}
