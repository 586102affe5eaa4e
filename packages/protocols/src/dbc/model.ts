/** What a DBC file says of one signal. */
export type DbcSignal = {
  readonly name: string;
  /** As in the file: the lowest bit of a little-endian signal, the highest bit of a big-endian one. */
  readonly start: number;
  readonly length: number;
  readonly little: boolean;
  readonly signed: boolean;
  /** physical = (raw * factor + offset) / divisor, whole numbers where the file has finite decimals: exact. */
  readonly factor: number;
  readonly offset: number;
  readonly divisor: number;
  readonly unit: string;
  /** "integer", or how SIG_VALTYPE_ says its bits are to be read. */
  readonly kind: "integer" | "float32" | "float64";
  readonly labels: Readonly<Record<number, string>> | undefined;
  readonly comment: string;
  /** Selects other signals. */
  readonly isSwitch: boolean;
  /** Present only where the switch has one of these raw values. */
  readonly when:
    | { readonly switch: string; readonly ranges: readonly (readonly [number, number])[] }
    | undefined;
};

export type DbcMessage = {
  readonly id: number;
  readonly extended: boolean;
  readonly name: string;
  /** Bytes. */
  readonly length: number;
  readonly comment: string;
  readonly signals: readonly DbcSignal[];
};

/** A statement that was not understood; the rest of the file was read. */
export type DbcProblem = { readonly line: number; readonly offset: number; readonly reason: string };
export type Dbc = { readonly messages: readonly DbcMessage[]; readonly problems: readonly DbcProblem[] };
