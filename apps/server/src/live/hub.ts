import {
  ClientMessage,
  encodeLiveBatch,
  type ServerInfo,
  type ServerMessage,
  type Subscription,
  type VehicleState,
} from "@pitwall/api";
import type { Batch } from "@pitwall/core";
import type { WebSocket } from "ws";
import type { Delivery } from "../recorder.ts";

/** Above this many bytes on their way to a client, it gets the newest values instead of every row. */
const CONGESTED_BYTES = 256 * 1024;
const MAX_CLIENTS = 500;

type StreamInfo = {
  readonly id: number;
  readonly vehicle: string;
  readonly session: string;
  readonly source: string;
  readonly message: string;
  readonly channels: readonly { readonly id: string; readonly unit: string }[];
};

type ClientStream = { readonly picked: readonly number[]; lastSentUs: number };
type Client = {
  readonly socket: WebSocket;
  subscription: Subscription | undefined;
  /** Streams that were announced, with the columns this client wants. */
  streams: Map<number, ClientStream | undefined>;
  leftOut: number;
  leftOutTold: number;
};

/** Hands out what the recorder delivers. A slow client never makes the server hold more than a bounded queue for it. */
export class LiveHub {
  readonly #clients = new Set<Client>();
  readonly #streams = new Map<string, StreamInfo>();
  #nextStream = 0;
  readonly #server: () => ServerInfo;
  readonly #vehicles: () => VehicleState[];

  constructor(server: () => ServerInfo, vehicles: () => VehicleState[]) {
    this.#server = server;
    this.#vehicles = vehicles;
  }

  add(socket: WebSocket): void {
    if (this.#clients.size >= MAX_CLIENTS) {
      socket.close(1013, "too many clients");
      return;
    }
    const client: Client = {
      socket,
      subscription: undefined,
      streams: new Map(),
      leftOut: 0,
      leftOutTold: 0,
    };
    this.#clients.add(client);
    socket.binaryType = "nodebuffer";
    socket.on("close", () => this.#clients.delete(client));
    socket.on("error", () => socket.terminate());
    socket.on("message", (data, isBinary) => {
      const said = isBinary ? undefined : ClientMessage.safeParse(parse(String(data)));
      if (said?.success) {
        client.subscription = said.data;
        client.streams = new Map();
      } else tell(client, { type: "error", code: "malformed", message: 'expected {"type":"subscribe",…}' });
    });
    tell(client, { type: "hello", server: this.#server() });
    tell(client, { type: "vehicles", vehicles: this.#vehicles() });
  }

  deliver({ vehicle, session, batches }: Delivery): void {
    if (this.#clients.size === 0) return;
    for (const batch of batches) {
      const info = this.#stream(vehicle.id, session.ref.id, batch);
      let whole: Uint8Array | undefined;
      for (const client of this.#clients) {
        const stream = this.#openFor(client, info);
        if (!stream) continue;
        const rate = client.subscription!.rateHz;
        const congested = client.socket.bufferedAmount > CONGESTED_BYTES;
        if (!congested && rate === 0 && stream.picked.length === info.channels.length) {
          whole ??= encodeLiveBatch({
            stream: info.id,
            thinned: false,
            tUs: batch.tUs,
            columns: batch.columns,
          });
          client.socket.send(whole);
        } else this.#sendPart(client, stream, info, batch, rate, congested);
      }
    }
  }

  #sendPart(
    client: Client,
    stream: ClientStream,
    info: StreamInfo,
    batch: Batch,
    rateHz: number,
    congested: boolean,
  ): void {
    const gapUs = rateHz > 0 ? 1e6 / rateHz : 0;
    const rows: number[] = [];
    for (let row = 0; row < batch.length; row++) {
      const t = batch.tUs[row]!;
      if (t - stream.lastSentUs < gapUs && t >= stream.lastSentUs) continue;
      rows.push(row);
      stream.lastSentUs = t;
    }
    if (congested) {
      // the queue is full: nothing more goes in but, at the next chance, the newest row
      client.leftOut += rows.length;
      stream.lastSentUs = Number.NEGATIVE_INFINITY;
      if (client.socket.bufferedAmount > 2 * CONGESTED_BYTES) return;
      const newest = rows.at(-1);
      if (newest === undefined) return;
      rows.splice(0, rows.length, newest);
      client.leftOut--;
    }
    if (rows.length === 0) return;
    const take = (column: Float64Array) => Float64Array.from(rows, (r) => column[r]!);
    const columns = stream.picked.map((c) => take(batch.columns[c]!));
    client.socket.send(
      encodeLiveBatch({ stream: info.id, thinned: congested, tUs: take(batch.tUs), columns }),
    );
  }

  #stream(vehicle: string, session: string, batch: Batch): StreamInfo {
    const key = `${session}\n${batch.source}\n${batch.message.name}`;
    let info = this.#streams.get(key);
    if (!info) {
      info = {
        id: this.#nextStream++ % 65_536,
        vehicle,
        session,
        source: batch.source,
        message: batch.message.name,
        channels: batch.message.fields.map((f) => ({ id: f.name, unit: f.unit })),
      };
      this.#streams.set(key, info);
    }
    return info;
  }

  /** The columns of a stream that this client asked for; announces the stream first. */
  #openFor(client: Client, info: StreamInfo): ClientStream | undefined {
    const s = client.subscription;
    if (!s || client.socket.readyState !== client.socket.OPEN) return undefined;
    if (client.streams.has(info.id)) return client.streams.get(info.id);
    const wanted = s.vehicles === "*" || s.vehicles.includes(info.vehicle);
    const picked = info.channels.flatMap((c, i) =>
      s.channels === "*" || s.channels.includes(c.id) ? [i] : [],
    );
    const stream = wanted && picked.length > 0 ? { picked, lastSentUs: Number.NEGATIVE_INFINITY } : undefined;
    client.streams.set(info.id, stream);
    if (stream) {
      const { id, channels, ...rest } = info;
      tell(client, { type: "stream", stream: id, ...rest, channels: picked.map((i) => channels[i]!) });
    }
    return stream;
  }

  /** The session is over: its streams will carry nothing more. */
  forget(session: string): void {
    for (const [key, info] of this.#streams)
      if (info.session === session) {
        this.#streams.delete(key);
        for (const client of this.#clients) client.streams.delete(info.id);
      }
  }

  /** Once a second, and when something changed that people look at. */
  tellVehicles(): void {
    if (this.#clients.size === 0) return;
    const text = JSON.stringify({ type: "vehicles", vehicles: this.#vehicles() } satisfies ServerMessage);
    for (const client of this.#clients) {
      if (client.socket.bufferedAmount < CONGESTED_BYTES) client.socket.send(text);
      if (client.leftOut > client.leftOutTold) {
        client.leftOutTold = client.leftOut;
        tell(client, { type: "thinned", rows: client.leftOut });
      }
    }
  }

  tellServer(): void {
    for (const client of this.#clients) tell(client, { type: "server", server: this.#server() });
  }

  close(): void {
    for (const client of this.#clients) client.socket.close(1001, "server stops");
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function tell(client: Client, message: ServerMessage): void {
  if (client.socket.readyState === client.socket.OPEN) client.socket.send(JSON.stringify(message));
}
