import { basename, extname } from "node:path";
import { readRecording } from "@pitwall/formats";
import {
  LapsError,
  looksLikeRaceCapture,
  parseTrackFile,
  type ReadTracks,
  recordTrack,
  trackFromCentreLineCsv,
  tracksFromGeoJson,
  tracksFromRaceCapture,
} from "@pitwall/laps";

export type ReadTracksOptions = {
  /** The file's own name: says what a track is called where its content does not. */
  readonly fileName: string;
  /** Where (0, 0) of a centre line in metres lies. */
  readonly origin?: readonly [latDeg: number, lonDeg: number] | undefined;
};

/**
 * Tracks from a file, recognised by its content: a Pitwall track file, GeoJSON, tracks of the RaceCapture app, a centre line as CSV, or any recording
 * with at least one whole lap, whose gates are taken where it has some (VBO in both orders, say). Throws LapsError,
 * FormatError.
 */
export async function readTracks(bytes: Uint8Array, options: ReadTracksOptions): Promise<ReadTracks> {
  const name = basename(options.fileName, extname(options.fileName));
  const text = new TextDecoder().decode(bytes).replace(/^\uFEFF/, "");
  if (/^\s*\{/.test(text)) {
    if (/"format"\s*:\s*"pitwall-track"/.test(text)) return { tracks: [parseTrackFile(text)], notes: [] };
    if (/"(?:coordinates|features)"\s*:/.test(text)) return tracksFromGeoJson(text);
    if (looksLikeRaceCapture(text)) return tracksFromRaceCapture(text);
    throw new LapsError(
      "malformed",
      options.fileName,
      "is JSON, but neither a Pitwall track file nor GeoJSON nor a track of the RaceCapture app",
    );
  }
  if (isCentreLine(text)) {
    const { origin } = options;
    return trackFromCentreLineCsv(text, { name, ...(origin && { latDeg: origin[0], lonDeg: origin[1] }) });
  }
  const recording = await readRecording(bytes, { name: options.fileName });
  const { layout, notes } = recordTrack(recording, { name: "full" });
  return { tracks: [{ name: recording.track ?? name, layouts: [layout] }], notes };
}

/** A table of places without times. */
function isCentreLine(text: string): boolean {
  const head = text.slice(0, 4096).split(/\r?\n/);
  const columns = head.map((line) =>
    line
      .replace(/^#/, "")
      .split(/[,;\t]/)
      .map((c) => c.trim().replace(/^"|"$/g, "").toLowerCase()),
  );
  const titles = columns.find((c) => ["x_m", "x", "lat", "latitude"].some((t) => c.includes(t)));
  if (!titles) return false;
  const both =
    (titles.some((t) => /^x(_m)?$/.test(t)) && titles.some((t) => /^y(_m)?$/.test(t))) ||
    (titles.some((t) => /^lat(itude)?$/.test(t)) && titles.some((t) => /^(lon|lng|long|longitude)$/.test(t)));
  return both && !titles.some((t) => /time|date|utc|^t(us)?$/.test(t));
}
