import type { Format } from "../format.ts";
import { readLoggerCsv } from "../logger-csv/read.ts";
import { headLines } from "../text/sniff.ts";
import { writeAimCsv } from "./write.ts";

export const aimCsv: Format = {
  id: "aim-csv",
  title: "AiM CSV (Race Studio 2 and 3)",
  extensions: ["csv"],
  sniff: (head) => (/^"?Format"?[,;\t]\s*"?AiM CSV File"?/i.test(headLines(head, 2048)[0] ?? "") ? 1 : 0),
  read: (source, options) =>
    readLoggerCsv(source, options, { id: "aim-csv", system: "aim", lastBeaconIsEnd: true }),
  write: writeAimCsv,
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
