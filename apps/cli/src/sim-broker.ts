import mqtt from "mqtt";
import { CommandError } from "./command.ts";
import { BatchingUnit } from "./sim-batches.ts";
import { links, sum } from "./sim-links.ts";
import type { SimSink, SinkOptions } from "./sim-sink.ts";

/** So many messages may be under way without an acknowledgement. */
const UNDER_WAY = 32;
/** Somebody who has stopped the drive waits so long for the last acknowledgements. */
const PATIENCE_MS = 1000;

/** Vehicle names of a fleet, of `mqtt://host/NAME`. */
const vehiclesOf = (url: URL, units: number): string[] => {
  const base = decodeURIComponent(url.pathname.slice(1)) || "sim";
  return Array.from({ length: units }, (_, i) => (units === 1 ? base : `${base}-${i + 1}`));
};

async function openBroker(url: URL, { signal, warn }: SinkOptions) {
  const address = `${url.protocol.replace("json+", "")}//${url.host}`;
  const client = await mqtt
    .connectAsync(
      address,
      url.username
        ? { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) }
        : {},
    )
    .catch((e: Error) => {
      throw new CommandError(`${address}: ${e.message || "nobody answers"}`, { cause: e });
    });
  let isGone = false;
  let isOver = false;
  client.on("error", () => {}); // it tries again, and "close" has said so
  client.on("close", () => {
    if (isGone || isOver) return;
    isGone = true;
    warn(`${address}: the connection is gone; trying again, the vehicle waits`);
  });
  client.on("connect", () => {
    if (isGone) warn(`${address}: connected again`);
    isGone = false;
  });
  const stopped = new Promise<void>((done) => {
    const wait = () => void setTimeout(done, PATIENCE_MS).unref();
    if (signal.aborted) wait();
    else signal.addEventListener("abort", wait, { once: true });
  });
  const pending = new Set<Promise<unknown>>();
  let bytesSent = 0;
  return {
    get bytes() {
      return bytesSent;
    },
    /** Messages that nobody has acknowledged. */
    get open() {
      return pending.size;
    },
    publish(topic: string, bytes: Uint8Array): void {
      bytesSent += bytes.length;
      const sent = client.publishAsync(topic, Buffer.from(bytes), { qos: 1 });
      pending.add(sent);
      // what is not acknowledged at the end stays in the count of those
      sent.then(
        () => pending.delete(sent),
        () => {},
      );
    },
    /** Few messages may be under way; at the end none, unless somebody has stopped the drive. */
    async settle(all: boolean): Promise<void> {
      if (pending.size < UNDER_WAY && !all) return;
      await Promise.race([Promise.allSettled([...pending]), stopped]);
    },
    async [Symbol.asyncDispose]() {
      isOver = true;
      await client.endAsync(pending.size > 0);
    },
  };
}

/** `mqtt://host:port/vehicle`: each unit's buses in frame batches, numbered, with QoS 1. */
export async function openBatches(url: URL, options: SinkOptions): Promise<SimSink> {
  const { faults, seed, units } = options;
  const broker = await openBroker(url, options);
  const names = vehiclesOf(url, units);
  const all = names.map((vehicle, i) => {
    const namesake = faults.twins ? names[i - (i % 2)]! : vehicle;
    return new BatchingUnit(faults, seed + i, `sim-${namesake}`.slice(0, 64), (seed + i) * 1000, (bytes) =>
      broker.publish(`pitwall/v1/${vehicle}/frames`, bytes),
    );
  });
  return {
    speaks: "buses",
    put: (unit, packet) => all[unit]!.put(packet),
    async flush(nowS) {
      for (const u of all) u.flush(nowS);
      await broker.settle(!Number.isFinite(nowS));
    },
    report() {
      const total = { frames: 0, lost: 0, doubledFrames: 0, damagedFrames: 0 };
      for (const u of all)
        for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += u.counts[key];
      const { frames: offered, lost, ...rest } = total;
      const batches = sum(all.map((u) => u.link.counts));
      const missing = all.flatMap((u) => u.missing);
      const frames = offered - lost + rest.doubledFrames;
      const unacknowledged = broker.open;
      return {
        to: withoutPassword(url),
        frames,
        bytes: broker.bytes,
        offered,
        lost,
        ...rest,
        batches,
        unacknowledged,
        missing,
      };
    },
    [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
  };
}

/** `json+mqtt://host:port/vehicle`: what a simple kart publishes on `<vehicle>/telemetry`. */
export async function openJson(url: URL, options: SinkOptions): Promise<SimSink> {
  const broker = await openBroker(url, options);
  const names = vehiclesOf(url, options.units);
  const way = links(withoutPassword(url), options, (unit, packet) =>
    broker.publish(`${names[unit]!}/telemetry`, packet.bytes),
  );
  return {
    speaks: "json",
    put: way.put,
    async flush(nowS) {
      way.advance(nowS);
      await broker.settle(!Number.isFinite(nowS));
    },
    report: () => ({ ...way.report(), unacknowledged: broker.open }),
    [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
  };
}

function withoutPassword(url: URL): string {
  const shown = new URL(url);
  shown.password = "";
  return shown.href;
}
