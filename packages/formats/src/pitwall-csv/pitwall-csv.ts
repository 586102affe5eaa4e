import type { Format } from "../format.ts";
import { firstLine } from "../text/sniff.ts";
import { readPitwallCsv } from "./read.ts";
import { writePitwallCsv } from "./write.ts";

export const pitwallCsv: Format = {
  id: "pitwall-csv",
  title: "Pitwall CSV",
  extensions: ["csv"],
  sniff: (head) => (/^tUs(,|$)/.test(firstLine(head)) ? 1 : 0),
  read: readPitwallCsv,
  write: writePitwallCsv,
  carries: {
    times: "own",
    absoluteTime: true,
    channels: "all",
    gaps: true,
    laps: "numbers",
    gates: false,
    remarks:
      "A channel's second source is named channel@source. Laps are rows of `lap.number`, -1 outside of them. Units of names outside the catalogue are lost.",
  },
};
