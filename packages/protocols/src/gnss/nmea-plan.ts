import type { Column, ColumnKind, Sentence } from "./nmea-column.ts";

/** Column kinds as numbers, for a loop that runs once a value. */
export const OP = {
  number: 0,
  lat: 1,
  lon: 2,
  time: 3,
  course: 4,
  letter: 5,
  fix: 6,
  east: 7,
  signal: 8,
} as const satisfies Readonly<Record<ColumnKind, number>>;

/** A sentence's columns laid out for reading. */
export type Plan = {
  readonly columns: readonly Column[];
  readonly op: Uint8Array;
  readonly at: Uint8Array;
  readonly scale: Float64Array;
  readonly per: Float64Array;
  readonly missingFrom: Float64Array;
  readonly alternativeAt: Uint8Array;
  /** For letters: which character of the field, and the value of each character code; -1 for letters that mean nothing. */
  readonly char: Uint8Array;
  readonly letters: readonly Int8Array[];
  /** A GSV sentence's satellites come in fours; what is left over behind them is the signal. */
  readonly inFours: boolean;
};

export const planOf = (sentence: Sentence): Plan => ({
  columns: sentence.columns,
  op: Uint8Array.from(sentence.columns, (c) => OP[c.kind]),
  at: Uint8Array.from(sentence.columns, (c) => c.at),
  scale: Float64Array.from(sentence.columns, (c) => c.scale),
  per: Float64Array.from(sentence.columns, (c) => c.per),
  missingFrom: Float64Array.from(sentence.columns, (c) => c.missingFrom),
  alternativeAt: Uint8Array.from(sentence.columns, (c) => c.alternativeAt),
  char: Uint8Array.from(sentence.columns, (c) => c.char),
  letters: sentence.columns.map((c) => {
    const values = new Int8Array(256).fill(-1);
    for (let k = 0; k < (c.letters?.length ?? 0); k++) values[c.letters!.charCodeAt(k)] = k;
    return values;
  }),
  inFours: sentence.kind === "GSV",
});
