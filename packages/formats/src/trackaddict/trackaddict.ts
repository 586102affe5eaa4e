import type { Format } from "../format.ts";
import { headLines } from "../text/sniff.ts";
import { readTrackAddict } from "./read.ts";

export const trackAddictCsv: Format = {
  id: "trackaddict-csv",
  title: "TrackAddict and RaceRender CSV",
  extensions: ["csv", "txt"],
  sniff(head) {
    const lines = headLines(head);
    if (/^#\s*RaceRender Data/i.test(lines[0] ?? "")) return 1;
    const header = lines.find((l) => l !== "" && !l.startsWith("#")) ?? "";
    return /"?GPS_Update"?/.test(header) && /^"?Time"?[,;\t]/.test(header) ? 0.9 : 0;
  },
  read: readTrackAddict,
  carries: {
    times: "own",
    absoluteTime: true,
    channels: "all",
    gaps: false,
    laps: "times",
    gates: true,
    remarks:
      "Gates are points with a direction; they are read 30 m wide. Axes of the phone's accelerometer are unknown, so they keep their own names.",
  },
};
