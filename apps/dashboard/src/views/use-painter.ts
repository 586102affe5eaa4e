import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { usePage } from "./context.ts";

/**
 * Draws an element outside of Preact: at most once a frame and no more often than `everyMs`, while it can be seen,
 * when samples, its size or the theme have changed.
 */
export function usePainter<E extends HTMLElement>(
  paint: (element: E, nowMs: number) => void,
  everyMs = 0,
): RefObject<E | null> {
  const ref = useRef<E>(null);
  const latest = useRef(paint);
  latest.current = paint;
  const { loop } = usePage();
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const painter = loop.add((nowMs) => latest.current(element, nowMs), everyMs);
    const seen = new IntersectionObserver((entries) => painter.show(entries.at(-1)!.isIntersecting));
    const sized = new ResizeObserver(() => painter.invalidate());
    seen.observe(element);
    sized.observe(element);
    return () => {
      seen.disconnect();
      sized.disconnect();
      painter.remove();
    };
  }, [loop, everyMs]);
  return ref;
}
