import type { Protocol } from "@pitwall/core";
import { findProtocol } from "@pitwall/protocols";
import { FormatError } from "../errors.ts";
import type { Carries, Format } from "../format.ts";
import { peek } from "../source.ts";
import { headLines } from "../text/sniff.ts";
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

const GNSS: Protocol = findProtocol("gnss")!;

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

const checked = logOf("gnss", {
  id: "gnss-log",
  title: "NMEA, UBX and SiRF log",
  extensions: ["nmea", "ubx", "log", "txt"],
  remarks:
    "Read only, also mixed. Messages before the first date take its day. NMEA is read without checksums where no sentence has one.",
});

/** Simple programs write NMEA without checksums. One that is there anywhere is asked for everywhere: damage is seen by it. */
function lacksChecksums(head: Uint8Array): boolean {
  const sentences = headLines(head)
    .slice(0, -1)
    .filter((l) => /^\$(?:G[A-Z]|BD|QZ)[A-Z]{3},/.test(l));
  return sentences.length >= 2 && sentences.every((l) => !l.includes("*"));
}

export const gnssLog: Format = {
  ...checked,
  sniff: (head) => (lacksChecksums(head) ? 0.95 : checked.sniff(head)),
  async read(source, options) {
    const peeked = await peek(source);
    if (!lacksChecksums(peeked.head)) return readProtocolLog(GNSS, peeked.source, options);
    const recording = await readProtocolLog(GNSS, peeked.source, options, { checksum: "optional" });
    return {
      ...recording,
      notes: ["the sentences have no checksums; damage within them cannot be seen", ...recording.notes],
    };
  },
};

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

/** Any other protocol, where somebody names it: nothing is recognised. */
export const protocolLog: Format = {
  id: "protocol-log",
  title: "Bytes of a device, as captured",
  extensions: ["bin", "log"],
  sniff: () => 0,
  async read(source, options) {
    const protocol = findProtocol(options.protocol ?? "");
    if (!protocol)
      throw new FormatError(
        "needs-mapping",
        options.name ?? "protocol-log",
        options.protocol === undefined
          ? "nothing says which protocol it is (--protocol NAME)"
          : `there is no protocol "${options.protocol}"`,
      );
    if (protocol.carrier === "can")
      throw new FormatError(
        "unsupported",
        options.name ?? "protocol-log",
        `${protocol.name} is spoken on a CAN bus, and this is no CAN log`,
      );
    return readProtocolLog(protocol, source, options, options.protocolOptions);
  },
  carries: { ...carries, remarks: "Read only, with `--protocol NAME`, where the messages carry times." },
};
