import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { DemoDrive, ServerInfo } from "@pitwall/api";
import { asStoreError, type OnStoreProblem } from "@pitwall/store";
import { openAccess } from "./access.ts";
import { createServerClock } from "./clock.ts";
import type { ServerConfig } from "./config.ts";
import { deriveCutImports, dropCutImports } from "./cut-imports.ts";
import { openData } from "./data-folder.ts";
import { type Demo, startDemo } from "./demo.ts";
import { startDrive, vehicleOfDrive } from "./demo-drive.ts";
import { DeviceRegistry, deviceState } from "./devices.ts";
import { createHttpApp } from "./http/app.ts";
import { importFile } from "./import.ts";
import { type Publish, startBroker } from "./ingest/broker.ts";
import type { Door } from "./ingest/door.ts";
import { joinBroker } from "./ingest/external-broker.ts";
import { createMessageHandler } from "./ingest/mqtt-messages.ts";
import { listenTcp } from "./ingest/tcp.ts";
import { jsonRoutes } from "./ingest/topics.ts";
import { listenUdp } from "./ingest/udp.ts";
import { timeSession, timeUntimed } from "./laps/session-laps.ts";
import { CleanTopic } from "./live/clean-topic.ts";
import { LiveHub } from "./live/hub.ts";
import { Recorder } from "./recorder.ts";
import { recordingOf } from "./recording.ts";
import { liveStages } from "./stages.ts";
import { sessionLaps, sessionSummary, vehicleState } from "./states.ts";
import { VERSION } from "./version.ts";

export interface RunningServer extends AsyncDisposable {
  readonly info: ServerInfo;
}

const REPLAY = "replay";
const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || host.startsWith("127.");

const everywhere = (host: string): boolean => host === "0.0.0.0" || host === "::";
const bracketed = (host: string): string => (host.includes(":") ? `[${host}]` : host);

/** The composition root: opens the data folder, takes up what a crash left open, listens, serves. */
export async function startServer(config: ServerConfig, onProblem: OnStoreProblem): Promise<RunningServer> {
  await using building = new AsyncDisposableStack();
  const routes = jsonRoutes(config.mqtt.json);
  const data = building.use(await openData(config.data, onProblem));
  await dropCutImports(data);
  const { nowUs } = createServerClock();
  const devices = new DeviceRegistry();
  const access = openAccess;

  let trouble: string | null = null;
  let demo: Demo | undefined;
  let demoState: ServerInfo["demo"] = "off";
  let demoDrive: DemoDrive | undefined;
  let demoVehicle = REPLAY;
  let listening: ServerInfo["listening"] = { http: 0, mqtt: null, udp: 0, tcp: 0 };
  let publish: Publish = () => {};
  const info = (): ServerInfo => ({
    version: VERSION,
    host: config.host,
    loopbackOnly: isLoopback(config.host),
    listening,
    demo: demoState,
    ...(demoDrive === undefined ? {} : { demoDrive }),
    simulate: config.simulate,
    trouble,
  });
  const onTrouble = (reason: string | null) => {
    if (reason === trouble) return;
    trouble = reason;
    hub.tellServer();
  };

  const vehicles = () => [...recorder.vehicles.values()].map((v) => vehicleState(v, devices, nowUs()));
  const hub = new LiveHub(info, vehicles);
  const clean = new CleanTopic(config.mqtt.cleanRateHz, (topic, payload) => publish(topic, payload));
  const recorder = new Recorder({
    ...data,
    devices,
    sessions: config.sessions,
    nowUs,
    stages: (vehicle, startUs, hooks) => liveStages(data, vehicle, startUs, hooks),
    async onClosed(id) {
      await timeSession(data, id).catch((e: unknown) => {
        const { code, reason } = asStoreError(e, id);
        onProblem({ code, place: id, reason: `its laps could not be timed: ${reason}` });
      });
    },
    deliver(delivery) {
      hub.deliver(delivery);
      clean.deliver(delivery, nowUs());
      // a simulation was asked for, and is a vehicle beside the real ones; the replay is for those who have none
      if (!delivery.vehicle.replay && demo && !demoDrive) void setDemo(false);
    },
    onSession(event, vehicle, session) {
      publish(
        `pitwall/v1/${vehicle.id}/event`,
        JSON.stringify({ event: `session-${event}`, session: session.ref.id, tUs: nowUs() }),
      );
      if (event === "end") hub.forget(session.ref.id);
      hub.tellVehicles();
    },
    onLap(vehicle, lap) {
      publish(`pitwall/v1/${vehicle.id}/event`, JSON.stringify({ event: "lap", ...lap }));
    },
    onTrouble,
  });
  const internal = new Map<string, string>();
  const door: Door = { recorder, devices, nowUs, config, internal };

  for (const open of data.journal.openSessions()) await recorder.resume(open);
  building.defer(() => recorder.stop());

  async function setDemo(on: boolean, drive?: DemoDrive): Promise<void> {
    if (drive && demo) await setDemo(false);
    if (on && !demo) {
      demoVehicle = drive ? vehicleOfDrive(drive) : REPLAY;
      const begin = (endpoint: string) => {
        internal.set(`udp ${endpoint}`, demoVehicle);
        const vehicle = recorder.vehicle(demoVehicle);
        vehicle.replay = true;
        vehicle.simulated = drive !== undefined;
      };
      demo = drive
        ? await startDrive(listening.udp, drive, begin, () => void setDemo(false))
        : await startDemo(listening.udp, begin);
      demoState = "running";
      demoDrive = drive;
    } else if (!on && demo) {
      const running = demo;
      demo = undefined;
      demoState = "stopped";
      demoDrive = undefined;
      await running[Symbol.asyncDispose]();
      internal.delete(`udp ${running.endpoint}`);
      const sender = devices.find(`udp:${running.endpoint}`);
      if (sender) sender.stopped = true;
      await recorder.endSession(recorder.vehicle(demoVehicle));
    }
    hub.tellServer();
    hub.tellVehicles();
  }

  const handle = createMessageHandler(door, routes);
  const link = building.use(
    config.mqtt.broker === undefined
      ? await startBroker(door, handle, access, config.host, config.mqtt.port)
      : await joinBroker(door, handle, routes, config.mqtt.broker, onTrouble),
  );
  publish = link.publish;
  const udp = building.use(
    await listenUdp(door, config.host, config.udp.port, (reason) =>
      onProblem({ code: "unsupported", place: "UDP", reason }),
    ),
  );
  const tcp = building.use(await listenTcp(door, config.host, config.tcp.port));
  const app = await createHttpApp({
    access,
    hub,
    data,
    ...data,
    server: info,
    vehicles,
    devices: () => [...devices.all()].map(deviceState),
    sessions() {
      const timed = data.catalogue.laps.summaries();
      return data.catalogue.sessions().map((row) => sessionSummary(row, recorder, timed.get(row.id)));
    },
    session(id) {
      const row = data.catalogue.session(id);
      return row && sessionSummary(row, recorder, data.catalogue.laps.summaries().get(id));
    },
    laps: (id) => sessionLaps(data.catalogue, recorder, id),
    recordings: {
      incoming: join(config.data, "incoming"),
      importFile: (file, vehicle) => importFile(data, file, vehicle === undefined ? {} : { vehicle }),
      recording: async (id) => (data.catalogue.session(id) ? recordingOf(data, id) : undefined),
    },
    // behind what is being derived of it: nothing of the session comes back afterwards
    deleteSession: (id) =>
      data.turns.run(id, async () => {
        await data.samples.deleteSession(id);
        await data.journal.deleteSession(id);
        data.catalogue.deleteSession(id);
      }),
    setDemo,
  });
  await app.listen({ host: config.host, port: config.http.port });
  building.defer(() => app.close());
  listening = {
    http: (app.server.address() as AddressInfo).port,
    mqtt: link.port,
    udp: udp.port,
    tcp: tcp.port,
  };
  data.announce(`http://${everywhere(config.host) ? "127.0.0.1" : bracketed(config.host)}:${listening.http}`);

  const timer = setInterval(() => {
    recorder.tick();
    for (const d of devices.all()) refreshClock(d.id);
    hub.tellVehicles();
  }, 1000);
  building.defer(() => clearInterval(timer));

  function refreshClock(id: string): void {
    const device = devices.find(id);
    const session = device && recorder.vehicles.get(device.vehicle)?.session;
    if (!device || !session) return;
    for (const boot of device.seen.size > 0 ? device.seen.keys() : [""]) {
      const state = session.pipeline.clock(device.id, boot);
      if (state) device.clock = state.source;
    }
  }

  if (config.demo && data.catalogue.sessions().every((s) => s.vehicle === REPLAY)) await setDemo(true);
  building.defer(async () => {
    const running = demo;
    demo = undefined;
    await running?.[Symbol.asyncDispose]();
  });

  const catchUp = new AbortController();
  const caughtUp = deriveCutImports(data, catchUp.signal)
    .catch((e: unknown) => onProblem({ ...asStoreError(e, config.data), place: config.data }))
    .then(() => timeUntimed(data, catchUp.signal));
  building.defer(() => {
    catchUp.abort();
    return caughtUp;
  });

  const owned = building.move();
  return { info: info(), [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
