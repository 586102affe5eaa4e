import { LapsError } from "../errors.ts";

export type Token = {
  readonly kind: "number" | "name" | "unit" | "operator" | "end";
  readonly text: string;
  /** Column of the first character, from 1. */
  readonly at: number;
};

const LONGEST = 2000;
const OPERATORS = [
  "<=",
  ">=",
  "==",
  "!=",
  "&&",
  "||",
  "+",
  "-",
  "*",
  "/",
  "%",
  "^",
  "<",
  ">",
  "!",
  "(",
  ")",
  ",",
];

/** Throws LapsError "syntax" with the column, "too-complex" for a text over 2,000 characters. */
export function tokenize(text: string): Token[] {
  if (text.length > LONGEST)
    throw new LapsError(
      "too-complex",
      "expression",
      `it has ${text.length} characters; ${LONGEST} are the limit`,
    );
  const tokens: Token[] = [];
  let i = 0;
  const take = (kind: Token["kind"], pattern: RegExp): boolean => {
    pattern.lastIndex = i;
    const found = pattern.exec(text)?.[0];
    if (found === undefined) return false;
    tokens.push({ kind, text: found, at: i + 1 });
    i += found.length;
    return true;
  };
  while (i < text.length) {
    const c = text[i]!;
    if (c === " " || c === "\t" || c === "\n" || c === "\r") {
      i++;
      continue;
    }
    if (c === '"' || c === "[") {
      const close = text.indexOf(c === '"' ? '"' : "]", i + 1);
      if (close < 0) throw new LapsError("syntax", `column ${i + 1}`, `${c} is not closed`);
      tokens.push({ kind: c === '"' ? "name" : "unit", text: text.slice(i + 1, close).trim(), at: i + 1 });
      i = close + 1;
      continue;
    }
    if (take("number", /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y)) continue;
    if (take("name", /[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*/y)) continue;
    const operator = OPERATORS.find((o) => text.startsWith(o, i));
    if (operator === undefined)
      throw new LapsError("syntax", `column ${i + 1}`, `"${c}" has no meaning here`);
    tokens.push({ kind: "operator", text: operator, at: i + 1 });
    i += operator.length;
  }
  tokens.push({ kind: "end", text: "the end", at: text.length + 1 });
  return tokens;
}
