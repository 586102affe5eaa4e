/** ISO 3779 with the check digit of 49 CFR 565 (North America): position 9. */
const WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
/** Values of A to Z; I, O and Q do not occur. */
const LETTERS = "12345678-12345-7-923456789";

function digitOf(character: string): number {
  const code = character.charCodeAt(0);
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = LETTERS[code - 0x41];
  return letter === undefined || letter === "-" ? Number.NaN : Number(letter);
}

/** Check digit that belongs to a VIN; undefined for a text that is none (17 digits and capital letters without I, O, Q). */
export function vinCheckDigit(vin: string): string | undefined {
  if (vin.length !== WEIGHTS.length) return undefined;
  let sum = 0;
  for (let i = 0; i < WEIGHTS.length; i++) sum += digitOf(vin[i]!) * WEIGHTS[i]!;
  if (Number.isNaN(sum)) return undefined;
  const rest = sum % 11;
  return rest === 10 ? "X" : String(rest);
}

export type VinCheck = "ok" | "bad-check-digit" | "malformed";

/** Outside North America position 9 is often something else: a wrong check digit alone proves no error. */
export function checkVin(vin: string): VinCheck {
  const digit = vinCheckDigit(vin);
  return digit === undefined ? "malformed" : digit === vin[8] ? "ok" : "bad-check-digit";
}
