import { FaultyLink, type LinkCounts, within } from "@pitwall/simulator";
import type { SimPacket, SinkOptions, SinkReport } from "./sim-sink.ts";

/** One link a unit, which keeps nothing: what is said while it is down is gone. `deliver` says so with false. */
export function links(
  to: string,
  { faults, seed, units }: SinkOptions,
  deliver: (unit: number, packet: SimPacket) => unknown,
) {
  const count = { frames: 0, bytes: 0 };
  const all = Array.from({ length: units }, (_, i) => {
    const link: FaultyLink<SimPacket> = new FaultyLink<SimPacket>(
      faults,
      seed + i,
      to,
      (packet, bytes) => ({ ...packet, bytes }),
      (packet) => {
        if (deliver(i, packet) === false) {
          link.counts.delivered--;
          link.counts.unsent++;
          return;
        }
        count.frames++;
        count.bytes += packet.bytes.length;
      },
    );
    return link;
  });
  return {
    put(unit: number, packet: SimPacket): void {
      const link = all[unit]!;
      if (!within(faults.offline, packet.atUs / 1e6)) link.send(packet, packet.atUs);
      else {
        link.counts.offered++;
        link.counts.unsent++;
      }
    },
    advance(nowS: number): void {
      for (const link of all) {
        if (Number.isFinite(nowS)) link.advance(Math.round(nowS * 1e6));
        else link.end();
      }
    },
    /** A packet that had been taken for delivered was not. */
    failed(unit: number, packet: SimPacket): void {
      all[unit]!.counts.delivered--;
      all[unit]!.counts.unsent++;
      count.frames--;
      count.bytes -= packet.bytes.length;
    },
    report: (): SinkReport => ({ to, ...count, ...sum(all.map((l) => l.counts)) }),
  };
}

export const sum = (all: readonly LinkCounts[]): LinkCounts => {
  const total = { ...all[0]! };
  for (const c of all.slice(1))
    for (const key of Object.keys(c) as (keyof LinkCounts)[]) total[key] += c[key];
  return total;
};
