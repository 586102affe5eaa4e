import { gRing } from "./nice.ts";
import type { Palette } from "./palette.ts";
import type { Surface } from "./surface.ts";

export type GMeterData = {
  /** g; x to the left turn's side, so that a left turn shows left; y accelerating, up. Oldest first. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** 0 new to 1 about to vanish. */
  readonly age: Float64Array;
  readonly length: number;
  readonly fullG: number;
  /** Greatest in g, all positive. */
  readonly maxima: {
    readonly accelerating: number;
    readonly braking: number;
    readonly left: number;
    readonly right: number;
  };
  readonly stale: boolean;
};

/** Room around the outer ring for the axis words. */
const MARGIN = 22;
/** The trail is drawn in so many strengths. */
const FADES = 12;

export function drawGMeter({ ctx, width, height }: Surface, p: Palette, d: GMeterData): void {
  const cx = width / 2;
  const cy = height / 2;
  const radius = Math.max(10, Math.min(width, height) / 2 - MARGIN);
  const px = (g: number) => (g / d.fullG) * radius;

  drawRings(ctx, p, d.fullG, cx, cy, radius);

  ctx.lineCap = "round";
  ctx.lineJoin = "round";
  ctx.strokeStyle = d.stale ? p.muted : p.accent;
  for (let band = FADES - 1; band >= 0; band--) {
    ctx.globalAlpha = 0.08 + 0.72 * (1 - band / FADES) ** 1.6;
    ctx.lineWidth = 1.2 + 2.2 * (1 - band / FADES);
    ctx.beginPath();
    for (let i = 1; i < d.length; i++) {
      if (Math.floor(d.age[i]! * FADES) !== band) continue;
      ctx.moveTo(cx - px(d.x[i - 1]!), cy - px(d.y[i - 1]!));
      ctx.lineTo(cx - px(d.x[i]!), cy - px(d.y[i]!));
    }
    ctx.stroke();
  }
  ctx.globalAlpha = 1;
  ctx.lineCap = "butt";

  drawMaxima(ctx, p, d, cx, cy, px);

  if (d.length > 0) {
    const x = cx - px(d.x[d.length - 1]!);
    const y = cy - px(d.y[d.length - 1]!);
    ctx.beginPath();
    ctx.arc(x, y, 8, 0, 2 * Math.PI);
    ctx.fillStyle = d.stale ? p.panel : p.accent;
    ctx.fill();
    ctx.lineWidth = 2.5;
    ctx.strokeStyle = d.stale ? p.muted : p.text;
    ctx.stroke();
  }
}

function drawRings(
  ctx: CanvasRenderingContext2D,
  p: Palette,
  fullG: number,
  cx: number,
  cy: number,
  radius: number,
): void {
  const ring = gRing(fullG);
  ctx.lineWidth = 1;
  ctx.strokeStyle = p.line;
  ctx.font = `500 11px ${p.font}`;
  ctx.textBaseline = "middle";
  ctx.textAlign = "center";
  ctx.beginPath();
  ctx.moveTo(cx - radius, cy);
  ctx.lineTo(cx + radius, cy);
  ctx.moveTo(cx, cy - radius);
  ctx.lineTo(cx, cy + radius);
  ctx.stroke();
  for (let g = ring; g <= fullG + 1e-9; g += ring) {
    const r = (g / fullG) * radius;
    const outer = g > fullG - 1e-9;
    ctx.beginPath();
    ctx.arc(cx, cy, r, 0, 2 * Math.PI);
    ctx.strokeStyle = outer ? p.muted : p.line;
    ctx.stroke();
    const text = `${Number(g.toFixed(2))}${outer ? " g" : ""}`;
    const at = r * Math.SQRT1_2;
    const w = ctx.measureText(text).width + 8;
    ctx.fillStyle = p.panel;
    ctx.fillRect(cx + at - w / 2, cy + at - 7, w, 14);
    ctx.fillStyle = p.muted;
    ctx.fillText(text, cx + at, cy + at);
  }
  ctx.fillStyle = p.muted;
  ctx.font = `600 11px ${p.font}`;
  ctx.fillText("ACCEL", cx, cy - radius - 11);
  ctx.fillText("BRAKE", cx, cy + radius + 11);
  for (const [word, x, turn] of [
    ["LEFT", cx - radius - 11, -Math.PI / 2],
    ["RIGHT", cx + radius + 11, Math.PI / 2],
  ] as const) {
    ctx.save();
    ctx.translate(x, cy);
    ctx.rotate(turn);
    ctx.fillText(word, 0, 0);
    ctx.restore();
  }
}

/** A bar across the axis at the greatest value of each direction. */
function drawMaxima(
  ctx: CanvasRenderingContext2D,
  p: Palette,
  d: GMeterData,
  cx: number,
  cy: number,
  px: (g: number) => number,
): void {
  const half = 9;
  ctx.beginPath();
  for (const y of [cy - px(d.maxima.accelerating), cy + px(d.maxima.braking)]) {
    ctx.moveTo(cx - half, y);
    ctx.lineTo(cx + half, y);
  }
  for (const x of [cx - px(d.maxima.left), cx + px(d.maxima.right)]) {
    ctx.moveTo(x, cy - half);
    ctx.lineTo(x, cy + half);
  }
  ctx.lineWidth = 3;
  ctx.strokeStyle = p.text;
  ctx.stroke();
}
