import type { Format } from "../format.ts";
import { readLoggerCsv } from "../logger-csv/read.ts";
import { headLines } from "../text/sniff.ts";
import { writeMotecCsv } from "./write.ts";

export const motecCsv: Format = {
  id: "motec-csv",
  title: "MoTeC CSV (i2)",
  extensions: ["csv"],
  sniff: (head) => (/^"?Format"?[,;\t]\s*"?MoTeC CSV File"?/i.test(headLines(head, 2048)[0] ?? "") ? 1 : 0),
  read: (source, options) =>
    readLoggerCsv(source, options, { id: "motec-csv", system: "motec", lastBeaconIsEnd: false }),
  write: writeMotecCsv,
  carries: {
    times: "fixed",
    absoluteTime: true,
    channels: "all",
    gaps: false,
    laps: "times",
    gates: false,
    remarks:
      "Everything is resampled to one rate; laps are beacons, numbered anew from 1. The time zone is not named; UTC is written.",
  },
};
