import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Backlog } from "./backlog.ts";
import { dropsOf } from "./udp-drops.ts";

describe("what waits for its turn", () => {
  it("is handled in order and whole, or was refused; a turn takes no longer than its budget and one item", () => {
    const step = fc.oneof(
      fc.record({ add: fc.integer({ min: 1, max: 40 }), ms: fc.integer({ min: 0, max: 5 }) }),
      fc.constant("turn" as const),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        let ms = 0;
        const due: (() => void)[] = [];
        const handled: number[] = [];
        const taken: number[] = [];
        let heldBytes = 0;
        const backlog = new Backlog<{ n: number; ms: number }>({
          readAtOnce: 6,
          maxItems: 20,
          maxBytes: 300,
          budgetMs: 3,
          nowMs: () => ms,
          later: (work) => void due.push(work),
          handle(item, sizeBytes) {
            ms += item.ms;
            heldBytes -= sizeBytes;
            handled.push(item.n);
          },
        });
        let fresh = 0;
        const turn = () => {
          const isFirst = fresh >= 6 && backlog.length < 10 && heldBytes < 150;
          fresh = 0;
          const before = ms;
          const count = handled.length;
          due.shift()?.();
          expect(ms - before).toBeLessThan(3 + 5);
          expect(due.length).toBe(backlog.length > 0 ? 1 : 0);
          // more is to be read first, or something is done
          if (isFirst) expect(handled.length).toBe(count);
          else if (taken.length > count) expect(handled.length).toBeGreaterThan(count);
        };
        steps.forEach((s, n) => {
          if (s === "turn") {
            turn();
            return;
          }
          const fits = backlog.length < 20 && heldBytes + s.add <= 300;
          expect(backlog.add({ n, ms: s.ms }, s.add)).toBe(fits);
          if (!fits) return;
          taken.push(n);
          fresh++;
          heldBytes += s.add;
        });
        while (due.length > 0) turn();
        expect(handled).toEqual(taken);
        expect(backlog.length).toBe(0);
      }),
    );
  });

  it("is all handled where there is no later turn", () => {
    const handled: number[] = [];
    const backlog = new Backlog<number>({
      readAtOnce: 32,
      maxItems: 5000,
      maxBytes: 5000,
      budgetMs: 0,
      nowMs: () => 0,
      later: () => {},
      handle: (n) => void handled.push(n),
    });
    for (let n = 0; n < 5000; n++) backlog.add(n, 1);
    backlog.drain();
    expect(handled).toEqual(Array.from({ length: 5000 }, (_, n) => n));
  });
});

// the columns as Linux 6 prints them
const PROC = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
 2041: 0100007F:2328 00000000:0000 07 00000000:00007F80 00:00000000 00000000  1000        0 31337 2 0000000000000000 17
 2049: 0100007F:A328 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 31338 2 0000000000000000 4
 2049: 0200007F:A328 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 31339 2 0000000000000000 0
`;

describe("datagrams that the system dropped", () => {
  it("are read for the one socket of a port", () => {
    expect(dropsOf(PROC, 0x2328)).toBe(17);
  });
  it("are not known where several sockets have the port, none has, or the text is another", () => {
    expect([dropsOf(PROC, 0xa328), dropsOf(PROC, 1), dropsOf("", 9000)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
