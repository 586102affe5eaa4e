import { isIPv6 } from "node:net";
import { StoreError } from "@pitwall/store";
import type { ServerConfig } from "../config.ts";
import { countProblem, type Device, type DeviceRegistry, type Transport } from "../devices.ts";
import type { Recorder } from "../recorder.ts";

/** What every listener needs to bring frames in. */
export type Door = {
  readonly recorder: Recorder;
  readonly devices: DeviceRegistry;
  readonly nowUs: () => number;
  readonly config: ServerConfig;
  /** Vehicles of senders that the server itself started: "127.0.0.1:40123" to "replay". */
  readonly internal: Map<string, string>;
};

const plain = (address: string): string => (address.startsWith("::ffff:") ? address.slice(7) : address);
const isLoopback = (address: string): boolean => address === "::1" || address.startsWith("127.");

/** Letters, digits, `-`, `_` and `.`: safe as a topic level and a file name. */
export const safeName = (text: string): string =>
  text
    .replace(/[^A-Za-z0-9_.-]+/g, "-")
    .replace(/^[.-]+|-+$/g, "")
    .slice(0, 64) || "unnamed";

/**
 * The device behind an address. On this machine many devices share 127.0.0.1 and are told apart by port; elsewhere a
 * device keeps its address over restarts, and its port does not matter.
 */
export function deviceAt(
  door: Door,
  transport: Transport,
  remoteAddress: string,
  remotePort: number,
): Device {
  const address = plain(remoteAddress);
  const endpoint = `${isIPv6(address) ? `[${address}]` : address}:${remotePort}`;
  const internal = door.internal.get(`${transport} ${endpoint}`);
  const named =
    door.config.devices.find((d) => d.address === endpoint) ??
    door.config.devices.find((d) => d.address === address);
  const id = `${transport}:${named ? named.address : isLoopback(address) ? endpoint : address}`;
  const vehicle = internal ?? named?.vehicle ?? safeName(id);
  const device = door.devices.get(id, vehicle, transport, endpoint);
  device.vehicle = vehicle;
  if (internal !== undefined) device.stopped = false;
  device.address = endpoint;
  return device;
}

/** Records a frame, or counts why it could not be. */
export function record(
  door: Door,
  device: Device,
  source: { boot: string; name: string; protocol: string; extra?: Record<string, string> },
  bytes: Uint8Array,
  arrivalUs: number,
): void {
  if (device.stopped) return;
  try {
    door.recorder.frame(device, source, bytes, arrivalUs, Number.NaN);
  } catch (e) {
    if (!(e instanceof StoreError)) throw e;
    countProblem(device, { code: "not-stored", offset: 0, reason: e.message }, arrivalUs, bytes);
  }
}

const SLOTS = 1024;

/**
 * Packets that repeat within the last ones of a device: a datagram that the network doubled. A packet is known by the
 * time stamp and the checksum it carries itself; each pair has one slot, so that a look costs the same however many.
 */
export class RepeatFilter {
  readonly #keys = new Float64Array(SLOTS).fill(Number.NaN);

  /** bytes[start, end) is one checked Blackbox packet: u32 time behind the magic, u16 checksum at the end, little-endian. */
  isRepeat(bytes: Uint8Array, view: DataView, start: number, end: number): boolean {
    const time = view.getUint32(start + (bytes[start] === 0x55 ? 2 : 3), true);
    const sum = view.getUint16(end - 2, true);
    const key = time * 65_536 + sum;
    const slot = (time ^ (time >>> 10) ^ sum) & (SLOTS - 1);
    if (this.#keys[slot] === key) return true;
    this.#keys[slot] = key;
    return false;
  }
}
