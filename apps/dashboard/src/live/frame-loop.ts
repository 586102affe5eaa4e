/** Something that draws: called at most once a frame, when it is dirty and can be seen. */
export type Painter = {
  readonly paint: (nowMs: number) => void;
  /** Least time between two paints. */
  readonly everyMs: number;
  dirty: boolean;
  visible: boolean;
  lastMs: number;
};

/** One frame callback for the whole page. */
export function createFrameLoop(requestFrame: (call: (nowMs: number) => void) => void) {
  const painters = new Set<Painter>();
  let queued = false;

  function queue(): void {
    if (queued) return;
    queued = true;
    requestFrame(frame);
  }

  function frame(nowMs: number): void {
    queued = false;
    let waiting = false;
    for (const p of painters) {
      if (!p.dirty || !p.visible) continue;
      if (nowMs - p.lastMs < p.everyMs) {
        waiting = true;
        continue;
      }
      p.dirty = false;
      p.lastMs = nowMs;
      p.paint(nowMs);
      waiting ||= p.dirty;
    }
    if (waiting) queue();
  }

  return {
    add(paint: (nowMs: number) => void, everyMs = 0) {
      const painter: Painter = {
        paint,
        everyMs,
        dirty: true,
        visible: true,
        lastMs: Number.NEGATIVE_INFINITY,
      };
      painters.add(painter);
      queue();
      return {
        invalidate(): void {
          painter.dirty = true;
          if (painter.visible) queue();
        },
        show(visible: boolean): void {
          painter.visible = visible;
          if (visible && painter.dirty) queue();
        },
        remove: () => void painters.delete(painter),
      };
    },
    invalidateAll(): void {
      for (const p of painters) p.dirty = true;
      queue();
    },
  };
}
export type FrameLoop = ReturnType<typeof createFrameLoop>;
