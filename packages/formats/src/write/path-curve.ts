import type { Column, Group } from "@pitwall/core";
import { Plane } from "@pitwall/laps";
import { Sampler, type SamplerRule } from "./sampler.ts";

/** Positions and velocities that belong together. */
const FAMILIES = [
  { lat: "gnss.lat", lon: "gnss.lon", speed: "gnss.speed", course: "gnss.course" },
  { lat: "vehicle.lat", lon: "vehicle.lon", speed: "vehicle.speed", course: "vehicle.course" },
] as const;
/** Longer holes are not bridged by a curve. */
const LONGEST_US = 2.5e6;
/** How far velocities and the way between the fixes may disagree before they are not believed, m/s and share of the speed. */
const DISAGREE_MPS = 0.5;
const DISAGREE_SHARE = 0.25;

/** A position at any time: what a table of a fixed rate is filled with. */
export type Path = { at(tUs: number): number };

/**
 * Latitude or longitude between fixes as the velocities say: p(t) = p0 + (c + (v0 - v1) / 2) t + (v1 - v0) t^2 / 2dt
 * with the chord's velocity c, the parabola that meets both fixes and whose velocity changes from v0 to v1 but for one
 * constant. It is the curve on which lap timing crosses gates, so that times do not depend on the rate. Without
 * velocities, and where they contradict the fixes, it is the straight line. Undefined for columns that are no position.
 */
export function pathOf(group: Group, column: Column, rule: SamplerRule): Path | undefined {
  const { name } = column.field;
  const family = FAMILIES.find((f) => f.lat === name || f.lon === name);
  const find = (id: string) => group.columns.find((c) => c.field.name === id)?.values;
  const [lat, lon, speed, course] = family
    ? [find(family.lat), find(family.lon), find(family.speed), find(family.course)]
    : [];
  if (!family || !lat || !lon || !speed || !course) return undefined;
  const first = lat.findIndex((v, i) => Number.isFinite(v + lon[i]!));
  if (first < 0) return undefined;
  const plane = new Plane(lat[first]!, lon[first]!);
  const straight = new Sampler(group, column, rule);
  const { tUs } = group;
  const north = family.lat === name;
  const own = north ? lat : lon;
  const perDeg = north ? plane.northMPerDeg : plane.eastMPerDeg;
  let i = 0;
  let solved = -1;
  let bent = false;
  let startDegps = 0;
  let slopeDegps2 = 0;

  function solve(): void {
    solved = i;
    const k = i + 1;
    const dt = (tUs[k]! - tUs[i]!) / 1e6;
    const vn = [speed![i]! * Math.cos(course![i]!), speed![k]! * Math.cos(course![k]!)] as const;
    const ve = [speed![i]! * Math.sin(course![i]!), speed![k]! * Math.sin(course![k]!)] as const;
    const cn = ((lat![k]! - lat![i]!) * plane.northMPerDeg) / dt;
    const ce = ((lon![k]! - lon![i]!) * plane.eastMPerDeg) / dt;
    const off = Math.hypot(cn - (vn[0] + vn[1]) / 2, ce - (ve[0] + ve[1]) / 2);
    bent =
      dt > 0 &&
      dt * 1e6 <= LONGEST_US &&
      off <= DISAGREE_MPS + DISAGREE_SHARE * Math.max(speed![i]!, speed![k]!);
    const [v0, v1] = north ? vn : ve;
    startDegps = ((north ? cn : ce) + (v0 - v1) / 2) / perDeg;
    slopeDegps2 = (v1 - v0) / dt / perDeg;
  }

  return {
    at(t) {
      const line = straight.at(t);
      while (i + 1 < tUs.length && tUs[i + 1]! <= t) i++;
      if (t <= tUs[i]! || i + 1 === tUs.length) return line;
      if (solved !== i) solve();
      if (!bent) return line;
      const s = (t - tUs[i]!) / 1e6;
      return own[i]! + startDegps * s + (slopeDegps2 * s * s) / 2;
    },
  };
}
