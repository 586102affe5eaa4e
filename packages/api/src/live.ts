import * as z from "zod";
import { ServerInfo, VehicleState } from "./http.ts";

/** Client to server, JSON text. A new subscription replaces the one before. */
export const Subscribe = z.object({
  type: z.literal("subscribe"),
  vehicles: z.union([z.literal("*"), z.array(z.string()).max(1000)]),
  channels: z.union([z.literal("*"), z.array(z.string()).max(1000)]),
  /** At most this many rows a second and stream; 0 is every row. */
  rateHz: z.number().min(0).max(1000).default(0),
});
export const ClientMessage = z.discriminatedUnion("type", [Subscribe]);
export type ClientMessage = z.input<typeof ClientMessage>;
export type Subscription = z.output<typeof Subscribe>;

/**
 * Server to client, JSON text.
 * A `stream` names what the binary batches with its number carry; it comes before the first of them.
 */
export const ServerMessage = z.discriminatedUnion("type", [
  z.object({ type: z.literal("hello"), server: ServerInfo }),
  z.object({ type: z.literal("server"), server: ServerInfo }),
  z.object({ type: z.literal("vehicles"), vehicles: z.array(VehicleState) }),
  z.object({
    type: z.literal("stream"),
    stream: z.number(),
    vehicle: z.string(),
    session: z.string(),
    source: z.string(),
    message: z.string(),
    channels: z.array(z.object({ id: z.string(), unit: z.string() })),
  }),
  /** This client could not keep up: rows were left out, it has the newest. Total since it connected. */
  z.object({ type: z.literal("thinned"), rows: z.number() }),
  z.object({ type: z.literal("error"), code: z.string(), message: z.string() }),
]);
export type ServerMessage = z.output<typeof ServerMessage>;

export { decodeLiveBatch, encodeLiveBatch, type LiveBatch } from "./live-batch.ts";
