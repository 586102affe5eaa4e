import { writeFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { decodeLiveBatch, type ServerMessage } from "@pitwall/api";
import { createBatchWriter } from "@pitwall/protocols";
import { openJournal } from "@pitwall/store";
import mqtt, { type MqttClient } from "mqtt";
import WebSocket from "ws";
import { type ServerProcess, startServer, temporaryFolder } from "./harness.ts";
import { blackboxPacket } from "./packets.ts";

const VEHICLES = 20;
const RATE_HZ = 50;
/** Frames a batch of the MQTT units. */
const BATCH = 5;

export type KillReport = {
  readonly rounds: number;
  readonly acknowledged: number;
  readonly shown: number;
  readonly journaled: number;
  /** Acknowledged or shown, but not in the journal. */
  readonly lost: number;
  /** More than once in the journal. */
  readonly doubled: number;
  /** Sessions of each vehicle; one means that it went on after every restart. */
  readonly sessionsPerVehicle: readonly number[];
};

type Ports = { readonly http: number; readonly mqtt: number; readonly tcp: number; readonly udp: number };

/** A unit that keeps a batch until the PUBACK, and sends it again after a reconnect, as firmware does. */
class MqttUnit {
  readonly vehicle: string;
  readonly acked = new Set<number>();
  readonly #waiting: { readonly firstSeq: number; readonly bytes: Buffer }[] = [];
  #nextSeq = 0;
  #client: MqttClient | undefined;

  constructor(index: number) {
    this.vehicle = `mqtt-${index}`;
  }

  connect(port: number): void {
    const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, {
      clientId: this.vehicle,
      clean: true,
      reconnectPeriod: 0,
      queueQoSZero: false,
    });
    this.#client = client;
    client.on("error", () => {});
    client.on("connect", () => {
      for (const batch of this.#waiting) this.#send(client, batch);
    });
  }

  produce(bootUs: number): void {
    const writer = createBatchWriter({
      deviceId: this.vehicle,
      bootId: 7,
      sources: [{ id: 0, name: "bb", protocol: "blackbox" }],
      firstSeq: this.#nextSeq,
    });
    for (let i = 0; i < BATCH; i++)
      writer.add(0, bootUs + i, blackboxPacket({ timestampMs: this.#nextSeq + i }));
    const batch = { firstSeq: this.#nextSeq, bytes: Buffer.from(writer.finish()) };
    this.#nextSeq += BATCH;
    this.#waiting.push(batch);
    if (this.#client?.connected) this.#send(this.#client, batch);
  }

  #send(client: MqttClient, batch: { readonly firstSeq: number; readonly bytes: Buffer }): void {
    client.publish(`pitwall/v1/${this.vehicle}/frames`, batch.bytes, { qos: 1 }, (e) => {
      if (e) return;
      for (let i = 0; i < BATCH; i++) this.acked.add(batch.firstSeq + i);
      const at = this.#waiting.indexOf(batch);
      if (at >= 0) this.#waiting.splice(at, 1);
    });
  }

  drop(): void {
    this.#client?.end(true);
  }
}

/** A unit that writes into a TCP stream; what the page was shown of it counts. */
class TcpUnit {
  readonly vehicle: string;
  readonly address: string;
  readonly shown = new Set<number>();
  #socket: Socket | undefined;
  #next = 0;

  constructor(index: number) {
    this.vehicle = `tcp-${index}`;
    this.address = `127.0.0.${100 + index}`;
  }

  connect(port: number): void {
    this.#socket = connect({ port, host: "127.0.0.1", localAddress: this.address });
    this.#socket.on("error", () => {});
  }

  produce(): void {
    if (this.#socket?.readyState === "open")
      this.#socket.write(blackboxPacket({ timestampMs: ++this.#next }));
  }

  drop(): void {
    this.#socket?.destroy();
  }
}

function watch(port: number, units: ReadonlyMap<string, TcpUnit>): WebSocket {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/api/v1/live`);
  ws.binaryType = "arraybuffer";
  const streams = new Map<number, TcpUnit>();
  ws.on("error", () => {});
  ws.on("open", () =>
    ws.send(JSON.stringify({ type: "subscribe", vehicles: "*", channels: ["timestampMs"] })),
  );
  ws.on("message", (data, isBinary) => {
    if (isBinary) {
      const batch = decodeLiveBatch(data as ArrayBuffer);
      const unit = streams.get(batch.stream);
      if (unit) for (const ms of batch.columns[0] ?? []) unit.shown.add(ms);
      return;
    }
    const said = JSON.parse(Buffer.from(data as ArrayBuffer).toString()) as ServerMessage;
    const unit = said.type === "stream" ? units.get(said.vehicle) : undefined;
    if (said.type === "stream" && unit) streams.set(said.stream, unit);
  });
  return ws;
}

/** Kills the server again and again under load, then holds the journal against what was acknowledged and shown. */
export async function killRounds(
  rounds: number,
  random: () => number,
  progress: (round: number) => void = () => {},
): Promise<KillReport> {
  await using folder = await temporaryFolder();
  const data = join(folder.path, "data");
  const half = VEHICLES / 2;
  const mqttUnits = Array.from({ length: half }, (_, i) => new MqttUnit(i));
  const tcpUnits = Array.from({ length: half }, (_, i) => new TcpUnit(i));
  const byVehicle = new Map(tcpUnits.map((u) => [u.vehicle, u]));
  const config = join(folder.path, "pitwall.json");
  await writeFile(
    config,
    JSON.stringify({ devices: tcpUnits.map((u) => ({ address: u.address, vehicle: u.vehicle })) }),
  );

  let ports: Ports | undefined;
  const start = async (): Promise<ServerProcess> => {
    const fixed = ports
      ? [
          ["--http-port", ports.http],
          ["--mqtt-port", ports.mqtt],
          ["--tcp-port", ports.tcp],
          ["--udp-port", ports.udp],
        ]
          .flat()
          .map(String)
      : [];
    const server = await startServer(data, ["--no-demo", "--config", config, ...fixed]);
    ports ??= {
      http: Number(new URL(server.http).port),
      mqtt: server.mqtt,
      tcp: server.tcp,
      udp: server.udp,
    };
    return server;
  };

  const began = performance.now();
  const timers = [
    setInterval(
      () => {
        for (const u of mqttUnits) u.produce(Math.round((performance.now() - began) * 1000));
      },
      (1000 / RATE_HZ) * BATCH,
    ),
    setInterval(() => {
      for (const u of tcpUnits) u.produce();
    }, 1000 / RATE_HZ),
  ];
  try {
    for (let round = 0; round <= rounds; round++) {
      const server = await start();
      const page = watch(ports!.http, byVehicle);
      for (const u of [...mqttUnits.values()]) u.connect(ports!.mqtt);
      for (const u of tcpUnits) u.connect(ports!.tcp);
      await new Promise((done) => setTimeout(done, 300 + random() * 900));
      // the last round ends in good order
      await server.stop(round < rounds ? "SIGKILL" : "SIGTERM");
      page.terminate();
      for (const u of [...mqttUnits, ...tcpUnits]) u.drop();
      progress(round);
    }
  } finally {
    for (const t of timers) clearInterval(t);
  }

  await using journal = await openJournal({ dir: join(data, "journal"), onProblem: () => {} });
  const counts = new Map<string, Map<number, number>>();
  const sessions = new Map<string, number>();
  let journaled = 0;
  for await (const closed of journal.closedSessions()) {
    sessions.set(closed.vehicle, (sessions.get(closed.vehicle) ?? 0) + 1);
    const seen = counts.get(closed.vehicle) ?? new Map<number, number>();
    counts.set(closed.vehicle, seen);
    for await (const frame of journal.readSession(closed.id)) {
      journaled++;
      const ms = new DataView(frame.bytes.buffer, frame.bytes.byteOffset).getUint32(3, true);
      seen.set(ms, (seen.get(ms) ?? 0) + 1);
    }
  }
  const count = (sets: readonly { readonly vehicle: string; readonly known: ReadonlySet<number> }[]) => {
    let lost = 0;
    for (const { vehicle, known } of sets) for (const ms of known) if (!counts.get(vehicle)?.has(ms)) lost++;
    return lost;
  };
  const known = [
    ...mqttUnits.map((u) => ({ vehicle: u.vehicle, known: u.acked })),
    ...tcpUnits.map((u) => ({ vehicle: u.vehicle, known: u.shown })),
  ];
  let doubled = 0;
  for (const seen of counts.values()) for (const n of seen.values()) if (n > 1) doubled += n - 1;
  return {
    rounds,
    acknowledged: mqttUnits.reduce((n, u) => n + u.acked.size, 0),
    shown: tcpUnits.reduce((n, u) => n + u.shown.size, 0),
    journaled,
    lost: count(known),
    doubled,
    sessionsPerVehicle: known.map((k) => sessions.get(k.vehicle) ?? 0),
  };
}
