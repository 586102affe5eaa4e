import type { Format } from "../format.ts";
import { headLines } from "../text/sniff.ts";
import { readRaceChrono } from "./read.ts";
import { writeRaceChrono } from "./write.ts";

const carries = {
  times: "own",
  absoluteTime: true,
  channels: "all",
  gaps: true,
  laps: "numbers",
  gates: false,
} as const;

const isHeader3 = (line: string) => /^"?timestamp"?[,;\t]/.test(line) && /lap_number|fragment_id/.test(line);
const isHeader2 = (line: string) =>
  (/^"?Time \(s\)"?[,;\t]/.test(line) && /Session fragment #|Lap #/.test(line)) ||
  /^"?Lap #"?[,;\t]"?Timestamp \(s\)/.test(line);

function sniff(head: Uint8Array, isHeader: (line: string) => boolean): number {
  const lines = headLines(head);
  const signed = lines[0]?.startsWith("This file is created using RaceChrono") === true;
  const found = lines.some(isHeader);
  return signed && found ? 1 : found ? 0.9 : 0;
}

export const raceChronoCsv3: Format = {
  id: "racechrono-csv",
  title: "RaceChrono CSV v3",
  extensions: ["csv"],
  sniff: (head) => sniff(head, isHeader3),
  read: readRaceChrono,
  write: writeRaceChrono,
  carries: { ...carries, remarks: "Channels without a name of RaceChrono's keep their own, source canbus." },
};

export const raceChronoCsv2: Format = {
  id: "racechrono-csv-2",
  title: "RaceChrono CSV v1 and v2",
  extensions: ["csv"],
  sniff: (head) => sniff(head, isHeader2),
  read: readRaceChrono,
  carries: { ...carries, remarks: "Read only; v3 is written." },
};
