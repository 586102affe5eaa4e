import { describe, expect, it } from "vitest";
import { createFrameLoop } from "./frame-loop.ts";

function bench() {
  let call: ((ms: number) => void) | undefined;
  let requests = 0;
  const loop = createFrameLoop((c) => {
    call = c;
    requests++;
  });
  return {
    loop,
    get requests() {
      return requests;
    },
    frame(ms: number) {
      const c = call;
      call = undefined;
      c?.(ms);
    },
  };
}

describe("frame loop", () => {
  it("paints the dirty and visible once a frame, and rests otherwise", () => {
    const b = bench();
    const painted: string[] = [];
    const one = b.loop.add(() => painted.push("one"));
    const two = b.loop.add(() => painted.push("two"));
    b.frame(0);
    expect(painted.splice(0)).toEqual(["one", "two"]);
    expect(b.requests).toBe(1);
    one.invalidate();
    one.invalidate();
    two.show(false);
    two.invalidate();
    b.frame(16);
    expect(painted.splice(0)).toEqual(["one"]);
    two.show(true);
    b.frame(32);
    expect(painted.splice(0)).toEqual(["two"]);
    two.remove();
    two.invalidate();
    b.frame(48);
    expect(painted).toEqual([]);
  });

  it("keeps to the least time between two paints and does not forget", () => {
    const b = bench();
    const at: number[] = [];
    const p = b.loop.add((ms) => at.push(ms), 40);
    for (let ms = 0; ms <= 160; ms += 16) {
      if (ms < 100) p.invalidate();
      b.frame(ms);
    }
    expect(at).toEqual([0, 48, 96]);
  });
});
