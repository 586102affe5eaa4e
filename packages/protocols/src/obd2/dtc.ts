import { CodecError } from "@pitwall/core";
import { DTC_FAMILIES } from "./dtc.table.ts";

const SYSTEMS = "PCBU";
const CODE = /^[PCBU][0-3][0-9A-F]{3}$/;

/** Two bytes of a trouble code to its name: 0x0133 is P0133, 0xC123 is U0123 (SAE J2012). */
export function dtcName(raw: number): string {
  const digits = (raw & 0x3fff).toString(16).toUpperCase().padStart(4, "0");
  return SYSTEMS[(raw >> 14) & 3]! + digits;
}

/** The inverse of `dtcName`. Throws CodecError "malformed". */
export function dtcRaw(name: string): number {
  if (!CODE.test(name)) throw new CodecError("malformed", "dtc", 0, `"${name}" is no trouble code`);
  return (SYSTEMS.indexOf(name[0]!) << 14) | Number.parseInt(name.slice(1), 16);
}

let texts: Map<string, string> | undefined;

/** The table names its codes by tens: P0129 is followed by P0130. */
function expand(): Map<string, string> {
  const map = new Map<string, string>();
  for (const [first, subject, faults] of DTC_FAMILIES) {
    const prefix = first.slice(0, first.length - 2);
    const base = Number(first.slice(-2));
    faults.forEach((fault, i) => {
      if (fault === "-") return;
      const number = base + i;
      const head = number < 100 ? prefix : prefix.slice(0, -1) + String(Number(prefix.slice(-1)) + 1);
      map.set(head + String(number % 100).padStart(2, "0"), fault === "" ? subject : `${subject}: ${fault}`);
    });
  }
  return map;
}

/** What a generic code says, in short; undefined for one of the maker's own. */
export function dtcText(name: string): string | undefined {
  texts ??= expand();
  return texts.get(name);
}

/** All generic codes with their texts. */
export function dtcTexts(): ReadonlyMap<string, string> {
  texts ??= expand();
  return texts;
}
