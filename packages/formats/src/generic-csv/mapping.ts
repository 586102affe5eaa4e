/** How one column of a table without known names becomes a channel. */
export type MappedColumn = {
  /** Title in the header, or the cell's number from 0 where there is no header. */
  readonly column: string | number;
  /** A channel id of the catalogue, or a name of one's own. */
  readonly channel: string;
  /** As files spell it ("km/h", "g", "deg"); empty: in the channel's own unit. */
  readonly unit: string;
  /** For axes that point the other way. */
  readonly negate?: boolean;
};

/** `d/m/y` and `m/d/y`: a date in that order and a time of day in one cell (`28.05.2026 13:34:00`, `5/28/2026 1:34 PM`). */
export type TimeKind = "s" | "ms" | "us" | "ns" | "h:m:s" | "iso" | "d/m/y" | "m/d/y";

/** What a table means: data, so that it can be shown, changed, remembered and shared. */
export type CsvMapping = {
  readonly delimiter: "," | ";" | "\t" | "|" | " ";
  readonly decimal: "." | ",";
  /** Line of the header, from 1; 0 where there is none. */
  readonly headerLine: number;
  /** First line of data. */
  readonly dataLine: number;
  /** Column of the time; none: rows at a fixed rate. */
  readonly time:
    | {
        readonly column: string | number;
        readonly kind: TimeKind;
        /** For times of day: the column with their date. */
        readonly date?: string | number | undefined;
        /** For times that end at the whole second: the column with their milliseconds. */
        readonly millis?: string | number | undefined;
      }
    | { readonly rateHz: number };
  readonly columns: readonly MappedColumn[];
};

/** The beginning of a table: its titles, and some rows as they stand. */
export type TableSample = {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
};

/** Who explains a table: asked once for each kind of header, remembered by its signature. */
export type MappingDesk = {
  /** With the place where it is kept, for people. */
  recall(signature: string): Promise<{ readonly mapping: CsvMapping; readonly place: string } | undefined>;
  /** Gives the place where it is kept from now on. */
  remember(signature: string, mapping: CsvMapping): Promise<string>;
  /** Shows what was guessed; gives the mapping to use, or undefined where nobody wants to explain it. */
  ask?(proposal: CsvMapping, table: TableSample): Promise<CsvMapping | undefined>;
};
