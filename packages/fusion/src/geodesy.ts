/** WGS 84 (NGA.STND.0036): semi-major axis in m, flattening. */
const A = 6_378_137;
const F = 1 / 298.257_223_563;
const E2 = F * (2 - F);
const B = A * (1 - F);
const EP2 = E2 / (1 - E2);
const DEG = Math.PI / 180;

/** Geodetic degrees and ellipsoidal height in m to earth-centred earth-fixed metres, into `out`. */
export function geodeticToEcef(latDeg: number, lonDeg: number, heightM: number, out: Float64Array): void {
  const sinLat = Math.sin(latDeg * DEG);
  const cosLat = Math.cos(latDeg * DEG);
  const n = A / Math.sqrt(1 - E2 * sinLat * sinLat);
  out[0] = (n + heightM) * cosLat * Math.cos(lonDeg * DEG);
  out[1] = (n + heightM) * cosLat * Math.sin(lonDeg * DEG);
  out[2] = (n * (1 - E2) + heightM) * sinLat;
}

/**
 * Earth-centred metres to [lat deg, lon deg, height m], into `out`.
 * Bowring's iteration on the reduced latitude (Survey Review 23 (1976) 323); three rounds reach the last digits of a
 * double from the sea floor to orbit.
 */
export function ecefToGeodetic(x: number, y: number, z: number, out: Float64Array): void {
  const r = Math.sqrt(x * x + y * y);
  let tanReduced = (z * A) / (r * B);
  let lat = 0;
  for (let round = 0; round < 3; round++) {
    const cos = 1 / Math.sqrt(1 + tanReduced * tanReduced);
    const sin = tanReduced * cos;
    lat = Math.atan2(z + EP2 * B * sin * sin * sin, r - E2 * A * cos * cos * cos);
    tanReduced = (1 - F) * Math.tan(lat);
  }
  const sinLat = Math.sin(lat);
  const n = A / Math.sqrt(1 - E2 * sinLat * sinLat);
  out[0] = lat / DEG;
  out[1] = Math.atan2(y, x) / DEG;
  // free of the cancellation that r/cos(lat) - n has near the poles
  out[2] = r * Math.cos(lat) + z * sinLat - (A * A) / n;
}

/**
 * A plane that touches the ellipsoid at a reference: x east, y north there. Points on the ellipsoid are projected
 * along the reference's vertical, so a distance d from the reference shrinks by the part d^2/6R^2 (4 mm in 10 km),
 * and going there and back is exact everywhere short of the poles.
 */
export class TangentPlane {
  readonly latDeg: number;
  readonly lonDeg: number;
  readonly #origin = new Float64Array(3);
  readonly #east = new Float64Array(3);
  readonly #north = new Float64Array(3);
  readonly #up = new Float64Array(3);
  readonly #scratch = new Float64Array(3);

  constructor(latDeg: number, lonDeg: number) {
    this.latDeg = latDeg;
    this.lonDeg = lonDeg;
    const sinLat = Math.sin(latDeg * DEG);
    const cosLat = Math.cos(latDeg * DEG);
    const sinLon = Math.sin(lonDeg * DEG);
    const cosLon = Math.cos(lonDeg * DEG);
    geodeticToEcef(latDeg, lonDeg, 0, this.#origin);
    this.#east.set([-sinLon, cosLon, 0]);
    this.#north.set([-sinLat * cosLon, -sinLat * sinLon, cosLat]);
    this.#up.set([cosLat * cosLon, cosLat * sinLon, sinLat]);
  }

  /** [east m, north m] of a point on the ellipsoid, into `out`. */
  toPlane(latDeg: number, lonDeg: number, out: Float64Array): void {
    const p = this.#scratch;
    geodeticToEcef(latDeg, lonDeg, 0, p);
    const x = p[0]! - this.#origin[0]!;
    const y = p[1]! - this.#origin[1]!;
    const z = p[2]! - this.#origin[2]!;
    const e = this.#east;
    const n = this.#north;
    out[0] = e[0]! * x + e[1]! * y;
    out[1] = n[0]! * x + n[1]! * y + n[2]! * z;
  }

  /** [lat deg, lon deg] of the point of the ellipsoid over (or under) a point of the plane, into `out`. */
  toGeodetic(eastM: number, northM: number, out: Float64Array): void {
    const o = this.#origin;
    const e = this.#east;
    const n = this.#north;
    const u = this.#up;
    const p = this.#scratch;
    let upM = -(eastM * eastM + northM * northM) / (2 * A);
    for (let round = 0; round < 8; round++) {
      ecefToGeodetic(
        o[0]! + e[0]! * eastM + n[0]! * northM + u[0]! * upM,
        o[1]! + e[1]! * eastM + n[1]! * northM + u[1]! * upM,
        o[2]! + n[2]! * northM + u[2]! * upM,
        p,
      );
      if (Math.abs(p[2]!) < 1e-6) break;
      upM -= p[2]!;
    }
    out[0] = p[0]!;
    out[1] = p[1]!;
  }
}
