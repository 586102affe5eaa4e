import type { CsvMapping } from "../generic-csv/mapping.ts";

type Delimiter = CsvMapping["delimiter"];
const CANDIDATES: readonly Delimiter[] = [";", "\t", ",", "|"];

/** The delimiter that splits the lines most evenly into most cells; quoted parts do not count. */
export function guessDelimiter(lines: readonly string[]): Delimiter {
  const plain = lines.map((l) => l.replace(/"[^"]*"/g, ""));
  let best: Delimiter = ",";
  let most = 0;
  for (const d of CANDIDATES) {
    const counts = plain.map((l) => l.split(d).length - 1);
    const least = Math.min(...counts);
    if (least > most) {
      most = least;
      best = d;
    }
  }
  return best;
}
