import type { Protocol } from "@pitwall/core";
import { findProtocol } from "@pitwall/protocols";
import type { Carries, Format } from "../format.ts";
import { readProtocolLog, sniffProtocol } from "./read.ts";

const carries: Carries = {
  times: "own",
  absoluteTime: true,
  channels: "all",
  gaps: true,
  laps: "none",
  gates: false,
  remarks: "",
};

function logOf(
  name: string,
  rest: Omit<Format, "sniff" | "read" | "carries"> & { readonly remarks: string },
): Format {
  const { remarks, ...format } = rest;
  const protocol: Protocol = findProtocol(name)!;
  return {
    ...format,
    sniff: (head) => sniffProtocol(protocol, head),
    read: (source, options) => readProtocolLog(protocol, source, options),
    carries: { ...carries, remarks },
  };
}

export const gnssLog = logOf("gnss", {
  id: "gnss-log",
  title: "NMEA, UBX and SiRF log",
  extensions: ["nmea", "ubx", "log", "txt"],
  remarks: "Read only, also mixed. Messages before the first date take its day.",
});

export const blackboxLog = logOf("blackbox", {
  id: "blackbox-log",
  title: "Blackbox packets",
  extensions: ["bin"],
  remarks: "Read only. Times count from the device's start.",
});

export const vescLog = logOf("vesc-uart", {
  id: "vesc-uart-log",
  title: "VESC over UART, as captured",
  extensions: ["bin"],
  remarks: "Read only, where the messages carry times.",
});
