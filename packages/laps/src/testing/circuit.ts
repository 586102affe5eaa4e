/** A closed centre line sampled finely, with curvature and the speed a driver would carry. Metres, m/s. */
export type Circuit = {
  readonly lengthM: number;
  readonly stepM: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly tx: Float64Array;
  readonly ty: Float64Array;
  readonly curvature: Float64Array;
  readonly speed: Float64Array;
};

/** Rounds a polygon (its corners cut by circles as large as fit, at most `radiusM`) into a circuit that begins at its first point. */
export function circuitOf(
  corners: readonly (readonly [x: number, y: number, radiusM?: number])[],
  options: { topMps?: number; gripMps2?: number; radiusM?: number } = {},
): Circuit {
  const { topMps = 45, gripMps2 = 12, radiusM = 40 } = options;
  const n = corners.length;
  const dense: [number, number][] = [];
  for (let i = 0; i < n; i++) {
    const [ax, ay] = corners[(i + n - 1) % n]!;
    const [bx, by, own] = corners[i]!;
    const [cx, cy] = corners[(i + 1) % n]!;
    const inX = bx - ax;
    const inY = by - ay;
    const outX = cx - bx;
    const outY = cy - by;
    const inL = Math.hypot(inX, inY);
    const outL = Math.hypot(outX, outY);
    const turn = Math.atan2(inX * outY - inY * outX, inX * outX + inY * outY);
    if (Math.abs(turn) < 1e-3) {
      dense.push([bx, by]);
      continue;
    }
    const t = Math.tan(Math.abs(turn) / 2);
    const r = Math.min(own ?? radiusM, (0.49 * Math.min(inL, outL)) / t);
    const side = Math.sign(turn);
    const startX = bx - (inX / inL) * r * t;
    const startY = by - (inY / inL) * r * t;
    const centreX = startX - (inY / inL) * r * side;
    const centreY = startY + (inX / inL) * r * side;
    const steps = Math.max(4, Math.ceil((Math.abs(turn) * r) / 0.25));
    for (let k = 0; k <= steps; k++) {
      const a = (turn * k) / steps;
      const dx = startX - centreX;
      const dy = startY - centreY;
      dense.push([
        centreX + dx * Math.cos(a) - dy * Math.sin(a),
        centreY + dx * Math.sin(a) + dy * Math.cos(a),
      ]);
    }
  }
  return finish(dense, topMps, gripMps2);
}

/** A circuit through a polyline as it is (closed), smoothed over a few metres. */
export function circuitAlong(
  points: readonly (readonly [x: number, y: number])[],
  options: { topMps?: number; gripMps2?: number } = {},
): Circuit {
  return finish(points, options.topMps ?? 60, options.gripMps2 ?? 14);
}

function finish(points: readonly (readonly [number, number])[], topMps: number, gripMps2: number): Circuit {
  const n0 = points.length;
  let lengthM = 0;
  const at = [0];
  for (let i = 0; i < n0; i++) {
    const a = points[i]!;
    const b = points[(i + 1) % n0]!;
    lengthM += Math.hypot(b[0] - a[0], b[1] - a[1]);
    at.push(lengthM);
  }
  const n = Math.round(lengthM / 0.5);
  const stepM = lengthM / n;
  let x = new Float64Array(n);
  let y = new Float64Array(n);
  for (let i = 0, k = 0; i < n; i++) {
    const s = i * stepM;
    while (at[k + 1]! < s) k++;
    const f = (s - at[k]!) / Math.max(1e-9, at[k + 1]! - at[k]!);
    const a = points[k]!;
    const b = points[(k + 1) % n0]!;
    x[i] = a[0] + f * (b[0] - a[0]);
    y[i] = a[1] + f * (b[1] - a[1]);
  }
  x = smooth(x, 6);
  y = smooth(y, 6);
  const tx = new Float64Array(n);
  const ty = new Float64Array(n);
  let real = 0;
  for (let i = 0; i < n; i++) {
    const a = (i + n - 1) % n;
    const b = (i + 1) % n;
    const dx = x[b]! - x[a]!;
    const dy = y[b]! - y[a]!;
    const d = Math.hypot(dx, dy);
    tx[i] = dx / d;
    ty[i] = dy / d;
    real += Math.hypot(x[b]! - x[i]!, y[b]! - y[i]!);
  }
  const curvature = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const a = (i + n - 4) % n;
    const b = (i + 4) % n;
    const cross = tx[a]! * ty[b]! - ty[a]! * tx[b]!;
    curvature[i] = Math.asin(Math.max(-1, Math.min(1, cross))) / (8 * (real / n));
  }
  return {
    lengthM: real,
    stepM: real / n,
    x,
    y,
    tx,
    ty,
    curvature,
    speed: speedProfile(curvature, real / n, topMps, gripMps2),
  };
}

function smooth(v: Float64Array, half: number): Float64Array<ArrayBuffer> {
  let from = v;
  for (let pass = 0; pass < 3; pass++) {
    const to = new Float64Array(v.length);
    for (let i = 0; i < v.length; i++) {
      let sum = 0;
      for (let k = -half; k <= half; k++) sum += from[(i + k + v.length) % v.length]!;
      to[i] = sum / (2 * half + 1);
    }
    from = to;
  }
  return Float64Array.from(from);
}

/** Grip in corners, then what braking and drive allow, twice round. */
function speedProfile(
  curvature: Float64Array,
  stepM: number,
  topMps: number,
  gripMps2: number,
): Float64Array {
  const n = curvature.length;
  const v = Float64Array.from(curvature, (k) =>
    Math.min(topMps, Math.sqrt(gripMps2 / Math.max(1e-6, Math.abs(k)))),
  );
  for (let i = 2 * n; i > 0; i--) {
    const a = (i - 1) % n;
    v[a] = Math.min(v[a]!, Math.sqrt(v[i % n]! ** 2 + 2 * 0.7 * gripMps2 * stepM));
  }
  for (let i = 0; i < 2 * n; i++) {
    const b = (i + 1) % n;
    v[b] = Math.min(v[b]!, Math.sqrt(v[i % n]! ** 2 + 2 * 0.35 * gripMps2 * stepM));
  }
  return v;
}

/** Interpolated place on the centre line, `off` metres to its left. */
export function placeAt(c: Circuit, s: number, off: number, out: Float64Array): void {
  const n = c.x.length;
  const at = (((s / c.stepM) % n) + n) % n;
  const i = Math.floor(at) % n;
  const j = (i + 1) % n;
  const f = at - Math.floor(at);
  const tx = c.tx[i]! + f * (c.tx[j]! - c.tx[i]!);
  const ty = c.ty[i]! + f * (c.ty[j]! - c.ty[i]!);
  const d = Math.hypot(tx, ty);
  out[0] = c.x[i]! + f * (c.x[j]! - c.x[i]!) - (ty / d) * off;
  out[1] = c.y[i]! + f * (c.y[j]! - c.y[i]!) + (tx / d) * off;
}

export function valueAt(c: Circuit, values: Float64Array, s: number): number {
  const n = values.length;
  const at = (((s / c.stepM) % n) + n) % n;
  const i = Math.floor(at) % n;
  return values[i]! + (at - Math.floor(at)) * (values[(i + 1) % n]! - values[i]!);
}
