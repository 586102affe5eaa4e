import type { FieldSpec } from "@pitwall/core";
import type { RowParser, RowRule } from "../text/row.ts";

/** Where a cell of a table goes: a column of a group, value * scale + offset. */
export type CellPlan = {
  readonly cell: number;
  readonly group: string;
  readonly field: FieldSpec;
  readonly scale: number;
  readonly offset: number;
  /** Values of the cell, not yet scaled, that mean "not available". */
  readonly missing?: number;
};

/** What the rows of a table mean. A reader makes one from the lines above the data. */
export type TablePlan = {
  /** The line that completed the header is a row already. */
  readonly fromHere?: true;
  readonly rule: RowRule;
  /** Rows of fewer cells are damaged. */
  readonly minCells: number;
  /** Cells a row may have at most; further ones must be empty. */
  readonly maxCells: number;
  readonly cells: readonly CellPlan[];
  /** Time of the row just parsed, µs; NaN where the row has none. */
  readonly time: (row: RowParser, bytes: Uint8Array) => number;
  /** Groups that have a sample only in rows where this cell is not 0. */
  readonly fresh?: Readonly<Record<string, number>>;
  /** Groups whose values are repeated until new ones come: a sample is taken only where this cell has changed. */
  readonly changed?: Readonly<Record<string, number>>;
  /** Sees every good row after its samples are taken. */
  readonly onRow?: (row: RowParser, tUs: number, line: number) => void;
  /** Changes values across cells of one group (a sign, a fix without position) before they are stored. */
  readonly repair?: Readonly<Record<string, (values: Float64Array) => void>>;
};
