import type { DeviceState, ServerInfo, SessionDetail, VehicleState } from "@pitwall/api";
import { computed, signal } from "@preact/signals";
import type { ConnectionState } from "../live/connection.ts";
import { type Memory, readCharts } from "./storage.ts";
import { SPEED_UNITS, type SpeedUnit } from "./units.ts";
import type { Viewport } from "./viewport.ts";

export type Theme = "dark" | "light";

/** What the views show, except samples: those stay in their columns. */
export function createModel(memory: Memory, prefersLight: boolean) {
  const vehicles = signal<readonly VehicleState[] | undefined>(undefined);
  /** By the address; else the page follows whichever vehicle is alive. */
  const chosenId = signal<string | undefined>(undefined);
  const followedId = signal<string | undefined>(undefined);
  const selectedId = computed(() => chosenId.value ?? followedId.value);
  const savedTheme = memory.get("theme");
  const savedUnit = SPEED_UNITS.find((u) => u === memory.get("speedUnit"));
  return {
    connection: signal<ConnectionState>({ kind: "connecting" }),
    /** The server was reached at least once. */
    everConnected: signal(false),
    server: signal<ServerInfo | undefined>(undefined),
    vehicles,
    chosenId,
    followedId,
    selectedId,
    vehicle: computed(() => vehicles.value?.find((v) => v.id === selectedId.value)),
    devices: signal<readonly DeviceState[]>([]),
    /** The session on show, with its channels. */
    session: signal<SessionDetail | undefined>(undefined),
    /** Rows left out because this page was slow. */
    thinnedRows: signal(0),
    thinnedAtMs: signal(Number.NEGATIVE_INFINITY),
    /** Last thing that went wrong with a request, for people. */
    notice: signal<string | undefined>(undefined),
    /** The vehicle and the track of a simulated drive are being chosen. */
    choosingDrive: signal(false),
    viewport: signal<Viewport>({ spanUs: 60e6, endUs: null }),
    historyFailing: signal(false),
    /** Channels of each chart; undefined until someone has changed them. */
    charts: signal<readonly (readonly string[])[] | undefined>(readCharts(memory.get("charts"))),
    theme: signal<Theme>(
      savedTheme === "light" || savedTheme === "dark" ? savedTheme : prefersLight ? "light" : "dark",
    ),
    speedUnit: signal<SpeedUnit>(savedUnit ?? "km/h"),
    /** Twice a second, for ages and countdowns. `performance.now()`. */
    nowMs: signal(0),
  };
}
export type Model = ReturnType<typeof createModel>;
