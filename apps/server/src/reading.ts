import type { ReadOptions } from "@pitwall/formats";
import { z } from "zod";
import { CsvMappingSchema } from "./csv-mapping.ts";

/**
 * How a file was read that is kept in a session: whatever its content does not say. It stands in the journal before the
 * file's pieces, as a frame of a source of its own with the file's name.
 */
const Reading = z.strictObject({
  name: z.string(),
  dbc: z.string().optional(),
  protocol: z.string().optional(),
  protocolOptions: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  date: z.iso.date().optional(),
  eastPositive: z.boolean().optional(),
  ldx: z.string().optional(),
  mapping: CsvMappingSchema.optional(),
});
export type Reading = Pick<ReadOptions, Exclude<keyof z.infer<typeof Reading>, "name">> & {
  readonly name: string;
};

/** The protocol of the source that holds it. */
export const READING = "file-reading";

/** Of the options of a reader, those that a file's samples depend on. */
export function keptOf(options: ReadOptions): Omit<Reading, "name"> {
  const { dbc, protocol, protocolOptions, date, eastPositive, ldx, mapping } = options;
  const kept = { dbc, protocol, protocolOptions, date, eastPositive, ldx, mapping };
  return Object.fromEntries(Object.entries(kept).filter(([, v]) => v !== undefined));
}

export const readingToBytes = (reading: Reading): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(Reading.parse(reading)));

/** Undefined for bytes that are none: of a later Pitwall, or damaged. */
export function readingFromBytes(bytes: Uint8Array): Reading | undefined {
  try {
    const parsed = Reading.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
    return parsed.success ? (parsed.data as Reading) : undefined;
  } catch {
    return undefined;
  }
}
