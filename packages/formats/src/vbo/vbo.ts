import type { Format } from "../format.ts";
import { headText } from "../text/sniff.ts";
import { readVbo } from "./read.ts";
import { writeVbo } from "./write.ts";

export const vbo: Format = {
  id: "vbo",
  title: "VBO (VBOX, RaceBox, RaceChrono)",
  extensions: ["vbo"],
  sniff(head) {
    const text = headText(head, 65_536);
    if (/^\s*\[column names\]\s*$/im.test(text) || /^\s*\[data\]\s*$/im.test(text))
      return /^\s*\[header\]\s*$/im.test(text) || /^File created on/.test(text) ? 1 : 0.8;
    return /^File created on/.test(text) && /^\s*\[header\]\s*$/im.test(text) ? 0.9 : 0;
  },
  read: readVbo,
  write: writeVbo,
  carries: {
    times: "position",
    absoluteTime: true,
    channels: "all",
    gaps: false,
    laps: "none",
    gates: true,
    remarks:
      "Minutes, longitude positive to the west. The day comes from the line that says when the file was made. Other channels are taken at the times of the fixes.",
  },
};
