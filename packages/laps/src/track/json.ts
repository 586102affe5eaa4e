export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export const isObject = (v: Json | undefined): v is JsonObject =>
  typeof v === "object" && v !== null && !Array.isArray(v);
export const isList = (v: Json | undefined): v is readonly Json[] => Array.isArray(v);
/** A text that says something. */
export const textOf = (v: Json | undefined): string | undefined =>
  typeof v === "string" && v.trim() !== "" ? v.trim() : undefined;
