import { effect } from "@preact/signals";
import { type Palette, readPalette } from "./canvas/palette.ts";
import { createCoordinator } from "./coordinator.ts";
import { createConnection } from "./live/connection.ts";
import { createFrameLoop } from "./live/frame-loop.ts";
import { findGaps } from "./live/gaps.ts";
import { createHttp } from "./live/http.ts";
import { openWebSocket } from "./live/web-socket.ts";
import { createModel } from "./state/model.ts";
import { hashOfVehicle, vehicleOfHash } from "./state/route.ts";
import { createMemory } from "./state/storage.ts";
import type { Page } from "./views/context.ts";

const TICK_MS = 500;
const DEVICES_MS = 2000;

/** The composition root: wires the browser to the coordinator and the model. */
export function startPage(window: Window & typeof globalThis): Page {
  const { document, location } = window;
  const nowMs = () => window.performance.now();
  const base = new URL(".", document.baseURI).href.replace(/\/$/, "");
  const memory = createMemory(() => window.localStorage);
  const model = createModel(memory, window.matchMedia("(prefers-color-scheme: light)").matches);
  const http = createHttp(base, (input, init) => window.fetch(input, init));
  const loop = createFrameLoop((call) => window.requestAnimationFrame(call));
  const coordinator = createCoordinator({ model, http, loop, memory, nowMs });

  let palette: Palette | undefined;
  effect(() => {
    document.documentElement.dataset["theme"] = model.theme.value;
    palette = undefined;
    loop.invalidateAll();
  });

  const readHash = () => {
    model.chosenId.value = vehicleOfHash(location.hash);
  };
  readHash();
  window.addEventListener("hashchange", readHash);

  const connection = createConnection({
    open: () => openWebSocket(`${base.replace(/^http/, "ws")}/api/v1/live`),
    nowMs,
    after: (ms, call) => {
      const id = window.setTimeout(call, ms);
      return () => window.clearTimeout(id);
    },
    random: Math.random,
    onState: (state) => {
      model.connection.value = state;
      if (state.kind === "open") coordinator.connected();
      if (state.kind === "waiting") coordinator.disconnected();
    },
    onMessage: coordinator.onMessage,
    onBatch: coordinator.onBatch,
    onBad: (reason) => {
      model.notice.value = `The server sent what this page does not understand (${reason}). Reload the page.`;
    },
  });
  coordinator.use(connection);
  window.addEventListener("online", connection.retryNow);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") connection.retryNow();
  });

  const pollDevices = async () => {
    if (document.visibilityState !== "visible" || model.connection.value.kind === "waiting") return;
    try {
      model.devices.value = await http.devices();
    } catch {
      // The connection state says it already.
    }
  };
  void pollDevices();
  window.setInterval(() => void pollDevices(), DEVICES_MS);
  window.setInterval(coordinator.tick, TICK_MS);
  coordinator.tick();

  const probe: Page["probe"] = { trace: () => [] };
  Object.defineProperty(window, "__pitwall", {
    value: Object.freeze({
      /** Samples held for the charts and the track, and the gaps between them. */
      counts: () => {
        let samples = 0;
        let gaps = 0;
        for (const s of coordinator.keptSeries()) {
          samples += s.length;
          gaps += findGaps(s, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY).length;
        }
        return { samples, gaps };
      },
      /** Metres east and north of the first point, as drawn. */
      trace: () => probe.trace(),
      /** Samples of a channel as [time in microseconds, value]. */
      samples: (channel: string) =>
        (coordinator.store?.of(channel) ?? []).flatMap((s) => Array.from(s.tUs, (t, i) => [t, s.values[i]!])),
    }),
  });

  return {
    model,
    coordinator,
    http,
    loop,
    memory,
    palette: () => {
      palette ??= readPalette(window.getComputedStyle(document.documentElement));
      return palette;
    },
    retryNow: connection.retryNow,
    choose: (vehicle) => {
      location.hash = hashOfVehicle(vehicle);
    },
    probe,
  };
}
