import { findPid, isSupportPid, pidsOfChannel, supportedPids } from "./pids.ts";

export type PollerOptions = {
  /** Share of the time that may be spent with requests under way, over 0 to 1. */
  readonly budget?: number;
  /** How often what somebody watches is wanted; 0 is as often as the budget allows. */
  readonly watchedPeriodUs?: number;
  /** How often the rest is asked, so that the recording has it. */
  readonly restPeriodUs?: number;
  /** How often the trouble codes are asked. */
  readonly codesPeriodUs?: number;
  /** Identifiers in one request of service 01: at most 6, 1 for control units that cannot take more. */
  readonly maxIdentifiers?: number;
};

export type ObdRequest = { readonly service: number; readonly identifiers: readonly number[] };

export interface Poller {
  /** Channels that somebody looks at now; they are asked first and most often. */
  watch(channels: Iterable<string>): void;
  /** The next request; undefined while the budget or the periods say "not yet", or one is under way. */
  next(nowUs: number): ObdRequest | undefined;
  /** When `next` is worth another call. Infinity while a request is under way. */
  readonly dueUs: number;
  /** A bitmap of a control unit came. */
  supports(service: number, first: number, mask: number): void;
  /** A value came; without an identifier for services that have none. */
  answered(service: number, identifier?: number): void;
  /** The request is over, in good or in bad: what was not answered by now failed. */
  finished(nowUs: number): void;
}

type Job = {
  readonly service: number;
  /** NaN for services without identifiers. */
  readonly identifier: number;
  /** Repeated after this; Infinity is once. */
  periodUs: number;
  lastUs: number;
  failures: number;
  done: boolean;
};

const SERVICE_LIVE = 1;
const SERVICE_INFO = 9;
const CODE_SERVICES = [0x03, 0x07, 0x0a];
/** VIN, calibration ids, verification numbers, name. */
const INFO_TYPES = [0x02, 0x04, 0x06, 0x0a];
const MOST_IDENTIFIERS = 6;
/** What failed this often in a row is asked less and less: after 2 s, 4 s … a minute. */
const PATIENCE = 3;
const FIRST_RETRY_US = 2e6;
const LAST_RETRY_US = 60e6;
/** Weight of things asked once: soon, but behind what somebody watches. */
const ONCE_US = 1e6;
/** So many requests of several identifiers in a row were not answered in full: the control unit takes one, it seems. */
const MULTI_FAILURES = 2;
/** Requests in a row without any answer: the control unit is off, and its silence says nothing about single PIDs. */
const OUTAGE = 3;

/**
 * Decides what to ask next. A job's urgency is its age over its period, the most urgent goes first: what is watched
 * has the shorter period and wins, what is not grows until its turn comes, so that nothing starves. After a request
 * that took T the poller rests for T (1 / budget - 1). Pure: the clock is the caller's.
 */
export function createPoller(options: PollerOptions = {}): Poller {
  const budget = Math.min(1, Math.max(0.01, options.budget ?? 1));
  const watchedUs = options.watchedPeriodUs ?? 100_000;
  const restUs = options.restPeriodUs ?? 5e6;
  const codesUs = options.codesPeriodUs ?? 60e6;
  const maxIdentifiers = Math.min(MOST_IDENTIFIERS, Math.max(1, options.maxIdentifiers ?? MOST_IDENTIFIERS));
  const jobs = new Map<number, Job>();
  let watchedChannels: readonly string[] = [];
  let underWay: Job[] = [];
  let sentUs = 0;
  let restUntilUs = Number.NEGATIVE_INFINITY;
  let multiFailures = 0;
  let singleUntilUs = Number.NEGATIVE_INFINITY;
  let silent = 0; // requests in a row without any answer

  const keyOf = (service: number, identifier: number) =>
    service * 1000 + (Number.isNaN(identifier) ? 999 : identifier);
  const add = (service: number, identifier: number, periodUs: number) => {
    const key = keyOf(service, identifier);
    if (!jobs.has(key))
      jobs.set(key, { service, identifier, periodUs, lastUs: Number.NaN, failures: 0, done: false });
  };

  /** Gives every live PID its period; of several that carry a channel the first one the control unit has is watched. */
  function plan(): void {
    const has = (pid: number) => jobs.has(keyOf(SERVICE_LIVE, pid));
    const watched = new Set(watchedChannels.map((c) => pidsOfChannel(c).find(has)));
    for (const j of jobs.values())
      if (j.service === SERVICE_LIVE && !isSupportPid(j.identifier))
        j.periodUs = watched.has(j.identifier) ? watchedUs : restUs;
  }

  add(SERVICE_LIVE, 0, Number.POSITIVE_INFINITY);
  add(SERVICE_INFO, 0, Number.POSITIVE_INFINITY);
  for (const service of CODE_SERVICES) add(service, Number.NaN, codesUs);

  const periodOf = (j: Job): number =>
    j.failures >= PATIENCE
      ? Math.min(LAST_RETRY_US, FIRST_RETRY_US * 2 ** (j.failures - PATIENCE))
      : Number.isFinite(j.periodUs)
        ? j.periodUs
        : ONCE_US;
  const dueOf = (j: Job): number =>
    j.done && !Number.isFinite(j.periodUs)
      ? Number.POSITIVE_INFINITY
      : Number.isNaN(j.lastUs)
        ? Number.NEGATIVE_INFINITY
        : j.lastUs + periodOf(j);
  /** Never asked: as urgent as ten periods. A period of 0 still has an order of age. */
  const urgency = (j: Job, nowUs: number) =>
    Number.isNaN(j.lastUs) ? 10 : (nowUs - j.lastUs) / Math.max(periodOf(j), 1000);

  function mostUrgent(nowUs: number, fits: (j: Job) => boolean): Job | undefined {
    let best: Job | undefined;
    for (const j of jobs.values()) {
      if (dueOf(j) > nowUs || !fits(j) || underWay.includes(j)) continue;
      if (!best || urgency(j, nowUs) > urgency(best, nowUs)) best = j;
    }
    return best;
  }

  return {
    watch(channels) {
      watchedChannels = [...channels];
      plan();
    },
    next(nowUs) {
      if (underWay.length > 0 || nowUs < restUntilUs) return undefined;
      const first = mostUrgent(nowUs, () => true);
      if (!first) return undefined;
      underWay = [first];
      const joins = (j: Job) =>
        j.service === SERVICE_LIVE && isSupportPid(j.identifier) === isSupportPid(first.identifier);
      const most = nowUs < singleUntilUs ? 1 : maxIdentifiers;
      while (first.service === SERVICE_LIVE && underWay.length < most) {
        const more = mostUrgent(nowUs, joins);
        if (!more) break;
        underWay.push(more);
      }
      for (const j of underWay) {
        j.lastUs = nowUs;
        j.done = false;
      }
      sentUs = nowUs;
      return {
        service: first.service,
        identifiers: underWay.map((j) => j.identifier).filter((id) => !Number.isNaN(id)),
      };
    },
    get dueUs() {
      if (underWay.length > 0) return Number.POSITIVE_INFINITY;
      let due = Number.POSITIVE_INFINITY;
      for (const j of jobs.values()) due = Math.min(due, dueOf(j));
      return Math.max(due, restUntilUs);
    },
    supports(service, first, mask) {
      for (const id of supportedPids(first, mask)) {
        if (service === SERVICE_LIVE && isSupportPid(id)) add(service, id, Number.POSITIVE_INFINITY);
        else if (service === SERVICE_LIVE && findPid(id)) add(service, id, restUs);
        else if (service === SERVICE_INFO && INFO_TYPES.includes(id))
          add(service, id, Number.POSITIVE_INFINITY);
      }
      plan();
    },
    answered(service, identifier = Number.NaN) {
      const job = jobs.get(keyOf(service, identifier));
      if (!job) return;
      job.done = true;
      job.failures = 0;
      if (silent >= OUTAGE) for (const j of jobs.values()) j.failures = 0;
      silent = 0;
    },
    finished(nowUs) {
      const missing = underWay.filter((j) => !j.done);
      if (missing.length > 0 && missing.length === underWay.length) silent++;
      if (underWay.length > 1) {
        multiFailures = missing.length === 0 ? 0 : multiFailures + 1;
        if (multiFailures >= MULTI_FAILURES) {
          multiFailures = 0;
          singleUntilUs = nowUs + LAST_RETRY_US;
        }
      } else for (const j of missing) j.failures++;
      underWay = [];
      restUntilUs = nowUs + (nowUs - sentUs) * (1 / budget - 1);
    },
  };
}
