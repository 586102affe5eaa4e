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
  try {
    door.recorder.frame(device, source, bytes, arrivalUs, Number.NaN);
  } catch (e) {
    if (!(e instanceof StoreError)) throw e;
    countProblem(device, { code: "not-stored", offset: 0, reason: e.message }, arrivalUs, bytes);
  }
}

/** Bytes that repeat within the last packets of a device: a datagram that the network doubled. */
export class RepeatFilter {
  readonly #recent = new Float64Array(256).fill(Number.NaN);
  #next = 0;
  isRepeat(bytes: Uint8Array): boolean {
    // FNV-1a over the packet, 32 bits, kept beside its length
    let h = 0x811c9dc5;
    for (let i = 0; i < bytes.length; i++) h = Math.imul(h ^ bytes[i]!, 0x01000193);
    const key = (h >>> 0) * 65_536 + (bytes.length & 0xffff);
    for (let i = 0; i < this.#recent.length; i++) if (this.#recent[i] === key) return true;
    this.#recent[this.#next] = key;
    this.#next = (this.#next + 1) % this.#recent.length;
    return false;
  }
}
