import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { supportMask } from "./pids.ts";
import { createPoller, type ObdRequest, type Poller, type PollerOptions } from "./poller.ts";

const PIDS = new Set([0x04, 0x05, 0x0c, 0x0d, 0x0f, 0x11, 0x2f, 0x42, 0x46, 0x5c]);
const ROUND_TRIP_US = 20_000;

/** A control unit that has PIDS, answers after ROUND_TRIP_US, and may take one identifier only. */
function run(
  poller: Poller,
  seconds: number,
  { single = false, silent = new Set<number>(), off = false, fromUs = 0 } = {},
) {
  const log: { atUs: number; request: ObdRequest }[] = [];
  let now = fromUs;
  while (now < fromUs + seconds * 1e6) {
    const request = poller.next(now);
    if (!request) {
      const due = poller.dueUs;
      expect(due).toBeGreaterThan(now);
      now = Math.min(due, fromUs + seconds * 1e6);
      continue;
    }
    log.push({ atUs: now, request });
    now += ROUND_TRIP_US;
    if (off) {
      poller.finished(now);
      continue;
    }
    const { service, identifiers } = request;
    for (const id of single ? identifiers.slice(0, 1) : identifiers) {
      if (silent.has(id)) continue;
      if (service === 1 && id % 0x20 === 0) poller.supports(1, id, supportMask(id, PIDS));
      if (service === 9 && id === 0) poller.supports(9, 0, supportMask(0, new Set([2])));
      poller.answered(service, id);
    }
    if (identifiers.length === 0) poller.answered(service);
    poller.finished(now);
  }
  const count = (id: number) =>
    log.filter((l) => l.request.service === 1 && l.request.identifiers.includes(id)).length;
  return { log, count };
}

const polled = (options: PollerOptions = {}) => createPoller(options);

describe("OBD-II poller", () => {
  it("learns what there is, then asks nothing else", () => {
    const { log } = run(polled(), 20);
    const asked = new Set(log.filter((l) => l.request.service === 1).flatMap((l) => l.request.identifiers));
    expect(asked).toEqual(new Set([0x00, 0x20, 0x40, ...PIDS]));
    const services = new Set(log.map((l) => l.request.service));
    expect([...services].sort((a, b) => a - b)).toEqual([0x01, 0x03, 0x07, 0x09, 0x0a]);
  });

  it("asks what is watched at its rate, the rest at theirs, the vehicle's number once", () => {
    const poller = polled({ watchedPeriodUs: 200_000, restPeriodUs: 5e6 });
    poller.watch(["engine.rpm"]);
    const { log, count } = run(poller, 30);
    expect(count(0x0c)).toBeGreaterThan(140);
    expect(count(0x0c)).toBeLessThanOrEqual(151);
    for (const pid of PIDS) if (pid !== 0x0c) expect(count(pid), pid.toString(16)).toBeGreaterThanOrEqual(6);
    expect(count(0x05)).toBeLessThan(9);
    expect(log.filter((l) => l.request.service === 9 && l.request.identifiers[0] === 2)).toHaveLength(1);
    expect(log.filter((l) => l.request.service === 3)).toHaveLength(1);
  });

  it("keeps to its share of the time", () => {
    const poller = polled({ budget: 0.25, watchedPeriodUs: 0, maxIdentifiers: 1 });
    poller.watch(["engine.rpm", "obd.speed", "driver.throttle"]);
    const { log } = run(poller, 20);
    expect((log.length * ROUND_TRIP_US) / 20e6).toBeGreaterThan(0.23);
    expect((log.length * ROUND_TRIP_US) / 20e6).toBeLessThanOrEqual(0.255);
  });

  it("prefers the watched ones when there is not enough time for all, and starves none", () => {
    const poller = polled({ budget: 0.2, watchedPeriodUs: 100_000, restPeriodUs: 2e6, maxIdentifiers: 1 });
    poller.watch(["engine.rpm", "obd.speed"]);
    const { count } = run(poller, 60);
    for (const pid of PIDS) expect(count(pid), pid.toString(16)).toBeGreaterThan(5);
    expect(count(0x0c)).toBeGreaterThan(4 * count(0x05));
    expect(count(0x0d)).toBeGreaterThan(4 * count(0x05));
  });

  it("puts up to six identifiers into one request", () => {
    const { log } = run(polled({ restPeriodUs: 1e6 }), 10);
    const sizes = log.filter((l) => l.request.service === 1).map((l) => l.request.identifiers.length);
    expect(Math.max(...sizes)).toBe(6);
  });

  it("falls back to one identifier a request where the control unit takes no more", () => {
    const { log, count } = run(polled({ restPeriodUs: 1e6 }), 20, { single: true });
    const late = log.filter((l) => l.atUs > 10e6 && l.request.service === 1);
    expect(Math.max(...late.map((l) => l.request.identifiers.length))).toBe(1);
    for (const pid of PIDS) expect(count(pid), pid.toString(16)).toBeGreaterThan(10);
  });

  it("asks what stays silent less and less, and comes back to it", () => {
    const poller = polled({ watchedPeriodUs: 100_000, maxIdentifiers: 1 });
    poller.watch(["engine.rpm"]);
    const { log, count } = run(poller, 90, { silent: new Set([0x0c]) });
    expect(count(0x0c)).toBeLessThan(15);
    expect(log.some((l) => l.atUs > 60e6 && l.request.identifiers.includes(0x0c))).toBe(true);
  });

  it("is back at full rate soon after the control unit was off", () => {
    const poller = polled({ watchedPeriodUs: 100_000 });
    poller.watch(["engine.rpm"]);
    run(poller, 10);
    const { log } = run(poller, 300, { off: true, fromUs: 10e6 });
    expect(log.length).toBeLessThan(400);
    run(poller, 30, { fromUs: 310e6 });
    expect(run(poller, 10, { fromUs: 340e6 }).count(0x0c)).toBeGreaterThan(90);
  });

  it("follows a change of what is watched", () => {
    const poller = polled({ watchedPeriodUs: 100_000, restPeriodUs: 5e6, maxIdentifiers: 1 });
    poller.watch(["engine.rpm"]);
    run(poller, 10);
    poller.watch(["engine.oilTemp"]);
    const { count } = run(poller, 10, { fromUs: 10e6 });
    expect(count(0x5c)).toBeGreaterThan(90);
    expect(count(0x0c)).toBeLessThan(4);
  });

  it("asks one thing at a time", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("next", "finished"), { maxLength: 50 }), (steps) => {
        const poller = polled();
        let open = false;
        steps.forEach((step, i) => {
          if (step === "finished") {
            poller.finished(i * 1e6);
            open = false;
          } else if (poller.next(i * 1e6)) {
            expect(open).toBe(false);
            open = true;
          }
        });
      }),
    );
  });
});
