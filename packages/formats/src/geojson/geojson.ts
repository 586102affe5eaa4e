import type { Format } from "../format.ts";
import { headText } from "../text/sniff.ts";
import { readGeoJson } from "./read.ts";
import { writeGeoJson } from "./write.ts";

export const geojson: Format = {
  id: "geojson",
  title: "GeoJSON",
  extensions: ["geojson", "json"],
  sniff(head) {
    const text = headText(head, 4096);
    if (!/^\s*\{/.test(text)) return 0;
    return /"type"\s*:\s*"(?:FeatureCollection|Feature|LineString|MultiLineString)"/.test(text) ? 0.95 : 0;
  },
  read: readGeoJson,
  write: writeGeoJson,
  carries: {
    times: "position",
    absoluteTime: true,
    channels: "all",
    gaps: true,
    laps: "numbers",
    gates: true,
    remarks:
      "Times are in coordinateProperties.times, gates are lines with a property gate. Other channels are taken at the times of the fixes. Read whole into memory.",
  },
};
