/** Two ends in degrees: `[lat1, lon1, lat2, lon2]`. */
export type Ends = readonly [lat1: number, lon1: number, lat2: number, lon2: number];
export type Point = readonly [latDeg: number, lonDeg: number];

/** A line on the ground that is crossed in one direction. */
export type Gate = {
  readonly name: string;
  readonly ends: Ends;
  /** Course in which it is crossed, rad clockwise from north; it need not be square to the line, only tell its sides apart. */
  readonly course: number;
};
/** A gate whose direction is still to be found from a drive. */
export type UndirectedGate = Omit<Gate, "course"> & { readonly course?: number | undefined };

/** A timing line within the lap. A minor one divides a sector and starts none. */
export type Split = Gate & { readonly minor?: true };

export type Layout = {
  readonly name: string;
  /** False for a stage from a start to a finish elsewhere. */
  readonly closed: boolean;
  readonly start: Gate;
  /** Of a stage; a circuit finishes where it starts. */
  readonly finish?: Gate;
  /** In the order in which they are passed. */
  readonly splits: readonly Split[];
  readonly pitEntry?: Gate;
  readonly pitExit?: Gate;
  /** The way round in driving direction; on a circuit it may begin anywhere and does not repeat its first point. */
  readonly centreLine?: readonly Point[];
  readonly lengthM?: number;
};

export type Track = {
  readonly name: string;
  readonly layouts: readonly Layout[];
  readonly country?: string;
  /** Where the data comes from and under what licence, so that it can be passed on. */
  readonly source?: string;
  readonly licence?: string;
};
