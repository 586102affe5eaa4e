import type { DeviceState } from "@pitwall/api";
import type { Problem } from "@pitwall/core";
import { SeqRanges } from "@pitwall/store";
import type { OpenSession, SessionLane } from "./vehicle.ts";

export type Transport = DeviceState["transport"];

/** What is known of one device, and what it has done wrong. */
export type Device = {
  readonly id: string;
  vehicle: string;
  readonly transport: Transport;
  address: string;
  readonly protocols: Set<string>;
  online: boolean;
  lastSeenUs: number;
  frames: number;
  bytes: number;
  readonly problems: Map<string, number>;
  lastProblem: DeviceState["lastProblem"];
  /** By boot: which frames have come. */
  readonly seen: Map<string, SeqRanges>;
  said: Record<string, unknown> | null;
  clock: DeviceState["clock"];
  /** A sender of the server's own that was stopped: what was still on its way is dropped. */
  stopped: boolean;
  /** Where the frames of a source go: found once, not for every frame. Keyed by the listener's own description of it. */
  readonly lanes: WeakMap<object, { readonly session: OpenSession; readonly lane: SessionLane }>;
};

const MAX_DEVICES = 2000;
const MAX_BOOTS = 16;
const MAX_RANGES_SHOWN = 100;

/** Every device that has spoken since the start; counters only, bounded however many addresses knock. */
export class DeviceRegistry {
  readonly #devices = new Map<string, Device>();
  /** Noise from devices that no longer fit into the list. */
  overflow = 0;

  get(id: string, vehicle: string, transport: Transport, address: string): Device {
    const known = this.#devices.get(id);
    if (known) return known;
    if (this.#devices.size >= MAX_DEVICES) {
      this.overflow++;
      this.#forgetOldest();
    }
    const device: Device = {
      id,
      vehicle,
      transport,
      address,
      protocols: new Set(),
      online: true,
      lastSeenUs: Number.NaN,
      frames: 0,
      bytes: 0,
      problems: new Map(),
      stopped: false,
      lastProblem: null,
      seen: new Map(),
      said: null,
      clock: "none",
      lanes: new WeakMap(),
    };
    this.#devices.set(id, device);
    return device;
  }

  find(id: string): Device | undefined {
    return this.#devices.get(id);
  }

  *ofVehicle(vehicle: string): Iterable<Device> {
    for (const d of this.#devices.values()) if (d.vehicle === vehicle) yield d;
  }

  all(): Iterable<Device> {
    return this.#devices.values();
  }

  #forgetOldest(): void {
    let oldest: Device | undefined;
    for (const d of this.#devices.values())
      if (!oldest || (d.lastSeenUs || 0) < (oldest.lastSeenUs || 0)) oldest = d;
    if (oldest) this.#devices.delete(oldest.id);
  }
}

/** Counts a refusal; `count` is how often it happened. `bytes` is what was refused, its beginning is kept to look at. */
export function countProblem(
  device: Device,
  problem: Problem | { code: string; offset: number; reason: string },
  tUs: number,
  bytes?: Uint8Array,
): void {
  device.problems.set(problem.code, (device.problems.get(problem.code) ?? 0) + 1);
  device.lastProblem = {
    tUs,
    code: problem.code,
    offset: problem.offset,
    reason: problem.reason,
    ...(bytes === undefined ? {} : { hex: Buffer.from(bytes.subarray(0, 32)).toString("hex") }),
  };
}

/** The frames of a boot that have come; `before` tells of those that came before the server was started. */
export function seenOf(
  device: Device,
  boot: string,
  before: (device: string, boot: string) => readonly (readonly [first: number, last: number])[] = () => [],
): SeqRanges {
  let seen = device.seen.get(boot);
  if (!seen) {
    seen = new SeqRanges();
    for (const [first, last] of before(device.id, boot)) for (let n = first; n <= last; n++) seen.add(n);
    device.seen.set(boot, seen);
    if (device.seen.size > MAX_BOOTS) device.seen.delete(device.seen.keys().next().value!);
  }
  return seen;
}

export const missingFrames = (device: Device): number => {
  let n = 0;
  for (const seen of device.seen.values()) for (const [first, last] of seen.missing()) n += last - first + 1;
  return n;
};

export const badFrames = (device: Device): number => {
  let n = 0;
  for (const [code, count] of device.problems) if (code !== "skipped" && code !== "duplicate") n += count;
  return n;
};

export function deviceState(d: Device): DeviceState {
  const missing: { boot: string; first: number; last: number }[] = [];
  for (const [boot, seen] of d.seen)
    for (const [first, last] of seen.missing()) missing.push({ boot, first, last });
  return {
    id: d.id,
    vehicle: d.vehicle,
    transport: d.transport,
    address: d.address,
    protocols: [...d.protocols],
    online: d.online,
    lastSeenUs: Number.isFinite(d.lastSeenUs) ? d.lastSeenUs : null,
    frames: d.frames,
    bytes: d.bytes,
    problems: Object.fromEntries(d.problems),
    lastProblem: d.lastProblem,
    missing: missing.slice(-MAX_RANGES_SHOWN),
    clock: d.clock,
    said: d.said,
  };
}
