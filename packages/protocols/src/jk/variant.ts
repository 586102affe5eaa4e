/** Where the mask of cells lies, in bytes from the start of a status frame, and how many cells there can be. */
const WIDE = { maskAt: 70, cells: 32 };
const NARROW = { maskAt: 54, cells: 24 };
const CELLS_AT = 6;
const NEAR_MV = 20;

/** Mask, cells and mean agree: each cell of the mask has a voltage, no other has, and the mean lies among them. */
function agrees(view: DataView, start: number, { maskAt, cells }: typeof WIDE): boolean {
  const mask = view.getUint32(start + maskAt, true);
  const mean = view.getUint16(start + maskAt + 4, true);
  let lowest = Number.POSITIVE_INFINITY;
  let highest = 0;
  for (let i = 0; i < cells; i++) {
    const mv = view.getUint16(start + CELLS_AT + 2 * i, true);
    if (((mask >>> i) & 1) !== (mv > 0 ? 1 : 0)) return false;
    if (mv === 0) continue;
    if (mv < lowest) lowest = mv;
    if (mv > highest) highest = mv;
  }
  const isMaskWithin = cells === 32 || mask >>> cells === 0;
  return mask !== 0 && isMaskWithin && mean >= lowest - NEAR_MV && mean <= highest + NEAR_MV;
}

/** Whether a status frame has the layout for 24 cells; undefined where it cannot be told. */
export function isNarrow(view: DataView, start: number): boolean | undefined {
  if (agrees(view, start, WIDE)) return false;
  return agrees(view, start, NARROW) ? true : undefined;
}

/** As the software's version tells it: 10 and older have the layout for 24 cells. */
export function isNarrowSoftware(version: string): boolean | undefined {
  const major = Number.parseInt(version, 10);
  return Number.isNaN(major) ? undefined : major < 11;
}
