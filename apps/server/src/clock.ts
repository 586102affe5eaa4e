/** Arrival times: wall time at start, then the monotonic clock, so that a step of the machine's clock moves no sample. */
export type ServerClock = { readonly nowUs: () => number };

export function createServerClock(): ServerClock {
  const startUs = Date.now() * 1000;
  const start = process.hrtime.bigint();
  return { nowUs: () => startUs + Number((process.hrtime.bigint() - start) / 1000n) };
}
