import type { Format } from "../format.ts";
import { headText } from "../text/sniff.ts";
import { readKml } from "./read.ts";
import { writeKml } from "./write.ts";

export const kml: Format = {
  id: "kml",
  title: "KML (gx:Track, LineString, points with times)",
  extensions: ["kml"],
  sniff: (head) => (/<(?:\w+:)?kml[\s>]/.test(headText(head, 4096)) ? 1 : 0),
  read: readKml,
  write: writeKml,
  carries: {
    times: "position",
    absoluteTime: true,
    channels: "all",
    gaps: true,
    laps: "none",
    gates: false,
    remarks:
      "Other channels are taken at the times of the fixes. A LineString has no times; its points are numbered one a second.",
  },
};
