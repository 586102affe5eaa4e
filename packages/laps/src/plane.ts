const A_M = 6_378_137;
const E2 = 6.694_379_990_141_316e-3;
const RAD_PER_DEG = Math.PI / 180;

/**
 * East-north plane about a reference, metres, with the WGS 84 radii of curvature there: meridian
 * M = a(1 - e2)/(1 - e2 sin2)^1.5, prime vertical N = a/sqrt(1 - e2 sin2) (NIMA TR8350.2). True to 1e-5 within a
 * kilometre or two; further out the scale east changes with latitude, but order and crossings stay what they are.
 */
export class Plane {
  readonly latDeg: number;
  readonly lonDeg: number;
  readonly eastMPerDeg: number;
  readonly northMPerDeg: number;
  constructor(latDeg: number, lonDeg: number) {
    this.latDeg = latDeg;
    this.lonDeg = lonDeg;
    const sin = Math.sin(latDeg * RAD_PER_DEG);
    const w2 = 1 - E2 * sin * sin;
    this.northMPerDeg = ((A_M * (1 - E2)) / (w2 * Math.sqrt(w2))) * RAD_PER_DEG;
    this.eastMPerDeg = (A_M / Math.sqrt(w2)) * Math.cos(latDeg * RAD_PER_DEG) * RAD_PER_DEG;
  }
  /** East of the reference, the short way round the earth. */
  x(lonDeg: number): number {
    let d = lonDeg - this.lonDeg;
    if (d > 180) d -= 360;
    else if (d < -180) d += 360;
    return d * this.eastMPerDeg;
  }
  y(latDeg: number): number {
    return (latDeg - this.latDeg) * this.northMPerDeg;
  }
  lon(xM: number): number {
    const d = this.lonDeg + xM / this.eastMPerDeg;
    return d > 180 ? d - 360 : d < -180 ? d + 360 : d;
  }
  lat(yM: number): number {
    return this.latDeg + yM / this.northMPerDeg;
  }
}
