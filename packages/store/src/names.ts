import { createHash } from "node:crypto";
import { StoreError } from "./errors.ts";

const PLAIN = /[a-z0-9_-]/i;
const LONGEST = 200;
const SHORT = 100;

function encode(text: string): string {
  let name = "";
  for (const [i, byte] of new TextEncoder().encode(text).entries()) {
    const c = String.fromCharCode(byte);
    const plain = byte < 0x80 && (PLAIN.test(c) || (c === "." && i > 0));
    name += plain ? c : `%${byte.toString(16).padStart(2, "0")}`;
  }
  return name;
}

/**
 * A vehicle or session id, which may come from a device, as the name of one file or folder; `fromFileName` is the
 * inverse. Everything but letters, digits, `_`, `-` and inner dots becomes `%` and two hexadecimal digits a byte.
 */
export function toFileName(id: string, reserved: readonly string[] = []): string {
  const name = encode(id);
  if (name === "" || name.length > LONGEST)
    throw new StoreError(
      "bad-name",
      JSON.stringify(id.slice(0, 40)),
      `an id has 1 to ${LONGEST} characters, fewer where they are no plain letters`,
    );
  if (reserved.includes(name.toLowerCase())) return `%${name.charCodeAt(0).toString(16)}${name.slice(1)}`;
  return name;
}

/** Any text as a file name that differs from that of any other text; what is long ends in a hash instead. */
export function shortFileName(text: string): string {
  const name = encode(text);
  if (name.length <= SHORT) return name;
  return `${name.slice(0, SHORT - 21)}~${createHash("sha256").update(text).digest("hex").slice(0, 20)}`;
}

export function fromFileName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
