import { EventEmitter } from "node:events";
import { decodeLiveBatch, type LiveBatch, type ServerInfo, type ServerMessage } from "@pitwall/api";
import type { Batch } from "@pitwall/core";
import { describe, expect, it } from "vitest";
import type { WebSocket } from "ws";
import type { Delivery } from "../recorder.ts";
import { LiveHub } from "./hub.ts";

const INFO: ServerInfo = {
  version: "0",
  host: "127.0.0.1",
  loopbackOnly: true,
  listening: { http: 1, mqtt: 2, udp: 3, tcp: 4 },
  demo: "off",
  trouble: null,
};

/** The client's end of a socket: what was sent, and how much of it is still on its way. */
class Page extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  bufferedAmount = 0;
  binaryType = "";
  readonly said: ServerMessage[] = [];
  readonly batches: LiveBatch[] = [];
  send(data: string | Uint8Array): void {
    if (typeof data === "string") this.said.push(JSON.parse(data) as ServerMessage);
    else this.batches.push(decodeLiveBatch(data.slice().buffer));
  }
  close(): void {
    this.readyState = 3;
    this.emit("close");
  }
  subscribe(subscription: object): void {
    this.emit("message", JSON.stringify({ type: "subscribe", ...subscription }), false);
  }
  get rows(): number {
    return this.batches.reduce((n, b) => n + b.tUs.length, 0);
  }
}

const MESSAGE = {
  name: "m",
  doc: "",
  fields: ["a", "b", "c"].map((name) => ({ name, unit: "1" as const, doc: "" })),
};
let clock = 0;
function batchOf(rows: number): Batch {
  const tUs = Float64Array.from({ length: rows }, () => (clock += 10_000));
  return {
    source: "s",
    message: MESSAGE,
    length: rows,
    tUs,
    columns: [1, 2, 3].map((k) => tUs.map((t) => t * k)),
  };
}
const delivery = (vehicle: string, batch: Batch): Delivery =>
  ({
    vehicle: { id: vehicle },
    session: { ref: { id: `${vehicle}-1`, vehicle } },
    batches: [batch],
  }) as unknown as Delivery;

function connect(hub: LiveHub, subscription: object): Page {
  const page = new Page();
  hub.add(page as unknown as WebSocket);
  page.subscribe(subscription);
  return page;
}

describe("live hub", () => {
  it("greets, names a stream before its first batch, and sends every row that was asked for", () => {
    const hub = new LiveHub(
      () => INFO,
      () => [],
    );
    const page = connect(hub, { vehicles: "*", channels: "*" });
    hub.deliver(delivery("kart", batchOf(3)));
    hub.deliver(delivery("kart", batchOf(2)));
    expect(page.said.map((m) => m.type)).toEqual(["hello", "vehicles", "stream"]);
    expect(page.said[2]).toMatchObject({ vehicle: "kart", session: "kart-1", source: "s", message: "m" });
    expect(page.rows).toBe(5);
    expect(page.batches[0]!.columns[2]![1]).toBe(page.batches[0]!.tUs[1]! * 3);
  });

  it("sends only the vehicles and channels of the subscription; a new one replaces the old", () => {
    const hub = new LiveHub(
      () => INFO,
      () => [],
    );
    const page = connect(hub, { vehicles: ["kart"], channels: ["b", "x"] });
    hub.deliver(delivery("boat", batchOf(4)));
    expect(page.rows).toBe(0);
    hub.deliver(delivery("kart", batchOf(1)));
    expect(page.said.find((m) => m.type === "stream")).toMatchObject({ channels: [{ id: "b" }] });
    expect(page.batches[0]!.columns).toHaveLength(1);
    expect(page.batches[0]!.columns[0]![0]).toBe(page.batches[0]!.tUs[0]! * 2);
    page.subscribe({ vehicles: ["boat"], channels: "*" });
    hub.deliver(delivery("kart", batchOf(1)));
    hub.deliver(delivery("boat", batchOf(1)));
    expect(page.rows).toBe(2);
  });

  it("thins to the rate that was asked for", () => {
    const hub = new LiveHub(
      () => INFO,
      () => [],
    );
    const page = connect(hub, { vehicles: "*", channels: "*", rateHz: 10 });
    for (let i = 0; i < 100; i++) hub.deliver(delivery("kart", batchOf(1)));
    // 100 rows a hundredth of a second apart
    expect(page.rows).toBe(10);
  });

  it("a slow client gets the newest values instead of a growing queue, and is told", () => {
    const hub = new LiveHub(
      () => INFO,
      () => [],
    );
    const slow = connect(hub, { vehicles: "*", channels: "*" });
    const quick = connect(hub, { vehicles: "*", channels: "*" });
    hub.deliver(delivery("kart", batchOf(5)));
    slow.bufferedAmount = 300_000;
    hub.deliver(delivery("kart", batchOf(50)));
    expect(slow.rows).toBe(6);
    expect(slow.batches.at(-1)).toMatchObject({ thinned: true });
    expect(slow.batches.at(-1)!.tUs[0]).toBe(quick.batches.at(-1)!.tUs.at(-1));
    slow.bufferedAmount = 10_000_000;
    for (let i = 0; i < 100; i++) hub.deliver(delivery("kart", batchOf(10)));
    expect(slow.rows).toBe(6);
    slow.bufferedAmount = 0;
    hub.tellVehicles();
    expect(slow.said.at(-1)).toEqual({ type: "thinned", rows: 1049 });
    expect(quick.rows).toBe(1055);
    hub.deliver(delivery("kart", batchOf(2)));
    expect(slow.rows).toBe(8);
  });

  it("answers nonsense with an error and goes on; a page that has gone is forgotten", () => {
    const hub = new LiveHub(
      () => INFO,
      () => [],
    );
    const page = connect(hub, { vehicles: 7 });
    expect(page.said.at(-1)).toMatchObject({ type: "error", code: "malformed" });
    page.emit("message", Buffer.from([1, 2]), true);
    page.emit("message", "{", false);
    page.subscribe({ vehicles: "*", channels: "*" });
    hub.deliver(delivery("kart", batchOf(1)));
    expect(page.rows).toBe(1);
    page.close();
    hub.deliver(delivery("kart", batchOf(1)));
    expect(page.rows).toBe(1);
  });
});
