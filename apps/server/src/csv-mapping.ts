import type { CsvMapping } from "@pitwall/formats";
import { z } from "zod";
import { ConfigError } from "./config.ts";

const column = z.union([z.string(), z.int().nonnegative()]);
const line = z.int().nonnegative();

/** What the columns of a table mean, as a file that people may write. `first` shows values of the table and means nothing. */
export const CsvMappingSchema = z.strictObject({
  delimiter: z.enum([",", ";", "\t", "|", " "]),
  decimal: z.enum([".", ","]),
  headerLine: line,
  dataLine: line,
  time: z.union([
    z.strictObject({
      column,
      kind: z.enum(["s", "ms", "us", "ns", "h:m:s", "iso", "d/m/y", "m/d/y"]),
      date: column.optional(),
      millis: column.optional(),
      first: z.array(z.string()).optional(),
    }),
    z.strictObject({ rateHz: z.number().positive() }),
  ]),
  columns: z.array(
    z.strictObject({
      column,
      channel: z.string().min(1),
      unit: z.string().default(""),
      negate: z.boolean().optional(),
      first: z.array(z.string()).optional(),
    }),
  ),
});

/** A mapping from the text of a JSON file. Throws ConfigError that says where and why. */
export function parseMapping(text: string, place: string): CsvMapping {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (e) {
    throw new ConfigError(`${place}: is no JSON (${(e as Error).message})`, { cause: e });
  }
  const parsed = CsvMappingSchema.safeParse(json);
  if (parsed.success) return parsed.data as CsvMapping;
  const [issue] = parsed.error.issues;
  throw new ConfigError(`${place}: ${issue!.path.join(".") || "the mapping"}: ${issue!.message}`, {
    cause: parsed.error,
  });
}
