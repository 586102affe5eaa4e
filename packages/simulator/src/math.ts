/**
 * Elementary functions of +, -, *, / and square root alone. Those five are exactly rounded in every engine (IEEE 754);
 * Math.sin and its kin are not, and the same seed has to give the same bytes on every host. Errors are a few 1e-16.
 */
const PI_2_HI = Math.PI / 2;
const PI_2_LO = 6.123233995736766e-17;
const { LN2, SQRT2 } = Math;

/** Taylor series of sine; |x| up to pi/4. */
function sinSmall(x: number): number {
  const q = -x * x;
  let term = x;
  let sum = x;
  for (let n = 2; n <= 18; n += 2) {
    term *= q / (n * (n + 1));
    sum += term;
  }
  return sum;
}

function cosSmall(x: number): number {
  const q = -x * x;
  let term = 1;
  let sum = 1;
  for (let n = 1; n <= 17; n += 2) {
    term *= q / (n * (n + 1));
    sum += term;
  }
  return sum;
}

/** Radians; |x| up to about 1e6. */
export function sin(x: number): number {
  const k = Math.round(x / PI_2_HI);
  const r = x - k * PI_2_HI - k * PI_2_LO;
  const quadrant = ((k % 4) + 4) % 4;
  const y = quadrant % 2 === 0 ? sinSmall(r) : cosSmall(r);
  return quadrant < 2 ? y : -y;
}

export const cos = (x: number): number => sin(x + PI_2_HI);

function atan(x: number): number {
  // halve the angle twice: |x| up to 1 becomes up to 0.2
  let y = x / (1 + Math.sqrt(1 + x * x));
  y = y / (1 + Math.sqrt(1 + y * y));
  const q = -y * y;
  let power = y;
  let sum = y;
  for (let n = 3; n <= 25; n += 2) {
    power *= q;
    sum += power / n;
  }
  return 4 * sum;
}

export function atan2(y: number, x: number): number {
  if (x === 0 && y === 0) return 0;
  if (Math.abs(y) > Math.abs(x)) return (y > 0 ? PI_2_HI : -PI_2_HI) - atan(x / y);
  const a = atan(y / x);
  if (x > 0) return a;
  return y < 0 ? a - 2 * PI_2_HI : a + 2 * PI_2_HI;
}

const bits = new DataView(new ArrayBuffer(8));

/** Natural logarithm of a positive normal number. */
export function log(x: number): number {
  bits.setFloat64(0, x);
  const high = bits.getUint32(0);
  let exponent = (high >>> 20) - 1023;
  bits.setUint32(0, (high & 0x000f_ffff) | 0x3ff0_0000);
  let m = bits.getFloat64(0);
  if (m > SQRT2) {
    m /= 2;
    exponent++;
  }
  const s = (m - 1) / (m + 1);
  const q = s * s;
  let power = s;
  let sum = s;
  for (let n = 3; n <= 23; n += 2) {
    power *= q;
    sum += power / n;
  }
  return 2 * sum + exponent * LN2;
}

/** |x| up to 700. */
export function exp(x: number): number {
  const k = Math.round(x / LN2);
  const r = x - k * LN2;
  let term = 1;
  let sum = 1;
  for (let n = 1; n <= 16; n++) {
    term *= r / n;
    sum += term;
  }
  bits.setUint32(0, ((k + 1023) << 20) >>> 0);
  bits.setUint32(4, 0);
  return sum * bits.getFloat64(0);
}

export const hypot = (x: number, y: number): number => Math.sqrt(x * x + y * y);
