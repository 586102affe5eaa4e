import { CodecError, type Protocol, type ProtocolOptions } from "@pitwall/core";
import { findProtocol } from "@pitwall/protocols";

/** One bus or sensor of a device within a session, as the journal names it. */
export type SourceInfo = {
  readonly device: string;
  /** Distinguishes the device's boots; boot times of two boots are not comparable. */
  readonly boot: string;
  /** "can0", "gnss", "udp". */
  readonly name: string;
  /** What is spoken on it: `vesc-can+vesc-bms`, `telemetry-node?dialect=readme`. */
  readonly protocol: string;
};

export type SpokenProtocol = { readonly protocol: Protocol; readonly options: ProtocolOptions };

const optionValue = (text: string): string | number | boolean => {
  if (text === "true" || text === "false") return text === "true";
  const n = Number(text);
  return text !== "" && Number.isFinite(n) ? n : text;
};

/** Reads a protocol description: names joined by `+`, each with options behind `?`. Throws CodecError "unsupported" for a name that is not in the registry. */
export function parseProtocols(description: string): SpokenProtocol[] {
  return description.split("+").map((part) => {
    const [name = "", query = ""] = part.split("?");
    const protocol = findProtocol(name);
    if (!protocol) throw new CodecError("unsupported", "protocol", 0, `no protocol named "${name}"`);
    const options = Object.fromEntries(
      query
        .split("&")
        .filter((p) => p.length > 0)
        .map((p) => {
          const [key = "", value = "true"] = p.split("=");
          return [key, optionValue(value)];
        }),
    );
    return { protocol, options };
  });
}
