import type { Scale } from "./scale.ts";
import { el, FONT, INK, text } from "./svg.ts";

/** Where in the picture a chart stands. */
export type Box = {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
};

export const tickText = (v: number, digits: number, sign = false): string => {
  const t = v.toFixed(digits).replace(/^-(0(\.0*)?)$/, "$1");
  return (sign && v > 0 ? `+${t}` : t).replace("-", "−");
};

/** Lines and numbers of the upright axis, its title `above` it. */
export function yAxis(
  box: Box,
  y: Scale,
  title: string,
  { sign = false, above = 9 }: { readonly sign?: boolean; readonly above?: number } = {},
): string[] {
  const out = y.ticks.flatMap((v) => [
    el("line", {
      x1: box.left,
      x2: box.right,
      y1: y.at(v),
      y2: y.at(v),
      stroke: INK.grid,
      "stroke-width": 1,
    }),
    text(box.left - 8, y.at(v) + 5, tickText(v, y.digits, sign), { "text-anchor": "end" }),
  ]);
  out.push(text(box.left, box.top - above, title, { "font-size": FONT.tick, fill: INK.soft }));
  return out;
}

/** Lines of the flat axis; its numbers and title where `title` is given. */
export function xAxis(box: Box, x: Scale, title?: string): string[] {
  const out = x.ticks.map((v) =>
    el("line", {
      x1: x.at(v),
      x2: x.at(v),
      y1: box.top,
      y2: box.bottom,
      stroke: INK.grid,
      "stroke-width": 1,
    }),
  );
  if (title === undefined) return out;
  for (const v of x.ticks)
    out.push(text(x.at(v), box.bottom + 21, tickText(v, x.digits), { "text-anchor": "middle" }));
  const middle = (box.left + box.right) / 2;
  out.push(text(middle, box.bottom + 44, title, { "text-anchor": "middle", fill: INK.soft }));
  return out;
}

export const frame = (box: Box): string =>
  el("rect", {
    x: box.left,
    y: box.top,
    width: box.right - box.left,
    height: box.bottom - box.top,
    fill: "none",
    stroke: INK.frame,
    "stroke-width": 1,
  });

/** Short lines with their names, from `x` to the right. */
export function legend(
  x: number,
  y: number,
  entries: readonly { name: string; colour: string; dash?: string }[],
) {
  let at = x;
  return entries.flatMap(({ name, colour, dash }) => {
    const from = at;
    at += 44 + name.length * 8.6;
    return [
      el("line", {
        x1: from,
        x2: from + 28,
        y1: y - 5,
        y2: y - 5,
        stroke: colour,
        "stroke-width": 3,
        "stroke-dasharray": dash,
      }),
      text(from + 34, y, name),
    ];
  });
}
