import type { Format } from "../format.ts";
import { readParquet } from "./read.ts";
import { writeParquet } from "./write.ts";

const MAGIC = [0x50, 0x41, 0x52, 0x31];

export const parquet: Format = {
  id: "parquet",
  title: "Parquet",
  extensions: ["parquet"],
  sniff: (head) => (MAGIC.every((b, i) => head[i] === b) ? 1 : 0),
  read: readParquet,
  write: writeParquet,
  carries: {
    times: "own",
    absoluteTime: true,
    channels: "all",
    gaps: true,
    laps: "numbers",
    gates: true,
    remarks:
      "One wide table in SI units. Read whole into memory; of others' files, flat tables with a column of time stamps.",
  },
};
