import type { Carrier } from "@pitwall/core";
import { type EcuData, findProtocol } from "@pitwall/protocols";
import type { Faults, LinkCounts, SimFrame } from "@pitwall/simulator";

export type SimPacket = SimFrame & {
  readonly name: string;
  readonly protocol: string;
  readonly boot: number;
  /** UTC of `atUs`. */
  readonly utcUs: number;
};

/** What a sink takes of a unit: its Blackbox packets, the JSON of its display, or what is on its buses. */
export type Speech = "blackbox" | "json" | "buses";

export const speechOf = (protocol: string): Speech =>
  protocol === "blackbox" || protocol === "json" ? protocol : "buses";

/** Of a source's protocol, whose options stand behind a question mark. */
export const carrierOf = (protocol: string): Carrier | undefined =>
  findProtocol(protocol.split("?")[0]!)?.carrier;

export type SinkOptions = {
  readonly units: number;
  readonly seed: number;
  readonly faults: Faults;
  readonly warn: (line: string) => void;
  /** Control unit of the first unit, once there is one. */
  readonly ecu: () => EcuData | undefined;
};

export type SinkReport = Partial<LinkCounts> & {
  readonly to: string;
  /** What went out, doubles included. */
  readonly frames: number;
  readonly bytes: number;
  /** Of batches: what a receiver's gap ledger has to say, and how many frames came twice or not whole. */
  readonly missing?: readonly MissingRange[];
  readonly doubledFrames?: number;
  readonly damagedFrames?: number;
  readonly batches?: LinkCounts;
  /** Of terminals: frames that nobody had it open for, that its reader was too slow for, or that the device kept. */
  readonly unread?: number;
  readonly overrun?: number;
  readonly unheard?: number;
  /** What a host was answered. */
  readonly answers?: number;
};

/** Where a simulated unit's bytes go, what happens to them on the way, and what was sent there. */
export interface SimSink extends AsyncDisposable {
  readonly speaks: Speech;
  put(unit: number, packet: SimPacket): void;
  /** Everything put up to this instant of the drive is on its way, or has arrived where that can be told. */
  flush(nowS: number): Promise<void>;
  report(): SinkReport;
}

/** Frames that never come: each boot's are numbered from 0, and a number that was given to a lost frame is missing. */
export type MissingRange = { readonly boot: string; first: number; last: number };

/** A device on the vehicle's side of a line; a host is on the other. */
export type HostDevice = {
  readonly fromHost: (bytes: Uint8Array) => void;
  /** A frame of the vehicle that came through, as the device says it; undefined where it keeps it to itself. */
  readonly fromVehicle: (packet: SimPacket) => Uint8Array | undefined;
  /** Whether a packet is for this line at all. */
  readonly takes: (packet: SimPacket) => boolean;
};
