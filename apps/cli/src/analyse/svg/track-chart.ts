import type { LapView, SectionTime } from "@pitwall/laps";
import { lapTime } from "../../lap-time.ts";
import type { Comparison } from "../comparison.ts";
import type { Shown } from "../shown.ts";
import { tickText } from "./panel.ts";
import { extent, niceStep } from "./scale.ts";
import { el, heading, INK, linePath, picture, text, WIDTH } from "./svg.ts";

/** From time won to time lost, greyest in the middle; not confused by any kind of colour vision (after ColorBrewer's PuOr). */
const WON_LOST = ["#0b4f8a", "#3f86c0", "#8fbce0", "#c4c4c4", "#f3b06a", "#dd7320", "#a63c00"] as const;
/** From slow to quick, ever darker (after viridis, turned round). */
const SLOW_QUICK = ["#f5e04a", "#9fd338", "#4ac16d", "#1fa187", "#277f8e", "#365c8d", "#46327e"] as const;
/** A rate is taken over this much of the way to either side, m. */
const RATE_M = 30;
/** No colour is drawn shorter. */
const SLIVER_M = 8;
const ROOM = { left: 70, top: 100, width: WIDTH - 140, height: 620 } as const;

type TrackChart = {
  readonly title: string;
  readonly subtitle: string;
  readonly view: LapView;
  /** Colour at each step. */
  readonly colour: (i: number) => string;
  /** What stands below a corner's name. */
  readonly told: (t: SectionTime) => string;
  readonly sections: readonly SectionTime[];
  readonly key: Key;
};
type Key = {
  readonly colours: readonly string[];
  readonly left: string;
  readonly right: string;
  /** Values under the colours: place in them from 0 to 1, and the text. */
  readonly values: readonly (readonly [number, string])[];
};

/** The way round, coloured by where time was won and lost against the reference, with what each corner cost. */
export function lostMap(
  track: string | undefined,
  c: Comparison,
  sections: readonly SectionTime[],
  subtitle: string,
): string {
  const view = c.reference;
  const rate = rates(view, c.deltaS);
  const sorted = Array.from(rate, Math.abs).sort((a, b) => a - b);
  // the strongest colours are for what is exceeded on a twentieth of the way
  const most = Math.max(niceStep(sorted[Math.floor(0.95 * (sorted.length - 1))] ?? 0, 1), 0.001);
  const digits = most < 0.01 ? 3 : 2;
  return trackChart({
    title: track === undefined ? "Where time was won and lost" : `${track}: where time was won and lost`,
    subtitle,
    view,
    sections,
    colour: (i) => WON_LOST[Math.max(0, Math.min(6, Math.round((rate[i]! / most) * 3) + 3))]!,
    told: (t) => `${tickText(t.lostS, 2, true)} s`,
    key: {
      colours: WON_LOST,
      left: "won",
      right: "lost, s per 100 m",
      values: [-most, 0, most].map((v, i) => [(i * 6 + 1) / 14, tickText(v, digits, true)] as const),
    },
  });
}

/** The way round, coloured by speed, with the least speed of each corner. */
export function speedMap(
  track: string | undefined,
  view: LapView,
  sections: readonly SectionTime[],
  speed: Shown,
): string {
  const [min, max] = extent(view.speedMps);
  const span = max - min || 1;
  return trackChart({
    title: track === undefined ? "Speed round the lap" : `${track}: speed round the lap`,
    subtitle: `lap ${view.lap.number} ${lapTime(view.lap.timeS)}`,
    view,
    sections,
    colour: (i) => SLOW_QUICK[Math.max(0, Math.min(6, Math.floor(((view.speedMps[i]! - min) / span) * 7)))]!,
    told: (t) => `${(t.minimumMps * speed.factor).toFixed(0)}`,
    key: {
      colours: SLOW_QUICK,
      left: "slow",
      right: `quick, ${speed.label}`,
      values: [0, 0.5, 1].map((f) => [f, ((min + f * span) * speed.factor).toFixed(0)] as const),
    },
  });
}

function trackChart(c: TrackChart): string {
  const { view } = c;
  const place = placing(view);
  const out = heading(c.title, c.subtitle);
  const d = (from: number, to: number): string =>
    linePath(
      to - from + 1,
      (k) => place(from + k)[0],
      (k) => place(from + k)[1],
    );
  const stroke = { fill: "none", "stroke-linejoin": "round" };
  out.push(
    el("path", {
      d: d(0, view.count - 1),
      ...stroke,
      "stroke-linecap": "round",
      stroke: INK.soft,
      "stroke-width": 13,
    }),
  );
  let from = 0;
  for (let i = 1; i < view.count; i++) {
    if (i < view.count - 1 && (c.colour(i) === c.colour(from) || (i - from) * view.stepM < SLIVER_M))
      continue;
    out.push(el("path", { d: d(from, i), ...stroke, stroke: c.colour(from), "stroke-width": 10 }));
    from = i;
  }
  out.push(...startLine(place), ...names(c, place));
  const low = lowOf(view);
  out.push(...ladder(low, c.key), ...scaleBar(view, low));
  return picture(low + 60, `${c.title}. ${c.subtitle}`, out);
}

type Spot = { readonly x: number; readonly y: number; readonly w: number; readonly h: number };

function bounds(view: LapView) {
  let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < view.count; i++) {
    [x0, x1] = [Math.min(x0, view.x[i]!), Math.max(x1, view.x[i]!)];
    [y0, y1] = [Math.min(y0, view.y[i]!), Math.max(y1, view.y[i]!)];
  }
  const perM = Math.min(ROOM.width / Math.max(1, x1 - x0), ROOM.height / Math.max(1, y1 - y0));
  return { x0, x1, y0, y1, perM };
}

/** Where the key begins. */
const lowOf = (view: LapView): number => ROOM.top + drawnHeight(view) + 90;

const drawnHeight = (view: LapView): number => {
  const b = bounds(view);
  return (b.y1 - b.y0) * b.perM;
};

/** North is up. */
function placing(view: LapView): (i: number) => readonly [number, number] {
  const { x0, x1, y1, perM } = bounds(view);
  const left = ROOM.left + (ROOM.width - (x1 - x0) * perM) / 2;
  return (i) => [left + (view.x[i]! - x0) * perM, ROOM.top + (y1 - view.y[i]!) * perM];
}

/** Seconds lost a hundred metres. */
function rates(view: LapView, deltaS: ArrayLike<number>): Float64Array {
  const reach = Math.max(1, Math.round(RATE_M / view.stepM));
  const last = view.count - 1;
  return Float64Array.from({ length: view.count }, (_, i) => {
    const a = Math.max(0, i - reach);
    const b = Math.min(last, i + reach);
    return (100 * (deltaS[b]! - deltaS[a]!)) / ((b - a) * view.stepM);
  });
}

function startLine(place: (i: number) => readonly [number, number]): string[] {
  const [x, y] = place(0);
  const [x2, y2] = place(4);
  const way = Math.atan2(y2 - y, x2 - x);
  const at = (along: number, across: number): string =>
    `${(x + along * Math.cos(way) - across * Math.sin(way)).toFixed(1)} ${(y + along * Math.sin(way) + across * Math.cos(way)).toFixed(1)}`;
  return [
    el("path", { d: `M${at(0, -14)}L${at(0, 14)}`, stroke: INK.text, "stroke-width": 4 }),
    el("path", { d: `M${at(20, 0)}L${at(7, -6)}L${at(7, 6)}Z`, fill: INK.text }),
  ];
}

/** Each corner's name and what is told of it, outside of it, where nothing else stands. */
function names(c: TrackChart, place: (i: number) => readonly [number, number]): string[] {
  const { view } = c;
  const taken: Spot[] = [];
  for (let i = 0; i < view.count; i += 3) {
    const [x, y] = place(i);
    taken.push({ x: x - 7, y: y - 7, w: 14, h: 14 });
  }
  const named = c.sections.flatMap((t) => {
    const { corner } = t.section;
    if (!corner) return [];
    const i = Math.round((corner.startM + corner.endM) / 2 / view.stepM);
    const [xa, ya] = place(Math.max(0, i - 3));
    const [xb, yb] = place(Math.min(view.count - 1, i + 3));
    const outside = Math.atan2(yb - ya, xb - xa) + (corner.side === "left" ? Math.PI / 2 : -Math.PI / 2);
    return [{ t, at: place(i), outside }];
  });
  const out: string[] = [];
  for (const { t, at, outside } of named) {
    const [x, y] = at;
    const told = c.told(t);
    const w = Math.max(t.section.name.length, told.length) * 7.6;
    const others = named.map((n) => n.at).filter((o) => o !== at);
    const spot = freeSpot({ at, outside, w, h: LABEL_H, taken, others, most: lowOf(view) - 28 });
    if (!spot) continue;
    taken.push(spot);
    const middle = spot.x + w / 2;
    if (Math.hypot(middle - x, spot.y + LABEL_H / 2 - y) > 75)
      out.push(
        el("line", {
          x1: x,
          y1: y,
          x2: middle,
          y2: spot.y + (spot.y > y ? -2 : LABEL_H + 2),
          stroke: INK.frame,
        }),
      );
    out.push(
      text(middle, spot.y + 14, t.section.name, { "text-anchor": "middle", "font-weight": 700 }),
      text(middle, spot.y + 31, told, { "text-anchor": "middle", "font-size": 14 }),
    );
  }
  return out;
}

const LABEL_H = 34;

type Wanted = {
  readonly at: readonly [number, number];
  /** Direction in which the outside of the corner lies. */
  readonly outside: number;
  readonly w: number;
  readonly h: number;
  readonly taken: readonly Spot[];
  /** Where other corners are. */
  readonly others: readonly (readonly [number, number])[];
  readonly most: number;
};

/** The nearest place that is free, and nearer to its own corner than to any other where there is one. */
function freeSpot({ at: [x, y], outside, w, h, taken, others, most }: Wanted): Spot | undefined {
  let free: Spot | undefined;
  for (const away of [14, 22, 32, 44, 60, 80])
    for (const turn of [0, 0.4, -0.4, 0.8, -0.8, 1.2, -1.2, Math.PI, Math.PI + 0.5, Math.PI - 0.5]) {
      const angle = outside + turn;
      const reach = away + Math.abs(Math.cos(angle)) * (w / 2) + Math.abs(Math.sin(angle)) * (h / 2);
      const middle = [x + reach * Math.cos(angle), y + reach * Math.sin(angle)] as const;
      const spot = { x: middle[0] - w / 2, y: middle[1] - h / 2, w, h };
      const inside = spot.x > 4 && spot.x + w < WIDTH - 4 && spot.y > 66 && spot.y + h < most;
      const covered = (t: Spot): boolean =>
        t.x < spot.x + w && spot.x < t.x + t.w && t.y < spot.y + h && spot.y < t.y + t.h;
      if (!inside || taken.some(covered)) continue;
      free ??= spot;
      if (others.every(([a, b]) => Math.hypot(middle[0] - a, middle[1] - b) > reach)) return spot;
    }
  return free;
}

function ladder(top: number, key: Key): string[] {
  const width = 46;
  const left = 20;
  const all = width * key.colours.length;
  const out = key.colours.map((fill, i) =>
    el("rect", { x: left + i * width, y: top, width, height: 16, fill }),
  );
  for (const [at, value] of key.values) {
    const anchor = at === 0 ? "start" : at === 1 ? "end" : "middle";
    out.push(text(left + at * all, top + 34, value, { "text-anchor": anchor }));
  }
  out.push(text(left, top - 9, key.left, { fill: INK.soft }));
  out.push(text(left + all, top - 9, key.right, { fill: INK.soft, "text-anchor": "end" }));
  return out;
}

function scaleBar(view: LapView, top: number): string[] {
  const { perM } = bounds(view);
  const length = niceStep(150 / perM, 1);
  const right = WIDTH - 40;
  const left = right - length * perM;
  return [
    el("path", { d: `M${left} ${top + 6}v8H${right}v-8`, fill: "none", stroke: INK.text, "stroke-width": 2 }),
    text((left + right) / 2, top + 34, `${length} m`, { "text-anchor": "middle" }),
    text(right, top - 9, "north is up", { "text-anchor": "end", fill: INK.soft }),
  ];
}
