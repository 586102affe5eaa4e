const NEAR = 0.4;

/** Letters without their accents, small. */
const plain = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Whether a name holds a text, whatever its accents and capitals. */
export const holds = (name: string, text: string): boolean => plain(name).includes(plain(text));

/** The name with the fewest letters to change, where that is less than two in five. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = NEAR * name.length;
  for (const other of names) {
    const d = distance(plain(name), plain(other));
    if (d < least) {
      least = d;
      best = other;
    }
  }
  return best;
}

/** Names of which one word, or all of it, is nearly what was typed; the nearest first. */
export function nearNames(typed: string, names: readonly string[]): string[] {
  const found = names.flatMap((name) => {
    const words = [name, ...name.split(/[\s-]+/)];
    const word = nearest(typed, words);
    return word === undefined ? [] : [{ name, d: distance(plain(typed), plain(word)) }];
  });
  return found.sort((a, b) => a.d - b.d).map((f) => f.name);
}

/** Letters to insert, delete or replace (Levenshtein, 1966). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length]!;
}
