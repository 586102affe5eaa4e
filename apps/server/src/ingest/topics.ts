import { createJsonMapping, createJsonProtocol, type JsonMappingConfig } from "@pitwall/protocols";
import type { JsonTopic } from "../config.ts";

/** Whether an MQTT topic matches a filter with `+` and `#` (MQTT 3.1.1, 4.7). */
export function topicMatches(filter: string, topic: string): boolean {
  const f = filter.split("/");
  const t = topic.split("/");
  for (let i = 0; i < f.length; i++) {
    if (f[i] === "#") return true;
    if (i >= t.length || (f[i] !== "+" && f[i] !== t[i])) return false;
  }
  return f.length === t.length;
}

export type PitwallTopic = {
  readonly vehicle: string;
  readonly kind: "frames" | "state" | "reply" | "command" | "clean" | "event";
};

const KINDS = new Set(["frames", "state", "reply", "command", "clean", "event"]);

/** `pitwall/v1/<vehicle>/<kind>`; undefined for any other topic. */
export function readTopic(topic: string): PitwallTopic | undefined {
  const [root, version, vehicle, kind, ...rest] = topic.split("/");
  if (root !== "pitwall" || version !== "v1" || !vehicle || !kind || rest.length > 0 || !KINDS.has(kind))
    return undefined;
  return { vehicle, kind: kind as PitwallTopic["kind"] };
}

export type JsonRoute = {
  readonly filter: string;
  readonly vehicleOf: (topic: string) => string;
  /** The mapping as text, kept with the frames so that they can be decoded again. */
  readonly mapping: string | undefined;
};

/** Checks the mappings of the configuration. Throws CodecError with the place in the mapping. */
export function jsonRoutes(config: readonly JsonTopic[]): JsonRoute[] {
  return config.map((c) => {
    if (c.mapping) createJsonProtocol(createJsonMapping(c.mapping as JsonMappingConfig));
    return {
      filter: c.filter,
      mapping: c.mapping ? JSON.stringify(c.mapping) : undefined,
      vehicleOf: (topic) => {
        const levels = topic.split("/");
        return c.vehicle.replace(/\$(\d+)/g, (_, n) => levels[Number(n) - 1] ?? "");
      },
    };
  });
}
