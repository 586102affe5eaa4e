import { epochUs } from "@pitwall/core";
import { cellsOf } from "../text/lines.ts";

/** What the lines above the table say. */
export type Preamble = {
  version?: number;
  title?: string;
  track?: string;
  driver?: string;
  createdUs?: number;
};

const KEYS: Readonly<Record<string, "title" | "track" | "driver">> = {
  "session title": "title",
  "track name": "track",
  "driver name": "driver",
};

/** Takes one `Key,Value` line; lines it does not know are nothing to it. */
export function takePreamble(text: string, into: Preamble): void {
  const [key = "", value = "", more = ""] = cellsOf(text, /[,;\t]/.exec(text)?.[0] ?? ",");
  const name = KEYS[key.toLowerCase()];
  if (name && value !== "") into[name] = value;
  else if (key === "Format") into.version = Number(value);
  else if (key === "Created") {
    const day = /^(\d\d?)\/(\d\d?)\/(\d{4})$/.exec(value);
    const time = /^(\d\d?):(\d\d)(?::(\d\d))?/.exec(more);
    if (day)
      into.createdUs = epochUs(
        Number(day[3]),
        Number(day[2]),
        Number(day[1]),
        Number(time?.[1] ?? 0),
        Number(time?.[2] ?? 0),
        Number(time?.[3] ?? 0),
      );
  }
}
