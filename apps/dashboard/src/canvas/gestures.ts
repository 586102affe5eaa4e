export type GestureTarget = {
  /** Shifts what is shown by a share of its width; positive is later. */
  readonly pan: (share: number) => void;
  /** `factor` below 1 shows less; `at` is the share of the width that stays put. */
  readonly zoom: (factor: number, at: number) => void;
  /** A share of the width is pointed at, or nothing is. */
  readonly point: (at: number | undefined) => void;
  readonly toLive: () => void;
  /** Plot area in CSS pixels from the left of the element. */
  readonly plot: () => { readonly left: number; readonly width: number };
};

/** Drag pans, pinch and wheel zoom, arrows and +/- do the same; up and down still scroll the page. Returns the undo. */
export function attachGestures(el: HTMLElement, target: GestureTarget): () => void {
  const fingers = new Map<number, number>();
  let moved = false;

  const share = (clientX: number) => {
    const { left, width } = target.plot();
    return (clientX - el.getBoundingClientRect().left - left) / Math.max(1, width);
  };
  const inside = (at: number) => (at >= 0 && at <= 1 ? at : undefined);

  function down(e: PointerEvent): void {
    if (e.pointerType === "mouse" && e.button !== 0) return;
    el.setPointerCapture(e.pointerId);
    fingers.set(e.pointerId, share(e.clientX));
    moved = false;
  }

  function move(e: PointerEvent): void {
    const at = share(e.clientX);
    const before = fingers.get(e.pointerId);
    if (before === undefined) {
      if (e.pointerType === "mouse") target.point(inside(at));
      return;
    }
    if (Math.abs(at - before) * target.plot().width < 1) return;
    const other = [...fingers].find(([id]) => id !== e.pointerId)?.[1];
    if (other === undefined) target.pan(before - at);
    else {
      const spreadBefore = Math.abs(before - other);
      const spread = Math.abs(at - other);
      if (spreadBefore > 0.02 && spread > 0.02) target.zoom(spreadBefore / spread, (at + other) / 2);
    }
    fingers.set(e.pointerId, at);
    moved = true;
  }

  function up(e: PointerEvent): void {
    const was = fingers.delete(e.pointerId);
    if (was && !moved && e.type === "pointerup" && e.pointerType !== "mouse")
      target.point(inside(share(e.clientX)));
  }

  function wheel(e: WheelEvent): void {
    e.preventDefault();
    const unit = e.deltaMode === 1 ? 16 : 1;
    const sideways = e.shiftKey ? e.deltaY : e.deltaX;
    if (e.shiftKey || Math.abs(e.deltaX) > Math.abs(e.deltaY))
      target.pan((sideways * unit) / target.plot().width);
    else target.zoom(Math.exp(Math.max(-0.5, Math.min(0.5, e.deltaY * unit * 0.002))), share(e.clientX));
  }

  function key(e: KeyboardEvent): void {
    const acts: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => target.pan(-0.1),
      ArrowRight: () => target.pan(0.1),
      PageUp: () => target.pan(-0.9),
      PageDown: () => target.pan(0.9),
      "+": () => target.zoom(0.8, 0.5),
      "=": () => target.zoom(0.8, 0.5),
      "-": () => target.zoom(1.25, 0.5),
      End: target.toLive,
      Escape: () => target.point(undefined),
    };
    const act = Object.hasOwn(acts, e.key) ? acts[e.key] : undefined;
    if (!act || e.ctrlKey || e.metaKey || e.altKey) return;
    e.preventDefault();
    act();
  }

  const leave = () => target.point(undefined);
  const off = new AbortController();
  const on = { signal: off.signal };
  el.addEventListener("pointerdown", down, on);
  el.addEventListener("pointermove", move, on);
  el.addEventListener("pointerup", up, on);
  el.addEventListener("pointercancel", up, on);
  el.addEventListener("pointerleave", (e) => e.pointerType === "mouse" && leave(), on);
  el.addEventListener("wheel", wheel, { ...on, passive: false });
  el.addEventListener("keydown", key, on);
  return () => off.abort();
}
