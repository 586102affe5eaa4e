import type { RecordedGate } from "@pitwall/core";
import { distanceToTrace, NEAR_M } from "../geo.ts";
import type { ProblemLog } from "../table/problems.ts";

const NUMBERS = /[-+]?\d+(?:\.\d+)?/g;
/**
 * A gate line is `Start +LON1 +LAT1 +LON2 +LAT2 ¬ name` in minutes, longitude positive to the west. Programs write it
 * latitude first as well, with the other sign, or in degrees: what lies on the trace is what was meant, and the
 * written order decides where more than one does.
 */
export function gateOf(
  text: string,
  line: number,
  trace: { readonly lat: Float64Array; readonly lon: Float64Array },
  problems: ProblemLog,
): RecordedGate | undefined {
  const word = /^\s*([A-Za-z]+)/.exec(text)?.[1]?.toLowerCase() ?? "";
  const mark = text.search(/[¬|]|Â¬|\ufffd/);
  const numbers = (mark < 0 ? text : text.slice(0, mark)).match(NUMBERS)?.map(Number) ?? [];
  const name = (mark < 0 ? "" : text.slice(mark).replace(/^(?:Â?¬|[|\ufffd])\s*/, "")).trim();
  if (numbers.length < 4) {
    problems.add("malformed", `"${text.slice(0, 60)}" is no gate: it needs four numbers`, { line });
    return undefined;
  }
  const [a, b, c, d] = numbers as [number, number, number, number];
  let best: { ends: RecordedGate["ends"]; off: number } | undefined;
  for (const [lat1, lon1, lat2, lon2] of [
    [b, a, d, c],
    [a, b, c, d],
  ] as const)
    for (const scale of [1 / 60, 1])
      for (const sign of [-1, 1]) {
        const ends = [lat1 * scale, lon1 * scale * sign, lat2 * scale, lon2 * scale * sign] as const;
        const off = distanceToTrace((ends[0] + ends[2]) / 2, (ends[1] + ends[3]) / 2, trace);
        if (!best || off < best.off - 1) best = { ends, off };
      }
  if (!best || !(best.off < NEAR_M)) {
    problems.add("out-of-range", `gate "${name || word}" lies nowhere near the trace`, { line });
    return undefined;
  }
  const kind =
    word === "split" ? "split" : word === "finish" ? "finish" : /start/i.test(word) ? "startFinish" : "split";
  return { kind, name: name || (kind === "split" ? "Split" : "Start/Finish"), ends: best.ends };
}

/** With a finish of its own, the start is only a start. */
export function settled(gates: readonly RecordedGate[]): RecordedGate[] {
  const open = gates.some((g) => g.kind === "finish");
  return gates.map((g) => (open && g.kind === "startFinish" ? { ...g, kind: "start" } : g));
}
