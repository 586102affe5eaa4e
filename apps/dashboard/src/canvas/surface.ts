/** A canvas that follows the size of its element, in device pixels. */
export type Surface = {
  readonly ctx: CanvasRenderingContext2D;
  /** CSS pixels. */
  width: number;
  height: number;
};

/** Prepares for drawing in CSS pixels on an empty canvas; undefined while it has no size. */
export function beginFrame(canvas: HTMLCanvasElement): Surface | undefined {
  const ctx = canvas.getContext("2d");
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  if (!ctx || width === 0 || height === 0) return undefined;
  const ratio = Math.min(3, devicePixelRatio || 1);
  const w = Math.round(width * ratio);
  const h = Math.round(height * ratio);
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, width, height);
  return { ctx, width, height };
}

/** A surface of the same size that is not on the page, to keep what changes slowly. */
export function createLayer(document: Document) {
  const canvas = document.createElement("canvas");
  const ctx = canvas.getContext("2d");
  return {
    /** Empties the layer and draws it anew. */
    redraw(like: Surface, draw: (surface: Surface) => void): void {
      if (!ctx) return;
      const target = like.ctx.canvas;
      canvas.width = target.width;
      canvas.height = target.height;
      ctx.setTransform(like.ctx.getTransform());
      draw({ ctx, width: like.width, height: like.height });
    },
    copyTo(surface: Surface): void {
      if (canvas.width > 0) surface.ctx.drawImage(canvas, 0, 0, surface.width, surface.height);
    },
  };
}
