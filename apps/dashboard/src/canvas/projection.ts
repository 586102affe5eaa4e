/** WGS 84: semi-major axis in metres, and the square of the first eccentricity. */
const A_M = 6_378_137;
const E2 = 6.694379990141e-3;
const RAD = Math.PI / 180;

/**
 * Plane tangent to the ellipsoid at a point: x east, y north, in metres. By the radii of curvature there (Torge,
 * Geodesy, "curvature of the rotational ellipsoid"); good to a metre within some kilometres, which a track fits in.
 */
export function createProjection(lat0Deg: number, lon0Deg: number) {
  const sin = Math.sin(lat0Deg * RAD);
  const w = 1 - E2 * sin * sin;
  const mPerDegNorth = ((A_M * (1 - E2)) / (w * Math.sqrt(w))) * RAD;
  const mPerDegEast = (A_M / Math.sqrt(w)) * Math.cos(lat0Deg * RAD) * RAD;
  return {
    lat0Deg,
    lon0Deg,
    x: (lonDeg: number): number => {
      const d = lonDeg - lon0Deg;
      return (d > 180 ? d - 360 : d < -180 ? d + 360 : d) * mPerDegEast;
    },
    y: (latDeg: number): number => (latDeg - lat0Deg) * mPerDegNorth,
  };
}
export type Projection = ReturnType<typeof createProjection>;

/** Scale and offset that put a box of metres into a box of pixels, north up, same scale both ways. */
export type Fit = {
  readonly pxPerM: number;
  readonly px: (xM: number) => number;
  readonly py: (yM: number) => number;
};
export type Box = {
  readonly minX: number;
  readonly maxX: number;
  readonly minY: number;
  readonly maxY: number;
};

/** At least `leastM` metres are shown, so that a standing vehicle does not fill the picture with noise. */
export function fitBox(box: Box, width: number, height: number, marginPx: number, leastM: number): Fit {
  const spanX = Math.max(box.maxX - box.minX, leastM);
  const spanY = Math.max(box.maxY - box.minY, leastM);
  const pxPerM = Math.max(1e-9, Math.min((width - 2 * marginPx) / spanX, (height - 2 * marginPx) / spanY));
  const cx = (box.minX + box.maxX) / 2;
  const cy = (box.minY + box.maxY) / 2;
  return {
    pxPerM,
    px: (x) => width / 2 + (x - cx) * pxPerM,
    py: (y) => height / 2 - (y - cy) * pxPerM,
  };
}
