import type { GgDiagram } from "@pitwall/laps";
import { GRAVITY_MPS2 } from "../shown.ts";
import { frame, legend, tickText } from "./panel.ts";
import { extent, scale } from "./scale.ts";
import { el, FONT, heading, INK, picture, text, WIDTH } from "./svg.ts";

const LINES = [
  { colour: INK.green, dash: "2 4" },
  { colour: INK.blue, dash: "7 3" },
  { colour: INK.orange, dash: undefined },
] as const;
/** Points nearer to each other than this are one, drawn darker the more they are. */
const CELL = 3;
const SHADES = [0.16, 0.3, 0.5, 0.8] as const;

/** Accelerations as the driver feels the track: braking below, left turns to the left; envelopes over them. */
export function ggChart(gg: GgDiagram, title: string, subtitle: string): string {
  const box = { left: 66, top: 132, right: WIDTH - 34, bottom: 132 + WIDTH - 100 };
  const longest = gg.envelopeMps2.at(-1) ?? new Float64Array(0);
  const [, reach] = extent(longest, gg.latMps2.map(Math.abs), gg.longMps2.map(Math.abs));
  const most = Math.max(0.2, reach / GRAVITY_MPS2);
  const half = scale(0, most * 1.06, 0, 1, { ticks: 4, nice: false });
  const x = scale(-half.max, half.max, box.left, box.right, { ticks: 8, nice: false });
  const y = scale(-half.max, half.max, box.bottom, box.top, { ticks: 8, nice: false });
  const px = (latMps2: number): number => x.at(-latMps2 / GRAVITY_MPS2);
  const py = (longMps2: number): number => y.at(longMps2 / GRAVITY_MPS2);
  const [cx, cy] = [x.at(0), y.at(0)];
  const out = heading(title, subtitle);
  out.push(
    ...legend(
      box.left,
      96,
      gg.shares.map((share, i) => ({
        name: `${Math.round(share * 100)} %${i === gg.shares.length - 1 ? " of the samples in each direction" : ""}`,
        colour: LINES[i % 3]!.colour,
        ...(LINES[i % 3]!.dash !== undefined && { dash: LINES[i % 3]!.dash! }),
      })),
    ),
  );
  for (const v of half.ticks.filter((t) => t > 0))
    out.push(el("circle", { cx, cy, r: x.at(v) - cx, fill: "none", stroke: INK.grid }));
  out.push(
    el("line", { x1: box.left, x2: box.right, y1: cy, y2: cy, stroke: INK.frame }),
    el("line", { x1: cx, x2: cx, y1: box.top, y2: box.bottom, stroke: INK.frame }),
    ...points(gg, px, py),
  );
  gg.envelopeMps2.forEach((envelope, i) => {
    const { colour, dash } = LINES[i % 3]!;
    const at = gg.directionRad;
    const corners = Array.from(envelope, (r, k) =>
      Number.isFinite(r)
        ? `${px(r * Math.cos(at[k]!)).toFixed(1)} ${py(r * Math.sin(at[k]!)).toFixed(1)}`
        : "",
    ).filter((p) => p !== "");
    if (corners.length > 2)
      out.push(
        el("path", {
          d: `M${corners.join("L")}Z`,
          fill: "none",
          stroke: colour,
          "stroke-width": 2.6,
          "stroke-linejoin": "round",
          "stroke-dasharray": dash,
        }),
      );
  });
  const side = { "font-size": FONT.tick, fill: INK.text, "font-weight": 600 };
  out.push(
    frame(box),
    text(box.left, box.bottom + 44, "left turn", side),
    text(box.right, box.bottom + 44, "right turn", { ...side, "text-anchor": "end" }),
    text(cx, box.top + 22, "accelerating", { ...side, "text-anchor": "middle" }),
    text(cx, box.bottom - 10, "braking", { ...side, "text-anchor": "middle" }),
  );
  for (const v of x.ticks)
    out.push(
      text(x.at(v), box.bottom + 21, tickText(v, x.digits).replace("−", ""), { "text-anchor": "middle" }),
    );
  for (const v of y.ticks)
    out.push(text(box.left - 8, y.at(v) + 5, tickText(v, y.digits), { "text-anchor": "end" }));
  out.push(
    text(cx, box.bottom + 44, "lateral acceleration, g", { "text-anchor": "middle", fill: INK.soft }),
    text(box.left, box.top - 9, "forward acceleration, g", { fill: INK.soft }),
  );
  return picture(box.bottom + 62, `${title}. ${subtitle}`, out);
}

function points(gg: GgDiagram, px: (v: number) => number, py: (v: number) => number): string[] {
  const cells = new Map<string, { d: string; n: number }>();
  gg.latMps2.forEach((lat, i) => {
    const [a, b] = [Math.round(px(lat) / CELL), Math.round(py(gg.longMps2[i]!) / CELL)];
    const cell = cells.get(`${a},${b}`);
    if (cell) cell.n++;
    else cells.set(`${a},${b}`, { d: `M${a * CELL} ${b * CELL}h0`, n: 1 });
  });
  const most = [...cells.values()].reduce((m, c) => Math.max(m, c.n), 1);
  return SHADES.map((opacity, k) => {
    const within = [...cells.values()].filter(({ n }) => shadeOf(n, most) === k);
    return el("path", {
      d: within.map((c) => c.d).join(""),
      stroke: INK.text,
      "stroke-opacity": opacity,
      "stroke-width": CELL + 0.6,
      "stroke-linecap": "round",
    });
  });
}

/** On a logarithmic ladder, so that few points are seen beside many. */
const shadeOf = (n: number, most: number): number =>
  most === 1 ? 2 : Math.min(SHADES.length - 1, Math.floor((Math.log(n) / Math.log(most)) * SHADES.length));
