import { CodecError } from "@pitwall/core";
import { type FrameBatch, forEachRecord, readFrameBatch } from "@pitwall/protocols";
import { countProblem, type Device } from "../devices.ts";
import { type Door, safeName } from "./door.ts";
import { type JsonRoute, readTopic, topicMatches } from "./topics.ts";

const MAX_STATE_BYTES = 16 * 1024;

/** What a message turned out to be. Only `recorded` ones wait for the journal before they are acknowledged. */
export type Outcome = "recorded" | "noted" | "ignored";

export type MessageHandler = (
  topic: string,
  payload: Uint8Array,
  client: { readonly id: string; readonly address: string },
) => Outcome;

/**
 * Takes what devices publish, whichever broker it comes through. Throws StoreError where the journal can take nothing:
 * the message must not be acknowledged then. A message that cannot be read is counted and acknowledged; asking for it
 * again would bring the same bytes.
 */
export function createMessageHandler(door: Door, routes: readonly JsonRoute[]): MessageHandler {
  return (topic, payload, client) => {
    const known = readTopic(topic);
    if (known?.kind === "frames") {
      frames(safeName(known.vehicle), payload, client);
      return "recorded";
    }
    if (known?.kind === "state") {
      state(safeName(known.vehicle), payload, client);
      return "noted";
    }
    if (known !== undefined) return "ignored";
    const route = routes.find((r) => topicMatches(r.filter, topic));
    if (!route) return "ignored";
    json(route, topic, payload, client);
    return "recorded";
  };

  function frames(
    vehicle: string,
    payload: Uint8Array,
    client: { readonly id: string; readonly address: string },
  ): void {
    const arrivalUs = door.nowUs();
    let batch: FrameBatch;
    try {
      batch = readFrameBatch(payload);
    } catch (e) {
      if (!(e instanceof CodecError)) throw e;
      const device = door.devices.get(`mqtt:${client.id}`, vehicle, "mqtt", client.address);
      countProblem(device, { code: e.code, offset: e.offset, reason: e.message }, arrivalUs, payload);
      return;
    }
    const id = `mqtt:${safeName(batch.deviceId)}`;
    const device = door.devices.get(id, vehicle, "mqtt", client.address);
    if (device.vehicle !== vehicle) {
      // one id on two vehicles: both are recorded, under names that tell them apart
      countProblem(
        device,
        { code: "malformed", offset: 5, reason: `device "${batch.deviceId}" also publishes as ${vehicle}` },
        arrivalUs,
      );
      takeBatch(door.devices.get(`${id}@${vehicle}`, vehicle, "mqtt", client.address), batch, arrivalUs);
    } else takeBatch(device, batch, arrivalUs);
  }

  function takeBatch(device: Device, batch: FrameBatch, arrivalUs: number): void {
    const boot = batch.bootId.toString(16).padStart(8, "0");
    const sources = batch.sources.map((s) => ({ boot, name: safeName(s.name), protocol: s.protocol }));
    const utc = batch.baseUtcUs - batch.baseBootUs;
    if (Number.isFinite(utc) && (batch.utcQuality === "ntp" || batch.utcQuality === "gnss")) {
      const extra = { utcOffsetUs: String(Math.round(utc)), utcSource: batch.utcQuality };
      for (const s of sources) Object.assign(s, { extra });
    }
    forEachRecord(batch, (source, bootUs, seq, bytes, start, end) => {
      door.recorder.frame(device, sources[source]!, bytes.subarray(start, end), arrivalUs, bootUs, seq);
    });
  }

  function state(
    vehicle: string,
    payload: Uint8Array,
    client: { readonly id: string; readonly address: string },
  ): void {
    const nowUs = door.nowUs();
    const device =
      [...door.devices.ofVehicle(vehicle)].find((d) => d.transport === "mqtt") ??
      door.devices.get(`mqtt:${client.id}`, vehicle, "mqtt", client.address);
    try {
      if (payload.length > MAX_STATE_BYTES)
        throw new RangeError(`${payload.length} bytes, at most ${MAX_STATE_BYTES}`);
      const said: unknown = JSON.parse(
        Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString("utf8"),
      );
      if (typeof said !== "object" || said === null || Array.isArray(said))
        throw new TypeError("must be a JSON object");
      device.said = said as Record<string, unknown>;
      if (typeof device.said["online"] === "boolean") device.online = device.said["online"];
      device.lastSeenUs = nowUs;
    } catch (e) {
      countProblem(
        device,
        { code: "malformed", offset: 0, reason: `state: ${(e as Error).message}` },
        nowUs,
        payload,
      );
    }
  }

  function json(
    route: JsonRoute,
    topic: string,
    payload: Uint8Array,
    client: { readonly id: string; readonly address: string },
  ): void {
    const vehicle = safeName(route.vehicleOf(topic));
    const device = door.devices.get(`mqtt:${vehicle}/json`, vehicle, "mqtt", client.address);
    door.recorder.frame(
      device,
      {
        boot: "",
        name: "json",
        protocol: "json",
        ...(route.mapping === undefined ? {} : { extra: { mapping: route.mapping } }),
      },
      payload,
      door.nowUs(),
      Number.NaN,
    );
  }
}
