import type { Carrier } from "@pitwall/core";
import { type EcuData, findProtocol } from "@pitwall/protocols";
import type { Faults, LinkCounts, SimFrame } from "@pitwall/simulator";
import { UsageError } from "./command.ts";

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
  /** Somebody has stopped the drive: what cannot be delivered is not waited for. */
  readonly signal: AbortSignal;
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
  /** Of a broker: messages that it has not confirmed by the end. */
  readonly unacknowledged?: number;
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

/** Bytes that follow each other on a line or in a file have to tell by themselves where each message ends. */
export function refuseWithoutEnds(protocol: string, base = "drive."): void {
  const { carrier, createFramer } = findProtocol(protocol)!;
  if (carrier === "can")
    throw new UsageError(`${protocol} is spoken on a CAN bus: name the log ${base}candump`);
  if (carrier === "packet" && !createFramer && protocol !== "json")
    throw new UsageError(
      `${protocol} comes in packets, whose ends are lost in a file or on a line: send it over mqtt, with --with ${protocol}`,
    );
}

const NEWLINE = 0x0a;

/** A packet as it stands in a file or on a line: JSON is one object a line. */
export const inStream = ({ bytes, protocol }: SimPacket): Uint8Array =>
  protocol === "json" ? Uint8Array.of(...bytes, NEWLINE) : bytes;
