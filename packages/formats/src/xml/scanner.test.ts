import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { XmlScanner } from "./scanner.ts";

const POINTS = 200;
const point = (i: number) => `<pt lat="50.${i}" lon='4'><ele>${i}</ele></pt>\n`;
const whole = Array.from({ length: POINTS }, (_, i) => point(i));
const HEAD = '<?xml version="1.0"?>\n<gpx>\n';
const FILE = `${HEAD}${whole.join("")}</gpx>\n`;

function scan(text: string, pieces: number): { points: Set<string>; problems: number } {
  const points = new Set<string>();
  let problems = 0;
  const scanner = new XmlScanner({
    blocks: new Set(["pt"]),
    onBlock: (_, block) => points.add(`${block}\n`),
    onProblem: () => problems++,
  });
  for (let at = 0; at < text.length; at += pieces) scanner.push(text.slice(at, at + pieces));
  scanner.end();
  return { points, problems };
}

describe("XmlScanner", () => {
  it("loses no more of a damaged file than what is damaged and its neighbour", () => {
    const dirt = fc.string({ unit: fc.constantFrom(..."<>\"'/=ptab 01\n"), minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(
        fc.nat({ max: FILE.length - HEAD.length - 50 }),
        dirt,
        fc.integer({ min: 7, max: 3000 }),
        (at, noise, piece) => {
          const from = HEAD.length + at;
          const text = FILE.slice(0, from) + noise + FILE.slice(from + noise.length);
          const { points } = scan(text, piece);
          expect(whole.filter((p) => !points.has(p)).length).toBeLessThanOrEqual(4);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("tells where an element has lost its end, and goes on with the next", () => {
    const { points, problems } = scan(FILE.replace("<ele>7</ele></pt>", "<ele>7</ele>"), 64);
    expect(whole.filter((p) => !points.has(p))).toEqual([point(7)]);
    expect(problems).toBe(1);
  });

  it("does not end a tag within its quotes", () => {
    const { points } = scan('<gpx><pt lat="1" note="a > b">x</pt></gpx>', 5);
    expect([...points]).toEqual(['<pt lat="1" note="a > b">x</pt>\n']);
  });
});
