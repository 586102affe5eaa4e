import { FORWARD, HEADING, KIND, MOVE, PAYLOAD, POSITION, SLOT_X, SPEED, VELOCITY } from "./events.ts";
import { EAST, V_EAST, V_NORTH, wrapAngle, YAW } from "./filter.ts";
import type { History } from "./history.ts";
import { PAIR_ALONG, PAIR_COS, PAIR_CROSS, PAIR_SIN } from "./measure.ts";
import { DT_S } from "./motion.ts";

/** What the state moves from the time of a measurement to the time it is used: place, yaw, velocity. */
const offset = new Float64Array(5);

/** Motion of the interval that `to` (a MOVE) made of `from`, for a part of it. */
function moved(s: Float64Array, from: number, to: number, partS: number): void {
  if (s[to + KIND] !== MOVE) return;
  const dt = s[to + PAYLOAD + DT_S]!;
  for (let k = 0; k < 5; k++) {
    const d = s[to + SLOT_X + k]! - s[from + SLOT_X + k]!;
    offset[k] = ((k === YAW ? wrapAngle(d) : d) * partS) / dt;
  }
}

/**
 * A measurement of time tS goes in at the nearest end of an interval: its values are moved by what the state moved in
 * between. `head` is the filter's state at the end of the history, `now` the state at nowS, which may be ahead of it.
 */
export function carry(
  h: History,
  slot: number,
  tS: number,
  position: number,
  head: Float64Array,
  now: Float64Array,
  nowS: number,
): void {
  const s = h.slots;
  const d = offset;
  const boundary = h.timeAt(position - 1);
  d.fill(0);
  if (tS < boundary) {
    let i = position - 1;
    while (i > 0 && h.timeAt(i - 1) === boundary) i--;
    if (i > 0) moved(s, h.slotAt(i - 1), h.slotAt(i), boundary - tS);
  } else if (tS > boundary) {
    if (position < h.length) moved(s, h.slotAt(position - 1), h.slotAt(position), boundary - tS);
    else ahead(tS - boundary, nowS - boundary, head, now);
  }
  const at = slot + PAYLOAD;
  const kind = s[slot + KIND]!;
  if (kind === POSITION || kind === VELOCITY) {
    const k = kind === POSITION ? EAST : V_EAST;
    const c = s[at + PAIR_COS]!;
    const n = s[at + PAIR_SIN]!;
    s[at + PAIR_ALONG] = s[at + PAIR_ALONG]! + c * d[k]! + n * d[k + 1]!;
    s[at + PAIR_CROSS] = s[at + PAIR_CROSS]! + c * d[k + 1]! - n * d[k]!;
  } else if (kind === HEADING) s[at] = s[at]! + d[YAW]!;
  else if (kind === SPEED || kind === FORWARD) {
    const x = h.slotAt(position - 1) + SLOT_X;
    const e = s[x + V_EAST]!;
    const n = s[x + V_NORTH]!;
    const speed = Math.sqrt(e * e + n * n);
    if (speed > 0.5) s[at] = Math.max(0, s[at]! + (e * d[V_EAST]! + n * d[V_NORTH]!) / speed);
  }
}

/** The measurement is younger than the history by partS; the state at hand is by aheadS. */
function ahead(partS: number, aheadS: number, head: Float64Array, now: Float64Array): void {
  if (aheadS > 1e-6)
    for (let k = 0; k < 5; k++) {
      const d = now[k]! - head[k]!;
      offset[k] = (-(k === YAW ? wrapAngle(d) : d) * partS) / aheadS;
    }
  else {
    offset[EAST] = -head[V_EAST]! * partS;
    offset[EAST + 1] = -head[V_NORTH]! * partS;
  }
}
