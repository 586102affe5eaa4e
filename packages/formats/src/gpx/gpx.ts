import type { Format } from "../format.ts";
import { headText } from "../text/sniff.ts";
import { readGpx } from "./read.ts";
import { writeGpx } from "./write.ts";

export const gpx: Format = {
  id: "gpx",
  title: "GPX 1.1 with TrackPointExtension v2",
  extensions: ["gpx"],
  sniff: (head) => (/<(?:\w+:)?gpx[\s>]/.test(headText(head, 4096)) ? 1 : 0),
  read: readGpx,
  write: writeGpx,
  carries: {
    times: "position",
    absoluteTime: true,
    channels: "position",
    gaps: true,
    laps: "none",
    gates: false,
    remarks:
      "Position, altitude, speed, course, fix, satellites and dilution of precision. Extensions of others are read.",
  },
};
