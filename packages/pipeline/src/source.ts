import { CodecError, type Protocol, type ProtocolOptions } from "@pitwall/core";
import {
  createJsonMapping,
  createJsonProtocol,
  findProtocol,
  type JsonMappingConfig,
} from "@pitwall/protocols";

/** One bus or sensor of a device within a session, as the journal names it. */
export type SourceInfo = {
  readonly device: string;
  /** Distinguishes the device's boots; boot times of two boots are not comparable. */
  readonly boot: string;
  /** "can0", "gnss", "udp". */
  readonly name: string;
  /** What is spoken on it: `vesc-can+vesc-bms`, `telemetry-node?dialect=readme`. */
  readonly protocol: string;
  /** What else is needed to decode its frames again: `mapping` of mapped JSON; `utcOffsetUs` and `utcSource` of a device that knows UTC. */
  readonly extra?: Readonly<Record<string, string>>;
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

/** The protocols of a source, its own JSON mapping included. Throws CodecError. */
export function spokenBy(info: SourceInfo): SpokenProtocol[] {
  const mapping = info.extra?.["mapping"];
  if (mapping === undefined || info.protocol !== "json") return parseProtocols(info.protocol);
  let config: unknown;
  try {
    config = JSON.parse(mapping);
  } catch (e) {
    throw new CodecError("malformed", "json-mapping", 0, (e as Error).message, { cause: e });
  }
  return [{ protocol: createJsonProtocol(createJsonMapping(config as JsonMappingConfig)), options: {} }];
}
