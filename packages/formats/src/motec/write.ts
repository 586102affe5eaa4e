import type { Recording } from "@pitwall/core";
import type { WriteOptions } from "../format.ts";
import { seconds, sheetOf, writeRows } from "../logger-csv/write.ts";
import { oneLine } from "../text/writer.ts";

const two = (n: number): string => String(n).padStart(2, "0");
const quote = (cell: string): string => `"${oneLine(cell).replaceAll('"', "'")}"`;

/** As MoTeC i2 exports: every cell quoted, CRLF, names in row 15, units in 16, data from 19. */
export async function* writeMotecCsv(
  recording: Recording,
  options: WriteOptions,
): AsyncGenerator<Uint8Array> {
  const sheet = sheetOf(recording, options, "motec", "G");
  const d = new Date(sheet.baseUs / 1000);
  const row = (...cells: (string | undefined)[]) =>
    cells.map((c) => (c === undefined ? "" : quote(c))).join(",");
  const blank = undefined;
  const head = [
    row("Format", "MoTeC CSV File", blank, blank, "Workbook", ""),
    row("Venue", recording.track ?? "", blank, blank, "Worksheet", ""),
    row("Vehicle", recording.vehicle ?? "", blank, blank, "Vehicle Desc", ""),
    row("Driver", recording.driver ?? "", blank, blank, "Engine ID", ""),
    row("Device", recording.device ?? options.creator ?? "Pitwall"),
    row("Comment", "", blank, blank, "Session", recording.title ?? ""),
    row(
      "Log Date",
      `${two(d.getUTCDate())}/${two(d.getUTCMonth() + 1)}/${d.getUTCFullYear()}`,
      blank,
      blank,
      "Origin Time",
      seconds(sheet.fromS * 1e6),
      "s",
    ),
    row(
      "Log Time",
      `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())}`,
      blank,
      blank,
      "Start Time",
      seconds(sheet.fromS * 1e6),
      "s",
    ),
    row("Sample Rate", sheet.rateHz.toFixed(3), "Hz", blank, "End Time", seconds(sheet.toS * 1e6), "s"),
    row("Duration", seconds((sheet.toS - sheet.fromS) * 1e6), "s", blank, "Start Distance", "0", "m"),
    row("Range", "entire outing", blank, blank, "End Distance", "0", "m"),
    row("Beacon Markers", sheet.beaconsS.map((s) => seconds(s * 1e6)).join(" ")),
    "",
    "",
    row("Time", ...sheet.titles),
    row("s", ...sheet.units),
    "",
    "",
    "",
  ].join("\r\n");
  yield* writeRows(head, sheet, (time, cells) => `"${time}","${cells.join('","')}"\r\n`);
}
