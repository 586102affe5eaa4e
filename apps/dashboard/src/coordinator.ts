import { decodeLiveBatch, type ServerMessage, type VehicleState } from "@pitwall/api";
import { batch, computed, effect } from "@preact/signals";
import type { Connection } from "./live/connection.ts";
import type { FrameLoop } from "./live/frame-loop.ts";
import { createHistory, type History } from "./live/history.ts";
import type { Http } from "./live/http.ts";
import { defaultCharts, INSTRUMENT_CHANNELS } from "./live/instruments.ts";
import type { Series } from "./live/series.ts";
import { SampleStore } from "./live/store.ts";
import { VehicleClock } from "./live/vehicle-clock.ts";
import { KEPT, PREFETCH_US, wantsOf } from "./live/wants.ts";
import type { Model } from "./state/model.ts";
import type { Memory } from "./state/storage.ts";
import { rangeOf } from "./state/viewport.ts";

/** A slow page does not make up for what was left out while it still falls behind. */
const CALM_MS = 5000;

type Stream = {
  readonly vehicle: string;
  readonly session: string;
  readonly group: string;
  readonly channels: readonly { readonly id: string; readonly unit: string }[];
  /** The series that its columns go to, once the first batch has come. */
  series: readonly Series[] | undefined;
};

export type CoordinatorOptions = {
  readonly model: Model;
  readonly http: Http;
  readonly loop: FrameLoop;
  readonly memory: Memory;
  readonly nowMs: () => number;
};

/** Between the wire and the views: keeps the samples of the selected vehicle, and asks for what the views want. */
export function createCoordinator({ model, http, loop, memory, nowMs }: CoordinatorOptions) {
  let connection: Connection | undefined;
  let store: SampleStore | undefined;
  let history: History | undefined;
  let clock: VehicleClock | undefined;
  let subscribed = "";
  /** Vehicle whose last session was asked for. */
  let lookedUp: string | undefined;
  let chartWidthPx = 800;
  const streams = new Map<number, Stream>();
  let resets: Record<string, number> = {};
  try {
    resets = JSON.parse(memory.get("gResets") ?? "{}") as Record<string, number>;
  } catch {}

  const charts = computed(() => {
    const saved = model.charts.value;
    if (saved) return saved;
    const values = model.vehicle.value?.values;
    const detail = model.session.value?.channels;
    return defaultCharts(
      (id) => (values && id in values) || (detail?.some((c) => c.channel === id) ?? false),
    );
  });
  const chartChannels = computed(() => [...new Set(charts.value.flat())].join(" "));

  function subscribe(): void {
    const id = model.selectedId.value;
    if (!connection || model.connection.value.kind !== "open") return;
    const channels = [...new Set([...INSTRUMENT_CHANNELS, ...split(chartChannels.value)])];
    const wanted = JSON.stringify([id, channels]);
    if (wanted === subscribed) return;
    subscribed = wanted;
    // What comes next belongs to another subscription: a row may fall between the two.
    for (const s of store?.all() ?? []) s.interrupt();
    connection.send({ type: "subscribe", vehicles: id === undefined ? [] : [id], channels, rateHz: 0 });
  }

  function onVehicles(list: readonly VehicleState[]): void {
    batch(() => {
      model.vehicles.value = list;
      const real = list.find((v) => v.state === "live" && !v.replay);
      const followed = list.find((v) => v.id === model.followedId.value);
      if (!followed || followed.state === "offline" || (followed.replay && real)) {
        const best = real ?? list.find((v) => v.state === "live") ?? list[0];
        if (best && (!followed || best.state !== "offline")) model.followedId.value = best.id;
      }
    });
    const vehicle = model.vehicle.value;
    if (!vehicle) return;
    if (vehicle.session !== null) openSession(vehicle.session);
    else if (!store) void openLastSession(vehicle.id);
    observeNewest(vehicle);
  }

  function observeNewest(vehicle: VehicleState): void {
    if (clock?.vehicle !== vehicle.id) clock = new VehicleClock(vehicle.id);
    clock.observeState(vehicle, nowMs(), http.serverNowMs());
  }

  function openSession(id: string | undefined): void {
    if (id === store?.session) return;
    history?.close();
    store = undefined;
    history = undefined;
    model.session.value = undefined;
    for (const s of streams.values()) s.series = undefined;
    if (id === undefined) return;
    const opened = new SampleStore(id);
    store = opened;
    history = createHistory({
      store: opened,
      fetch: (channels, fromUs, toUs, points) => http.samples(id, channels, fromUs, toUs, points),
      nowMs,
      onChange: () => loop.invalidateAll(),
    });
    void refreshSession();
  }

  /** The vehicle has no session under way: the last one is shown, when there is one. */
  async function openLastSession(vehicle: string): Promise<void> {
    if (lookedUp === vehicle) return;
    lookedUp = vehicle;
    try {
      const sessions = await http.sessions();
      const last = sessions
        .filter((s) => s.vehicle === vehicle)
        .reduce<(typeof sessions)[number] | undefined>(
          (a, b) => (a && a.startUs > b.startUs ? a : b),
          undefined,
        );
      if (last && !store && model.selectedId.value === vehicle) openSession(last.id);
    } catch {
      lookedUp = undefined;
    }
  }

  async function refreshSession(): Promise<void> {
    const id = store?.session;
    if (id === undefined) return;
    try {
      const detail = await http.session(id);
      if (store?.session === id) model.session.value = detail;
    } catch {
      // It may be so new that it has no rows yet; the picker asks again.
    }
  }

  function onMessage(message: ServerMessage): void {
    switch (message.type) {
      case "hello":
      case "server":
        model.server.value = message.server;
        break;
      case "vehicles":
        onVehicles(message.vehicles);
        break;
      case "stream":
        streams.set(message.stream, {
          vehicle: message.vehicle,
          session: message.session,
          group: `${message.source}/${message.message}`,
          channels: message.channels,
          series: undefined,
        });
        break;
      case "thinned":
        model.thinnedRows.value = message.rows;
        model.thinnedAtMs.value = nowMs();
        break;
      case "error":
        model.notice.value = message.message;
        break;
    }
  }

  function onBatch(bytes: ArrayBuffer): void {
    const { stream: number, thinned, tUs, columns } = decodeLiveBatch(bytes);
    const stream = streams.get(number);
    if (!stream || stream.vehicle !== model.selectedId.value || tUs.length === 0) return;
    // Late rows of an earlier session are no reason to leave this one; a new one is announced with the vehicles.
    const into = store;
    if (stream.session !== into?.session) return;
    stream.series ??= stream.channels.map((c) => into.series(c.id, stream.group, c.unit));
    for (const [i, series] of stream.series.entries()) {
      if (thinned) series.interrupt();
      const column = columns[i];
      if (column) series.live(tUs, column);
    }
    clock?.observeRows(tUs, nowMs());
    loop.invalidateAll();
  }

  /** The right edge of a live chart: now on the vehicle, or its last sample when its drive is over. */
  function edgeUs(): number {
    if (model.vehicle.value?.state === "offline") {
      const lastUs = Math.max(
        clock?.newestUs ?? Number.NaN,
        model.session.value?.endUs ?? Number.NEGATIVE_INFINITY,
      );
      if (Number.isFinite(lastUs)) return lastUs;
    }
    return clock?.nowUs(nowMs()) ?? Number.NaN;
  }

  function maximaSinceUs(): number {
    const start = model.vehicle.value?.sessionStartUs ?? model.session.value?.startUs ?? 0;
    return Math.max(start - 10e6, (store && resets[store.session]) ?? 0);
  }

  /** Twice a second: ages, and what the views may be missing. */
  function tick(): void {
    model.nowMs.value = nowMs();
    loop.invalidateAll();
    if (model.connection.value.kind !== "open" || nowMs() - model.thinnedAtMs.value < CALM_MS) return;
    const edge = edgeUs();
    const viewport = model.viewport.value;
    const chartList = split(chartChannels.value);
    const view = rangeOf(viewport, edge);
    for (const id of chartList) for (const s of store?.of(id) ?? []) s.view = view;
    history?.want(
      wantsOf({
        edgeUs: edge,
        sessionStartUs:
          model.session.value?.startUs ?? model.vehicle.value?.sessionStartUs ?? edge - PREFETCH_US,
        viewport,
        chartChannels: chartList,
        chartWidthPx,
        maximaSinceUs: maximaSinceUs(),
      }),
    );
    model.historyFailing.value = history?.failing ?? false;
  }

  const stopEffect = effect(() => {
    // Whatever is read in here makes the subscription anew when it changes.
    void chartChannels.value;
    const id = model.selectedId.value;
    const vehicle = model.vehicle.value;
    if (vehicle && clock?.vehicle !== id) {
      lookedUp = undefined;
      openSession(vehicle.session ?? undefined);
      if (vehicle.session === null) void openLastSession(vehicle.id);
      observeNewest(vehicle);
    }
    if (model.connection.value.kind === "open") {
      model.everConnected.value = true;
      subscribe();
    }
  });

  return {
    charts,
    /** Series whose past is fetched too; of the others only what came live is held. */
    keptSeries(): Series[] {
      return [...new Set([...split(chartChannels.value), ...KEPT])].flatMap(
        (channel) => store?.of(channel) ?? [],
      );
    },
    onMessage,
    onBatch,
    tick,
    refreshSession,
    edgeUs,
    maximaSinceUs,
    use(c: Connection): void {
      connection = c;
    },
    connected(): void {
      streams.clear();
      subscribed = "";
      subscribe();
      history?.reconnected();
    },
    disconnected(): void {
      store?.interrupt();
    },
    get store(): SampleStore | undefined {
      return store;
    },
    /** Now, by the vehicle's clock; NaN before its first sample. */
    nowUs: (): number => clock?.nowUs(nowMs()) ?? Number.NaN,
    usualUs: (channel: string): number => clock?.usualUs(channel) ?? Number.NaN,
    resetMaxima(): void {
      if (!store) return;
      resets = { [store.session]: edgeUs() };
      memory.set("gResets", JSON.stringify(resets));
      loop.invalidateAll();
    },
    setChartWidth(px: number): void {
      chartWidthPx = Math.max(100, px);
    },
    close(): void {
      stopEffect();
      history?.close();
      connection?.close();
    },
  };
}
export type Coordinator = ReturnType<typeof createCoordinator>;

const split = (list: string): string[] => (list === "" ? [] : list.split(" "));
