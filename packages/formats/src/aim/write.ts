import type { Recording } from "@pitwall/core";
import type { WriteOptions } from "../format.ts";
import { seconds, sheetOf, writeRows } from "../logger-csv/write.ts";
import { oneLine, quoted } from "../text/writer.ts";

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = "January February March April May June July August September October November December".split(
  " ",
);
const two = (n: number): string => String(n).padStart(2, "0");

/** `1:02.345` */
const lapText = (us: number): string => {
  const m = Math.floor(us / 60e6);
  return `${m}:${((us - m * 60e6) / 1e6).toFixed(3).padStart(6, "0")}`;
};

/** As Race Studio 3 exports: no quotes but where needed, a cell a beacon, the last of them at the end. */
export async function* writeAimCsv(recording: Recording, options: WriteOptions): AsyncGenerator<Uint8Array> {
  const sheet = sheetOf(recording, options, "aim", "g");
  const d = new Date(sheet.baseUs / 1000);
  const marks = [...sheet.beaconsS.filter((s) => s <= sheet.toS), sheet.toS];
  const row = (...cells: string[]) => cells.map((c) => quoted(oneLine(c))).join(",");
  const date = `${DAYS[d.getUTCDay()]}, ${MONTHS[d.getUTCMonth()]} ${d.getUTCDate()}, ${d.getUTCFullYear()}`;
  const head = [
    row("Format", "AiM CSV File"),
    row("Session", recording.title ?? recording.track ?? ""),
    row("Vehicle", recording.vehicle ?? ""),
    row("Racer", recording.driver ?? ""),
    row("Championship", ""),
    row("Comment", options.creator ?? "Pitwall"),
    row("Date", date),
    row("Time", `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())}`),
    row("Sample Rate", String(sheet.rateHz)),
    row("Duration", seconds(sheet.toS * 1e6)),
    row("Segment", "Session"),
    row("Beacon Markers", ...marks.map((s) => seconds(s * 1e6))),
    row("Segment Times", ...marks.map((s, i) => lapText((s - (i === 0 ? 0 : marks[i - 1]!)) * 1e6))),
    "",
    row("Time", ...sheet.titles),
    row("s", ...sheet.units),
    "",
    "",
  ].join("\r\n");
  yield* writeRows(head, sheet, (time, cells) => `${time},${cells.join(",")}\r\n`);
}
