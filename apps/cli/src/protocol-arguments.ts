import type { Protocol, ProtocolOptions } from "@pitwall/core";
import { findProtocol, PROTOCOLS } from "@pitwall/protocols";
import { UsageError } from "./command.ts";

export function protocolNamed(name: string | undefined): Protocol {
  if (name === undefined) throw new UsageError("which protocol?");
  const found = findProtocol(name);
  if (!found)
    throw new UsageError(`no protocol "${name}"; there are ${PROTOCOLS.map((p) => p.name).join(" ")}`);
  return found;
}

/** `--option key=value` as the protocol declares it. Throws UsageError for an option it does not have. */
export function protocolOptions(protocol: Protocol, given: readonly string[]): ProtocolOptions {
  const options: Record<string, string | number | boolean> = {};
  for (const pair of given) {
    const [key = "", ...rest] = pair.split("=");
    const text = rest.join("=");
    const spec = protocol.options?.[key];
    if (!spec)
      throw new UsageError(
        `${protocol.name} has no option "${key}"; it has ${Object.keys(protocol.options ?? {}).join(" ") || "none"}`,
      );
    if (spec.values && !spec.values.includes(text))
      throw new UsageError(`${key} is one of ${spec.values.join(" ")}`);
    const kind = typeof spec.default;
    options[key] = kind === "number" ? Number(text) : kind === "boolean" ? text !== "false" : text;
    if (Number.isNaN(options[key])) throw new UsageError(`${key} takes a number, not "${text}"`);
  }
  return options;
}
