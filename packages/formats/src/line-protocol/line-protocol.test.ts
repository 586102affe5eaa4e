import { describe, expect, it } from "vitest";
import { drive } from "../testing/drive.ts";
import { writtenText } from "../testing/gather.ts";
import { hasShared, shared } from "../testing/shared.ts";
import { encodeLine, type LineValue } from "./encode.ts";

type Decoded = {
  name: string;
  tags: [string, string][];
  fields: [string, LineValue][];
  time: bigint | undefined;
};

/** A small decoder after the published syntax, written apart from the encoder. */
function decodeLine(line: string): Decoded {
  let at = 0;
  const word = (ends: string): string => {
    let s = "";
    while (at < line.length && !ends.includes(line[at]!)) {
      if (line[at] === "\\" && at + 1 < line.length && ", =".includes(line[at + 1]!)) at++;
      s += line[at++]!;
    }
    return s;
  };
  const name = word(", ");
  const tags: [string, string][] = [];
  while (line[at] === ",") {
    at++;
    const key = word("=");
    at++;
    tags.push([key, word(", ")]);
  }
  const fields: [string, LineValue][] = [];
  do {
    at++;
    const key = word("=");
    at++;
    if (line[at] === '"') {
      let s = "";
      for (at++; line[at] !== '"'; at++) {
        if (line[at] === "\\" && '"\\'.includes(line[at + 1]!)) at++;
        s += line[at]!;
      }
      at++;
      fields.push([key, { string: s }]);
    } else {
      const text = word(", ");
      if (/^(?:t|true|f|false)$/i.test(text)) fields.push([key, { bool: /^t/i.test(text) }]);
      else if (text.endsWith("i")) fields.push([key, { int: BigInt(text.slice(0, -1)) }]);
      else if (text.endsWith("u")) fields.push([key, { uint: BigInt(text.slice(0, -1)) }]);
      else fields.push([key, { float: Number(text) }]);
    }
  } while (line[at] === ",");
  const rest = line.slice(at).trim();
  return { name, tags, fields, time: rest === "" ? undefined : BigInt(rest) };
}

type Vector = {
  input: {
    point: {
      time: string;
      name: string;
      tags: { key: string; value: string }[];
      fields: { key: string; value: Record<string, unknown> }[];
    };
  };
  output: { result?: string; error?: string };
};

/** 64-bit integers do not survive JSON.parse as numbers. */
const parseExact = (text: string): { encode: Record<string, Vector> } =>
  JSON.parse(text.replace(/("(?:time|int|uint)":\s*)(-?\d+)/g, '$1"$2"')) as {
    encode: Record<string, Vector>;
  };

describe("line protocol", () => {
  const vectors = hasShared
    ? Object.entries(parseExact(new TextDecoder().decode(shared("line-protocol/corpus-basic.json"))).encode)
    : [];

  it.skipIf(!hasShared)("writes the points of the corpus so that they decode to the same", () => {
    expect(vectors.length).toBeGreaterThan(50);
    const refused: string[] = [];
    for (const [key, { input, output }] of vectors) {
      const { point } = input;
      const fields = point.fields.map(({ key: k, value }): [string, LineValue] => {
        if ("int" in value) return [k, { int: BigInt(value["int"] as string) }];
        if ("uint" in value) return [k, { uint: BigInt(value["uint"] as string) }];
        return [k, value as LineValue];
      });
      const tags = point.tags.map((t): [string, string] => [t.key, t.value]);
      const encode = () =>
        encodeLine({ measurement: point.name, tags, fields, timestampNs: BigInt(point.time) });
      if (output.error !== undefined) {
        expect(encode, key).toThrow();
        continue;
      }
      let line: string;
      try {
        line = encode();
      } catch {
        refused.push(output.result!);
        continue;
      }
      expect(decodeLine(line), key).toEqual({ name: point.name, tags, fields, time: BigInt(point.time) });
      expect(line, key).toBe(output.result);
    }
    // what has no unambiguous spelling is refused
    expect(refused).toEqual([]);
  });

  it("escapes what the syntax needs escaped", () => {
    const line = encodeLine({
      measurement: "my, kart",
      tags: [["a=b", "c d,e"]],
      fields: [
        ["x y", { float: 1.5 }],
        ["s", { string: 'say "hi" \\o/' }],
        ["n", { int: 3 }],
      ],
      timestampNs: 5,
    });
    expect(line).toBe('my\\,\\ kart,a\\=b=c\\ d\\,e x\\ y=1.5,s="say \\"hi\\" \\\\o/",n=3i 5');
  });

  it("writes every sample of a recording", async () => {
    const recording = drive({ hz: 10, seconds: 20 });
    const text = await writtenText({ ...recording, vehicle: "Kart 7" }, "line-protocol", {
      measurement: "race day",
    });
    const lines = text.trim().split("\n").map(decodeLine);
    for (const group of recording.groups) {
      const own = lines.filter((l) => l.tags.some(([k, v]) => k === "source" && v === group.name));
      expect(own[0]!.name).toBe("race day");
      expect(own[0]!.tags).toContainEqual(["vehicle", "Kart 7"]);
      for (const column of group.columns) {
        const got = own.flatMap((l) =>
          l.fields.flatMap(([k, v]) =>
            k === column.field.name && "float" in v ? [[Number(l.time! / 1000n), v.float] as const] : [],
          ),
        );
        const wanted = [...column.values.keys()].filter((i) => !Number.isNaN(column.values[i]!));
        expect(got.length).toBe(wanted.length);
        const worst = Math.max(
          ...got.map(
            ([t, v], n) => Math.abs(v - column.values[wanted[n]!]!) + Math.abs(t - group.tUs[wanted[n]!]!),
          ),
        );
        expect(worst).toBeLessThanOrEqual(column.field.resolution! / 2);
      }
    }
  });
});
