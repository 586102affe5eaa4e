import { decodeLiveBatch, type ServerMessage, type VehicleState } from "@pitwall/api";
import { batch, computed, effect } from "@preact/signals";
import { Cadence, DataClock } from "./live/age.ts";
import type { Connection } from "./live/connection.ts";
import type { FrameLoop } from "./live/frame-loop.ts";
import { createHistory, type History, type Want } from "./live/history.ts";
import type { Http } from "./live/http.ts";
import { ACCELERATION, defaultCharts, INSTRUMENT_CHANNELS, POSITIONS, SPEED } from "./live/instruments.ts";
import type { Series } from "./live/series.ts";
import { SampleStore } from "./live/store.ts";
import type { Model } from "./state/model.ts";
import type { Memory } from "./state/storage.ts";
import { rangeOf } from "./state/viewport.ts";

/** Scroll-back that is there at once, without asking. */
export const PREFETCH_US = 600e6;
export const TRACE_US = 600e6;
const PREFETCH_STEP_US = 65_536;
/** Maxima of a whole drive need its extremes only. */
const MAXIMA_STEP_US = 4_194_304;
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
  let clock = new DataClock();
  let clockFor: string | undefined;
  let newestUs = Number.NEGATIVE_INFINITY;
  let heardLive = false;
  let subscribed = "";
  let chartWidthPx = 800;
  const streams = new Map<number, Stream>();
  const cadences = new Map<string, Cadence>();
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
      const followed = list.find((v) => v.id === model.followedId.value);
      if (!followed || followed.state === "offline") {
        const best =
          list.find((v) => v.state === "live" && !v.replay) ??
          list.find((v) => v.state === "live") ??
          list[0];
        if (best && (!followed || best.state !== "offline")) model.followedId.value = best.id;
      }
    });
    const vehicle = model.vehicle.value;
    if (!vehicle) return;
    if (vehicle.session !== null) openSession(vehicle.session);
    observeNewest(vehicle);
  }

  function observeNewest(vehicle: VehicleState): void {
    if (clockFor !== vehicle.id) {
      clockFor = vehicle.id;
      clock = new DataClock();
      cadences.clear();
      newestUs = Number.NEGATIVE_INFINITY;
      heardLive = false;
    }
    let tUs = Number.NEGATIVE_INFINITY;
    for (const [channel, v] of Object.entries(vehicle.values)) {
      if (v.tUs > tUs) tUs = v.tUs;
      const cadence = cadences.get(channel) ?? new Cadence();
      cadences.set(channel, cadence);
      cadence.observe(v.tUs);
    }
    if (!(tUs > newestUs)) return;
    if (vehicle.state === "live" || heardLive) {
      newestUs = tUs;
      clock.observe(tUs, nowMs());
      return;
    }
    const serverNowMs = http.serverNowMs();
    if (serverNowMs === undefined || vehicle.lastSeenUs === null) return;
    newestUs = tUs;
    clock.observe(tUs, nowMs(), Math.max(0, serverNowMs - vehicle.lastSeenUs / 1000));
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
    if (stream.session !== store?.session) openSession(stream.session);
    const into = store;
    if (!into) return;
    stream.series ??= stream.channels.map((c) => into.series(c.id, stream.group, c.unit));
    for (const [i, series] of stream.series.entries()) {
      if (thinned) series.interrupt();
      const column = columns[i];
      if (column) series.live(tUs, column);
    }
    let lastUs = tUs[0]!;
    for (let i = 1; i < tUs.length; i++) if (tUs[i]! > lastUs) lastUs = tUs[i]!;
    heardLive = true;
    newestUs = Math.max(newestUs, lastUs);
    clock.observe(lastUs, nowMs());
    loop.invalidateAll();
  }

  /** The right edge of a live chart: now on the vehicle, or its last sample when its drive is over. */
  function edgeUs(): number {
    const ended = model.vehicle.value?.state === "offline";
    return ended && Number.isFinite(newestUs) ? newestUs : clock.nowUs(nowMs());
  }

  function wants(): Want[] {
    const edge = edgeUs();
    if (!Number.isFinite(edge)) return [];
    const vehicle = model.vehicle.value;
    const startUs = model.session.value?.startUs ?? vehicle?.sessionStartUs ?? edge - PREFETCH_US;
    const clip = (fromUs: number) => Math.floor(Math.max(fromUs, startUs - 10e6));
    const toUs = Math.ceil(edge);
    const channels = split(chartChannels.value);
    const view = rangeOf(model.viewport.value, edge);
    const air = model.viewport.value.endUs === null ? 0 : (view.toUs - view.fromUs) / 2;
    for (const id of channels) for (const s of store?.of(id) ?? []) s.view = view;
    const list: Want[] = [
      {
        channels,
        fromUs: clip(view.fromUs - air),
        toUs: Math.min(toUs, Math.ceil(view.toUs + air)),
        stepUs: (view.toUs - view.fromUs) / chartWidthPx,
      },
      {
        channels: [...POSITIONS.flat(), ...SPEED.slice(0, 2)],
        fromUs: clip(edge - TRACE_US),
        toUs,
        stepUs: PREFETCH_STEP_US,
      },
      { channels: ACCELERATION, fromUs: clip(maximaSinceUs()), toUs, stepUs: MAXIMA_STEP_US },
      { channels, fromUs: clip(edge - PREFETCH_US), toUs, stepUs: PREFETCH_STEP_US },
    ];
    return list.filter((w) => w.toUs > w.fromUs && w.channels.length > 0);
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
    history?.want(wants());
    model.historyFailing.value = history?.failing ?? false;
  }

  const stopEffect = effect(() => {
    // Whatever is read in here makes the subscription anew when it changes.
    void chartChannels.value;
    const id = model.selectedId.value;
    const vehicle = model.vehicle.value;
    if (vehicle && clockFor !== id) {
      openSession(vehicle.session ?? undefined);
      observeNewest(vehicle);
    }
    if (model.connection.value.kind === "open") {
      model.everConnected.value = true;
      subscribe();
    }
  });

  return {
    charts,
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
    nowUs: (): number => clock.nowUs(nowMs()),
    usualUs: (channel: string): number => cadences.get(channel)?.usualUs ?? Number.NaN,
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
