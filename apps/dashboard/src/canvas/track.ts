import type { Trace } from "../live/trace.ts";
import { niceBelow } from "./nice.ts";
import { type Palette, SPEED_STEPS } from "./palette.ts";
import { type Fit, fitBox } from "./projection.ts";
import type { Surface } from "./surface.ts";

/** History loses its strength over this time, down to a rest that keeps the shape of the track. */
const FADE_US = 120e6;
const FADES = 6;
const LEAST_ALPHA = 0.3;
/** Points nearer to the last drawn than this are left out. */
const LEAST_PX = 1.2;

export type TrackData = {
  readonly trace: Trace;
  readonly nowUs: number;
  readonly fromUs: number;
  readonly stale: boolean;
  /** m/s at both ends of the colours. */
  readonly slow: number;
  readonly fast: number;
  readonly speedText: (mps: number) => string;
};

/** Points of the trace [from, to), with the one before so that pieces join. */
type Part = { readonly from: number; readonly to: number };

const fitOf = ({ width, height }: Surface, trace: Trace): Fit => fitBox(trace.box, width, height, 34, 40);

/** All that changes slowly: the way until now with its colours, scale bar, north and legend. */
export function drawTrackHistory(surface: Surface, p: Palette, d: TrackData): void {
  const { ctx, width, height } = surface;
  const { trace } = d;
  if (trace.length === 0) return;
  const fit = fitOf(surface, trace);
  let from = 0;
  while (from < trace.length && trace.tUs[from]! < d.fromUs) from++;
  const all = { from, to: trace.length };
  drawBed(ctx, p, trace, fit, all);
  drawLine(ctx, p, d, fit, all);
  drawNorth(ctx, p, width);
  drawScaleBar(ctx, p, fit, height);
  drawLegend(ctx, p, d, width, height);
}

/** What changes with every sample: the way since point `from`, and the vehicle. */
export function drawTrackNow(surface: Surface, p: Palette, d: TrackData, from: number): void {
  const { trace } = d;
  if (trace.length === 0) return;
  const fit = fitOf(surface, trace);
  const recent = { from: Math.max(0, from - 1), to: trace.length };
  drawBed(surface.ctx, p, trace, fit, recent);
  drawLine(surface.ctx, p, d, fit, recent);
  drawMarker(surface.ctx, p, trace, fit, d.stale);
}

/** The shape of the track under the line: every lap of it as one broad band. */
function drawBed(ctx: CanvasRenderingContext2D, p: Palette, t: Trace, fit: Fit, { from, to }: Part): void {
  ctx.beginPath();
  let lastX = Number.NaN;
  let lastY = Number.NaN;
  for (let i = from; i < to; i++) {
    const x = fit.px(t.x[i]!);
    const y = fit.py(t.y[i]!);
    if (i === from || t.broken[i] === 1) ctx.moveTo(x, y);
    else if (Math.abs(x - lastX) + Math.abs(y - lastY) < 2 * LEAST_PX) continue;
    else ctx.lineTo(x, y);
    lastX = x;
    lastY = y;
  }
  ctx.lineJoin = "round";
  ctx.lineCap = "round";
  ctx.lineWidth = 9;
  ctx.strokeStyle = p.bed;
  ctx.stroke();
}

function drawLine(
  ctx: CanvasRenderingContext2D,
  p: Palette,
  d: TrackData,
  fit: Fit,
  { from, to }: Part,
): void {
  const t = d.trace;
  const perStep = SPEED_STEPS / Math.max(1, d.fast - d.slow);
  let band = -1;
  let lastX = Number.NaN;
  let lastY = Number.NaN;
  ctx.lineCap = "butt";
  ctx.lineWidth = 3.5;
  const finish = () => {
    if (band < 0) return;
    const colour = band % (SPEED_STEPS + 1);
    const fade = Math.floor(band / (SPEED_STEPS + 1));
    ctx.globalAlpha = LEAST_ALPHA + (1 - LEAST_ALPHA) * (1 - fade / (FADES - 1));
    ctx.strokeStyle = colour === SPEED_STEPS ? p.muted : p.speeds[colour]!;
    ctx.stroke();
  };
  for (let i = from; i < to; i++) {
    const x = fit.px(t.x[i]!);
    const y = fit.py(t.y[i]!);
    const broken = t.broken[i] === 1 || i === from;
    if (!broken && i < to - 1 && Math.abs(x - lastX) + Math.abs(y - lastY) < LEAST_PX) continue;
    const v = t.speed[i]!;
    const colour = Number.isNaN(v)
      ? SPEED_STEPS
      : Math.max(0, Math.min(SPEED_STEPS - 1, Math.floor((v - d.slow) * perStep)));
    const fade = Math.max(0, Math.min(FADES - 1, Math.floor(((d.nowUs - t.tUs[i]!) / FADE_US) * FADES)));
    const next = fade * (SPEED_STEPS + 1) + colour;
    if (broken || next !== band) {
      finish();
      ctx.beginPath();
      if (broken) ctx.moveTo(x, y);
      else {
        ctx.moveTo(lastX, lastY);
        ctx.lineTo(x, y);
      }
      band = next;
    } else ctx.lineTo(x, y);
    lastX = x;
    lastY = y;
  }
  finish();
  ctx.globalAlpha = 1;
}

function drawMarker(ctx: CanvasRenderingContext2D, p: Palette, t: Trace, fit: Fit, stale: boolean): void {
  const last = t.length - 1;
  const x = fit.px(t.x[last]!);
  const y = fit.py(t.y[last]!);
  ctx.beginPath();
  ctx.arc(x, y, 8, 0, 2 * Math.PI);
  ctx.fillStyle = stale ? p.muted : p.text;
  ctx.fill();
  ctx.lineWidth = 3;
  ctx.strokeStyle = p.panel;
  ctx.stroke();
  if (stale) return;
  ctx.beginPath();
  ctx.arc(x, y, 12, 0, 2 * Math.PI);
  ctx.lineWidth = 2;
  ctx.strokeStyle = p.accent;
  ctx.stroke();
}

function drawNorth(ctx: CanvasRenderingContext2D, p: Palette, width: number): void {
  const x = width - 18;
  ctx.beginPath();
  ctx.moveTo(x, 10);
  ctx.lineTo(x + 5, 22);
  ctx.lineTo(x, 19);
  ctx.lineTo(x - 5, 22);
  ctx.closePath();
  ctx.fillStyle = p.muted;
  ctx.fill();
  ctx.font = `600 11px ${p.font}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "top";
  ctx.fillText("N", x, 25);
}

function drawScaleBar(ctx: CanvasRenderingContext2D, p: Palette, fit: Fit, height: number): void {
  const metres = niceBelow(90 / fit.pxPerM);
  const length = metres * fit.pxPerM;
  const y = height - 10;
  ctx.beginPath();
  ctx.moveTo(12, y - 5);
  ctx.lineTo(12, y);
  ctx.lineTo(12 + length, y);
  ctx.lineTo(12 + length, y - 5);
  ctx.lineWidth = 1.5;
  ctx.strokeStyle = p.muted;
  ctx.stroke();
  ctx.font = `500 11px ${p.font}`;
  ctx.textAlign = "left";
  ctx.textBaseline = "bottom";
  ctx.fillStyle = p.muted;
  ctx.fillText(metres >= 1000 ? `${metres / 1000} km` : `${metres} m`, 17, y - 3);
}

function drawLegend(
  ctx: CanvasRenderingContext2D,
  p: Palette,
  d: TrackData,
  width: number,
  height: number,
): void {
  if (!(d.fast > d.slow)) return;
  const w = 96;
  const x0 = width - 12 - w;
  const y = height - 15;
  for (let i = 0; i < SPEED_STEPS; i++) {
    ctx.fillStyle = p.speeds[i]!;
    ctx.fillRect(x0 + (i * w) / SPEED_STEPS, y, w / SPEED_STEPS + 0.5, 5);
  }
  ctx.font = `500 11px ${p.font}`;
  ctx.textBaseline = "bottom";
  ctx.fillStyle = p.muted;
  ctx.textAlign = "left";
  ctx.fillText(d.speedText(d.slow), x0, y - 2);
  ctx.textAlign = "right";
  ctx.fillText(d.speedText(d.fast), x0 + w, y - 2);
}
