import { Coverage, type Range } from "./coverage.ts";
import type { HistorySeries } from "./messages.ts";
import type { SampleStore } from "./store.ts";

/** What some part of the page wants to show. The first in the list is fetched first. */
export type Want = Range & {
  readonly channels: readonly string[];
  /** Coarseness that will do: the time that a pixel spans. */
  readonly stepUs: number;
};

export type HistoryOptions = {
  readonly store: SampleStore;
  readonly fetch: (
    channels: readonly string[],
    fromUs: number,
    toUs: number | undefined,
    points: number,
  ) => Promise<readonly HistorySeries[]>;
  readonly nowMs: () => number;
  /** Called after samples have been taken in. */
  readonly onChange: () => void;
};

/** Largest answer asked for: a reply has to be parsed within a frame or two. */
const MOST_POINTS = 20_000;
const LEAST_POINTS = 256;
const MOST_VALUES = 48_000;
const PARALLEL = 2;
const LAST_RETRY_MS = 15_000;

type Hull = { fromUs: number; toUs: number | undefined };
type Ask = Hull & { channels: string[]; readonly stepUs: number; readonly points: number };

/** Fetches what the views want and the store does not have, a few requests at a time. */
export function createHistory(options: HistoryOptions) {
  const { store } = options;
  const busy = new Set<string>();
  /** Channels of which the store knew nothing, and since when. */
  const unknown = new Map<string, Coverage>();
  /** Channels whose newest samples have been asked for since the last connect. */
  const tailed = new Set<string>();
  let running = 0;
  let failures = 0;
  let retryAtMs = 0;
  let wants: readonly Want[] = [];
  let closed = false;

  function missing(channel: string, range: Range, stepUs: number): Hull | undefined {
    const list = store.of(channel);
    let hull: Hull | undefined;
    const include = (fromUs: number, toUs: number | undefined) => {
      if (!hull) hull = { fromUs, toUs };
      else {
        hull.fromUs = Math.min(hull.fromUs, fromUs);
        hull.toUs = toUs === undefined || hull.toUs === undefined ? undefined : Math.max(hull.toUs, toUs);
      }
    };
    if (list.length === 0) {
      const asked = unknown.get(channel);
      for (const part of asked?.missing(range, stepUs) ?? [range])
        include(part.fromUs, asked ? part.toUs : undefined);
      return hull;
    }
    for (const s of list) {
      // Behind the newest that is known the live stream is awaited, except once after a connect.
      const { endUs } = s.coverage;
      const end = Math.min(range.toUs, endUs);
      for (const part of s.coverage.missing({ fromUs: range.fromUs, toUs: end }, stepUs))
        include(part.fromUs, part.toUs);
      if (!tailed.has(channel) && range.toUs > endUs) include(Math.max(range.fromUs, endUs + 1), undefined);
    }
    return hull;
  }

  function next(): Ask | undefined {
    for (const want of wants) {
      // Powers of two, so that a little zooming does not ask anew.
      const stepUs = 2 ** Math.floor(Math.log2(Math.max(1, want.stepUs)));
      let ask: Ask | undefined;
      for (const channel of want.channels) {
        if (busy.has(channel)) continue;
        const hull = missing(channel, want, stepUs);
        if (!hull) continue;
        // The newest first, where one answer cannot hold it all.
        const endUs = hull.toUs ?? want.toUs;
        hull.fromUs = Math.max(hull.fromUs, Math.ceil(endUs - (MOST_POINTS / 2) * stepUs));
        if (!ask) {
          const wanted = Math.ceil((2 * (endUs - hull.fromUs)) / stepUs);
          ask = {
            ...hull,
            channels: [channel],
            stepUs,
            points: Math.min(MOST_POINTS, Math.max(LEAST_POINTS, wanted)),
          };
        } else if (
          ask.fromUs === hull.fromUs &&
          ask.toUs === hull.toUs &&
          ask.points * (ask.channels.length + 1) <= MOST_VALUES
        )
          ask.channels.push(channel);
      }
      if (ask) return ask;
    }
    return undefined;
  }

  function take(ask: Ask, answer: readonly HistorySeries[]): void {
    for (const channel of ask.channels) {
      const given = answer.filter((s) => s.channel === channel);
      for (const s of given) store.series(channel, s.group, s.unit);
      if (ask.toUs === undefined) tailed.add(channel);
      const list = store.of(channel);
      if (list.length === 0) {
        const asked = unknown.get(channel) ?? new Coverage();
        unknown.set(channel, asked);
        asked.add({ fromUs: ask.fromUs, toUs: ask.toUs ?? Number.POSITIVE_INFINITY, stepUs: 0 });
      }
      for (const series of list) {
        const s = given.find((g) => g.group === series.group);
        const tUs = s?.tUs ?? new Float64Array();
        // Fewer than half of the points that were allowed: nothing was left out.
        const lengthUs = (ask.toUs ?? tUs.at(-1) ?? ask.fromUs) - ask.fromUs;
        const stepUs =
          tUs.length < ask.points / 2 ? 0 : Math.max(ask.stepUs, Math.ceil((2 * lengthUs) / ask.points));
        series.history(ask, stepUs, tUs, s?.values ?? new Float64Array());
      }
    }
  }

  async function run(ask: Ask): Promise<void> {
    for (const c of ask.channels) busy.add(c);
    running++;
    try {
      const answer = await options.fetch(ask.channels, ask.fromUs, ask.toUs, ask.points);
      if (closed) return;
      failures = 0;
      take(ask, answer);
      options.onChange();
    } catch {
      retryAtMs = options.nowMs() + Math.min(LAST_RETRY_MS, 1000 * 2 ** failures++);
    } finally {
      running--;
      for (const c of ask.channels) busy.delete(c);
    }
    if (!closed) check();
  }

  function check(): void {
    while (!closed && running < PARALLEL && options.nowMs() >= retryAtMs) {
      const ask = next();
      if (!ask) return;
      void run(ask);
    }
  }

  return {
    want(list: readonly Want[]): void {
      wants = list;
      check();
    },
    /** After a reconnect: what came meanwhile is asked for, and what was not known may be known now. */
    reconnected(): void {
      tailed.clear();
      unknown.clear();
      failures = 0;
      retryAtMs = 0;
      check();
    },
    get loading(): boolean {
      return running > 0;
    },
    get failing(): boolean {
      return failures > 0;
    },
    close(): void {
      closed = true;
    },
  };
}
export type History = ReturnType<typeof createHistory>;
