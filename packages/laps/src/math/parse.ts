import { LapsError } from "../errors.ts";
import { type Token, tokenize } from "./tokens.ts";

export type BinaryOperator =
  | "+"
  | "-"
  | "*"
  | "/"
  | "%"
  | "^"
  | "<"
  | "<="
  | ">"
  | ">="
  | "=="
  | "!="
  | "&&"
  | "||";

/** An expression as a tree; `at` is the column in its text, from 1. */
export type Node =
  | {
      readonly kind: "number";
      readonly value: number;
      readonly unit: string | undefined;
      readonly at: number;
    }
  | { readonly kind: "channel"; readonly name: string; readonly at: number }
  | { readonly kind: "unary"; readonly operator: "-" | "!"; readonly operand: Node; readonly at: number }
  | {
      readonly kind: "binary";
      readonly operator: BinaryOperator;
      readonly left: Node;
      readonly right: Node;
      readonly at: number;
    }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Node[]; readonly at: number };

/** Higher binds tighter. */
const POWER: Readonly<Record<string, number>> = {
  "||": 1,
  "&&": 2,
  "==": 3,
  "!=": 3,
  "<": 4,
  "<=": 4,
  ">": 4,
  ">=": 4,
  "+": 5,
  "-": 5,
  "*": 6,
  "/": 6,
  "%": 6,
  "^": 8,
};
const UNARY_POWER = 7;
const DEEPEST = 60;
const MOST_NODES = 500;

/**
 * Parses an expression: numbers (`9.8`, with a unit `9.8[m/s^2]`), channels (`vehicle.aLat`, or `"Any Name"` in quotes),
 * `+ - * / % ^`, comparisons, `&& || !`, and calls. `^` binds tightest and to the right. Throws LapsError "syntax" with
 * the column, "too-complex" over 500 parts or 60 levels.
 */
export function parseExpression(text: string): Node {
  const parser = new Parser(tokenize(text));
  const node = parser.expression(0, 0);
  parser.expectEnd();
  return node;
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #nodes = 0;
  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  expression(least: number, depth: number): Node {
    if (depth > DEEPEST)
      throw new LapsError("too-complex", `column ${this.#peek().at}`, `more than ${DEEPEST} levels`);
    let left = this.#prefix(depth);
    for (;;) {
      const token = this.#peek();
      const power = token.kind === "operator" ? POWER[token.text] : undefined;
      if (power === undefined || power <= least) return left;
      this.#at++;
      // to the right: 2^3^2 is 2^9
      const right = this.expression(token.text === "^" ? power - 1 : power, depth + 1);
      left = this.#count({
        kind: "binary",
        operator: token.text as BinaryOperator,
        left,
        right,
        at: token.at,
      });
    }
  }

  expectEnd(): void {
    const token = this.#peek();
    if (token.kind !== "end") throw unexpected(token, "an operator");
  }

  #prefix(depth: number): Node {
    const token = this.#next();
    if (token.kind === "number") {
      const value = Number(token.text);
      const unit = this.#peek().kind === "unit" ? this.#next().text : undefined;
      return this.#count({ kind: "number", value, unit, at: token.at });
    }
    if (token.kind === "name") {
      if (this.#isOperator("(")) return this.#call(token, depth);
      return this.#count({ kind: "channel", name: token.text, at: token.at });
    }
    if (token.kind === "operator" && (token.text === "-" || token.text === "!")) {
      const operand = this.expression(UNARY_POWER, depth + 1);
      return this.#count({ kind: "unary", operator: token.text, operand, at: token.at });
    }
    if (token.kind === "operator" && token.text === "(") {
      const inner = this.expression(0, depth + 1);
      this.#expect(")");
      return inner;
    }
    throw unexpected(token, "a number, a channel or a bracket");
  }

  #call(name: Token, depth: number): Node {
    this.#expect("(");
    const args: Node[] = [];
    if (!this.#isOperator(")"))
      do args.push(this.expression(0, depth + 1));
      while (this.#isOperator(",") && this.#next());
    this.#expect(")");
    return this.#count({ kind: "call", name: name.text, args, at: name.at });
  }

  #count(node: Node): Node {
    if (++this.#nodes > MOST_NODES)
      throw new LapsError("too-complex", `column ${node.at}`, `more than ${MOST_NODES} parts`);
    return node;
  }
  #peek(): Token {
    return this.#tokens[this.#at]!;
  }
  #next(): Token {
    const token = this.#peek();
    if (token.kind !== "end") this.#at++;
    return token;
  }
  #isOperator(text: string): boolean {
    const token = this.#peek();
    return token.kind === "operator" && token.text === text;
  }
  #expect(text: string): void {
    const token = this.#next();
    if (token.kind !== "operator" || token.text !== text) throw unexpected(token, `"${text}"`);
  }
}

const unexpected = (token: Token, wanted: string): LapsError =>
  new LapsError(
    "syntax",
    `column ${token.at}`,
    `${wanted} expected, not ${token.kind === "end" ? "the end" : `"${token.text}"`}`,
  );
