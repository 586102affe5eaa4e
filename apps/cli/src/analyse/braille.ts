export type BrailleLine = { readonly values: ArrayLike<number>; readonly dim?: boolean };
export type BrailleOptions = {
  /** Columns of the terminal. */
  readonly width: number;
  readonly rows: number;
  /** Of the numbers beside the chart. */
  readonly digits: number;
  /** Draw a line at zero. */
  readonly zero?: boolean;
};

/** Bit of a dot by its row in the cell and its column (Unicode, Braille Patterns). */
const DOTS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;
const DIM = "\x1b[2m";
const PLAIN = "\x1b[0m";

/** Curves in braille dots, with the highest and lowest number at the side; dim ones behind the others. For terminals only. */
export function brailleChart(lines: readonly BrailleLine[], options: BrailleOptions): string[] {
  const { rows, digits, zero = false } = options;
  const all = lines.flatMap((l) => Array.from(l.values).filter(Number.isFinite));
  if (all.length === 0) return [];
  const fold = (pick: (a: number, b: number) => number): number =>
    all.reduce((a, b) => pick(a, b), zero ? 0 : all[0]!);
  const min = fold(Math.min);
  const max = fold(Math.max);
  const labels = [max, min].map((v) => v.toFixed(digits).replace(/^-(0\.?0*)$/, "$1"));
  const margin = Math.max(...labels.map((l) => l.length)) + 1;
  const columns = Math.max(10, Math.min(options.width, 160) - margin - 1);
  const height = rows * 4;
  const yOf = (v: number): number => Math.round(((max - v) / (max - min || 1)) * (height - 1));
  const cells = new Uint8Array(rows * columns);
  const bright = new Uint8Array(rows * columns);
  const dot = (x: number, y: number, dim: boolean): void => {
    const at = (y >> 2) * columns + (x >> 1);
    cells[at] = cells[at]! | DOTS[y & 3]![x & 1]!;
    if (!dim) bright[at] = 1;
  };
  if (zero) for (let x = 0; x < columns * 2; x += 4) dot(x, yOf(0), true);
  for (const { values, dim = false } of lines) {
    let before = Number.NaN;
    for (let x = 0; x < columns * 2; x++) {
      const v = values[Math.round((x / (columns * 2 - 1)) * (values.length - 1))]!;
      if (!Number.isFinite(v)) {
        before = Number.NaN;
        continue;
      }
      const y = yOf(v);
      const from = Number.isNaN(before) ? y : before;
      // a steep curve stays in one piece
      for (let k = Math.min(from, y); k <= Math.max(from, y); k++) if (k === y || k !== from) dot(x, k, dim);
      before = y;
    }
  }
  return Array.from({ length: rows }, (_, r) => {
    const label = r === 0 ? labels[0]! : r === rows - 1 ? labels[1]! : "";
    let out = `${label.padStart(margin - 1)} `;
    let isDim = false;
    for (let x = 0; x < columns; x++) {
      const at = r * columns + x;
      const dim = cells[at] !== 0 && bright[at] === 0;
      if (cells[at] !== 0 && dim !== isDim) {
        out += dim ? DIM : PLAIN;
        isDim = dim;
      }
      out += cells[at] === 0 ? " " : String.fromCharCode(0x2800 + cells[at]!);
    }
    return (isDim ? out + PLAIN : out).trimEnd();
  });
}
