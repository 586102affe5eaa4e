import { StoreError } from "./errors.ts";

const PLAIN = /[a-z0-9_-]/i;
const LONGEST = 200;

/**
 * A vehicle or session id, which may come from a device, as the name of one file or folder; `fromFileName` is the
 * inverse. Everything but letters, digits, `_`, `-` and inner dots becomes `%` and two hexadecimal digits a byte.
 */
export function toFileName(id: string, reserved: readonly string[] = []): string {
  const bytes = new TextEncoder().encode(id);
  let name = "";
  for (const [i, byte] of bytes.entries()) {
    const c = String.fromCharCode(byte);
    const plain = byte < 0x80 && (PLAIN.test(c) || (c === "." && i > 0));
    name += plain ? c : `%${byte.toString(16).padStart(2, "0")}`;
  }
  if (name === "" || name.length > LONGEST)
    throw new StoreError("bad-name", JSON.stringify(id.slice(0, 40)), "ids have 1 to 200 characters");
  if (reserved.includes(name.toLowerCase())) name = `%${name.charCodeAt(0).toString(16)}${name.slice(1)}`;
  return name;
}

export function fromFileName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
