/**
 * Readers of what the server sends. The page checks what it is given without carrying a schema library to every
 * phone; the tests hold these readers against the schemas of @pitwall/api.
 */
export type Read<T> = (x: unknown) => T;

export class UnexpectedMessage extends Error {
  override readonly name = "UnexpectedMessage";
}

const fail = (wanted: string, x: unknown): never => {
  throw new UnexpectedMessage(`expected ${wanted}, got ${x === null ? "null" : typeof x}`);
};

export const text: Read<string> = (x) => (typeof x === "string" ? x : fail("text", x));
export const number: Read<number> = (x) => (typeof x === "number" ? x : fail("a number", x));
export const flag: Read<boolean> = (x) => (typeof x === "boolean" ? x : fail("true or false", x));

export const orNull =
  <T>(read: Read<T>): Read<T | null> =>
  (x) =>
    x === null ? null : read(x);

export const oneOf =
  <const T extends string>(...values: readonly T[]): Read<T> =>
  (x) =>
    values.find((v) => v === x) ?? fail(values.join(" or "), x);

export const list =
  <T>(read: Read<T>): Read<T[]> =>
  (x) =>
    Array.isArray(x) ? x.map(read) : fail("a list", x);

const fields = (x: unknown): Record<string, unknown> =>
  typeof x === "object" && x !== null && !Array.isArray(x)
    ? (x as Record<string, unknown>)
    : fail("an object", x);

export const record =
  <T>(read: Read<T>): Read<Record<string, T>> =>
  (x) =>
    Object.fromEntries(Object.entries(fields(x)).map(([k, v]) => [k, read(v)]));

export const anything: Read<unknown> = (x) => x;

/** Fields that are not named are left out, as newer servers may say more. */
export const object =
  <T extends object>(shape: { readonly [K in keyof T]-?: Read<T[K]> }): Read<T> =>
  (x) => {
    const from = fields(x);
    const out: Partial<T> = {};
    for (const key of Object.keys(shape) as (keyof T & string)[]) {
      try {
        const value = shape[key](from[key]);
        if (value !== undefined) out[key] = value;
      } catch (cause) {
        throw new UnexpectedMessage(`${key}: ${(cause as Error).message}`, { cause });
      }
    }
    return out as T;
  };

export const optional =
  <T>(read: Read<T>): Read<T | undefined> =>
  (x) =>
    x === undefined ? undefined : read(x);
