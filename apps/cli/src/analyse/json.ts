/** A value as JSON has it: what is not there is null, typed arrays are plain ones. */
export function withoutNaN(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (value instanceof Float64Array) return Array.from(value, withoutNaN);
  if (Array.isArray(value)) return value.map(withoutNaN);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, withoutNaN(v)]));
  return value;
}
