import type { CanFrame } from "@pitwall/core";

export const CANDUMP_FORMS = ["log", "console", "console-time"] as const;
export type CandumpForm = (typeof CANDUMP_FORMS)[number];

const ERROR_FLAG = 0x2000_0000;
const hex = (x: number, digits: number) => x.toString(16).toUpperCase().padStart(digits, "0");

/** Seconds with six digits behind the point; 0 where the frame has no time. */
function time(tUs: number): string {
  const us = Number.isFinite(tUs) ? Math.round(tUs) : 0;
  const seconds = Math.floor(us / 1e6);
  return `${String(seconds).padStart(10, "0")}.${String(us - seconds * 1e6).padStart(6, "0")}`;
}

/** One line as candump writes it, without its end. `form`: log file, console, console with absolute times. */
export function formatCandump(frame: CanFrame, iface = "can0", form: CandumpForm = "log"): string {
  const id = frame.error
    ? hex(frame.id + ERROR_FLAG, 8)
    : frame.extended
      ? hex(frame.id, 8)
      : hex(frame.id, 3);
  const bytes: string[] = [];
  if (!frame.remote) for (let i = 0; i < frame.length; i++) bytes.push(hex(frame.data[i]!, 2));
  if (form === "log") {
    const data = frame.remote ? `R${frame.length === 0 ? "" : frame.length}` : bytes.join("");
    return `(${time(frame.tUs)}) ${iface} ${id}#${frame.fd ? "#0" : ""}${data}`;
  }
  const length = frame.fd ? String(frame.length).padStart(2, "0") : frame.length;
  const data = frame.remote ? "remote request" : bytes.join(" ");
  const head = form === "console-time" ? ` (${time(frame.tUs)})` : "";
  const tail = frame.error ? "   ERRORFRAME" : "";
  return `${head}  ${iface}  ${id.padStart(3)}   [${length}]  ${data}${tail}`.trimEnd();
}
