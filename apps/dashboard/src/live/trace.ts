import type { Box, Projection } from "../canvas/projection.ts";
import { createProjection } from "../canvas/projection.ts";
import { createGapRule, gapLimitOf } from "./gaps.ts";
import { forEachPair } from "./pairs.ts";
import type { Series } from "./series.ts";

/** Top of the catalogue's range for speed over ground, and a jitter that every receiver may have. */
const FASTEST_MPS = 150;
const LEAP_M = 15;

/** A vehicle's way over the ground: metres east and north of its first point, with its speed there. */
export class Trace {
  tUs = new Float64Array(1024);
  x = new Float64Array(1024);
  y = new Float64Array(1024);
  /** m/s; NaN where it is not known. */
  speed = new Float64Array(1024);
  /** 1: not joined to the point before. */
  broken = new Float64Array(1024);
  length = 0;
  box: Box = { minX: 0, maxX: 0, minY: 0, maxY: 0 };
  projection: Projection | undefined;
  #lat: Series | undefined;
  #versions = "";
  #fromUs = Number.NaN;
  #done = 0;

  /** Points since `fromUs`. Adds what is new; begins anew when the past has changed. True when anything changed. */
  update(lat: Series, lon: Series, speed: Series | undefined, fromUs: number): boolean {
    const versions = `${lat.version} ${lon.version} ${speed?.version ?? ""}`;
    // The start moves on all the time; points that fell out are dropped once they are many.
    const moved = !(fromUs - this.#fromUs < 60e6 && fromUs >= this.#fromUs);
    if (lat !== this.#lat || versions !== this.#versions || moved) {
      if (lat !== this.#lat) this.projection = undefined;
      this.#lat = lat;
      this.#versions = versions;
      this.#fromUs = fromUs;
      this.length = 0;
      this.#done = lat.indexAtOrAfter(fromUs);
    }
    if (this.#done === lat.length) return false;
    const isGap = createGapRule(lat.coverage.spans, gapLimitOf(lat));
    const speedUs = speed?.tUs;
    const speedMps = speed?.values;
    let k = speed?.indexAtOrAfter(lat.tUs[this.#done]!) ?? 0;
    forEachPair(lat, lon, this.#done, (t, la, lo) => {
      // Receivers without a fix send the point where the prime meridian meets the equator.
      if (la === 0 && lo === 0) return;
      let v = Number.NaN;
      if (speedUs && speedMps) {
        while (k < speedUs.length && speedUs[k]! < t) k++;
        const near = k < speedUs.length && speedUs[k]! - t < 5e5 ? k : k - 1;
        if (near >= 0 && t - speedUs[near]! < 5e5) v = speedMps[near]!;
      }
      this.#push(t, la, lo, v, isGap);
    });
    this.#done = lat.length;
    return true;
  }

  #push(t: number, lat: number, lon: number, speed: number, isGap: (a: number, b: number) => boolean): void {
    this.projection ??= createProjection(lat, lon);
    if (this.length === this.tUs.length) this.#grow();
    const i = this.length++;
    const x = this.projection.x(lon);
    const y = this.projection.y(lat);
    this.tUs[i] = t;
    this.x[i] = x;
    this.y[i] = y;
    this.speed[i] = speed;
    this.broken[i] = i > 0 && (isGap(this.tUs[i - 1]!, t) || this.#isLeap(i)) ? 1 : 0;
    const b = this.box;
    if (i === 0) this.box = { minX: x, maxX: x, minY: y, maxY: y };
    else if (x < b.minX || x > b.maxX || y < b.minY || y > b.maxY)
      this.box = {
        minX: Math.min(b.minX, x),
        maxX: Math.max(b.maxX, x),
        minY: Math.min(b.minY, y),
        maxY: Math.max(b.maxY, y),
      };
  }

  /** Nobody drove from the point before to this one: a fix that jumped, or a recording that began anew. */
  #isLeap(i: number): boolean {
    const distanceM = Math.hypot(this.x[i]! - this.x[i - 1]!, this.y[i]! - this.y[i - 1]!);
    return distanceM > LEAP_M + FASTEST_MPS * ((this.tUs[i]! - this.tUs[i - 1]!) / 1e6);
  }

  #grow(): void {
    for (const key of ["tUs", "x", "y", "speed", "broken"] as const) {
      const wider = new Float64Array(this.length * 2);
      wider.set(this[key]);
      this[key] = wider;
    }
  }
}
