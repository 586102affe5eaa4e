import type { CsvMapping } from "../generic-csv/mapping.ts";

type Delimiter = CsvMapping["delimiter"];
const CANDIDATES: readonly Delimiter[] = [";", "\t", ",", "|"];

/**
 * The delimiter that splits the lines most evenly into most cells; quoted parts do not count, nor do commas between
 * digits where another one splits the lines: those are decimal signs.
 */
export function guessDelimiter(lines: readonly string[]): Delimiter {
  const plain = lines.map((l) => l.replace(/"[^"]*"/g, ""));
  const least = (d: Delimiter, among: readonly string[]) =>
    Math.min(...among.map((l) => l.split(d).length - 1));
  let best: Delimiter = ",";
  let most = 0;
  for (const d of CANDIDATES) {
    const split = d === "," && most > 0 ? plain.map((l) => l.replace(/(?<=\d),(?=\d)/g, "")) : plain;
    const cells = least(d, split);
    if (cells > most) {
      most = cells;
      best = d;
    }
  }
  return best;
}
