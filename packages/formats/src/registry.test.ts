import type { Recording } from "@pitwall/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FormatError } from "./errors.ts";
import { FORMATS, findFormat, readRecording, recognise, writeRecording } from "./registry.ts";
import { drive } from "./testing/drive.ts";
import { cut, written } from "./testing/gather.ts";
import { SAMPLES } from "./testing/samples.ts";
import { bytesOf } from "./testing/shared.ts";

const short = drive({ hz: 10, seconds: 8 });
const healthy = async (id: string): Promise<Uint8Array | undefined> =>
  SAMPLES[id]?.() ?? (findFormat(id)?.write ? written(short, id) : undefined);
const READ = FORMATS.filter((f) => f.read);
/** Formats whose files are tried with damage; of the others, protocols have fuzz tests of their own. */
const TRIED = READ.map((f) => f.id).filter(
  (id) => !["candump", "blackbox-log", "vesc-uart-log", "protocol-log"].includes(id),
);

function expectSound(r: Recording): void {
  for (const g of r.groups) {
    let last = Number.NEGATIVE_INFINITY;
    for (const t of g.tUs) {
      if (!(Number.isInteger(t) && t >= last)) throw new Error(`time ${t} after ${last} in ${g.name}`);
      last = t;
    }
    for (const c of g.columns) {
      expect(c.values.length).toBe(g.tUs.length);
      for (const v of c.values)
        if (v === Number.POSITIVE_INFINITY || v === Number.NEGATIVE_INFINITY) throw new Error("infinite");
    }
    expect(new Set(g.columns.map((c) => c.field.name)).size).toBe(g.columns.length);
  }
  if (r.problems) {
    expect(r.problems.list.length).toBeLessThanOrEqual(10_000);
    expect(r.problems.count).toBeGreaterThanOrEqual(r.problems.list.length);
    expect(r.notes.length).toBeLessThan(40);
  }
}

/** Reads what may be damaged: a sound Recording, or a FormatError. */
async function readDamaged(bytes: Uint8Array, id: string): Promise<void> {
  try {
    expectSound(await findFormat(id)!.read!(bytes, {}));
  } catch (e) {
    if (!(e instanceof FormatError)) throw e;
    expect(e.reason.length).toBeGreaterThan(5);
  }
}

describe("registry", () => {
  it("has an id, an extension and a title a format", () => {
    const ids = FORMATS.map((f) => f.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const f of FORMATS) {
      expect(f.id).toMatch(/^[a-z][a-z0-9-]*$/);
      expect(f.extensions.length).toBeGreaterThan(0);
      expect(f.title.length).toBeGreaterThan(2);
    }
  });

  it.each(TRIED)("recognises a file of %s by its content, whatever it is called", async (id) => {
    const bytes = (await healthy(id))!;
    for (const name of [undefined, "upload.bin", "x.csv"]) expect(recognise(bytes, name)?.format.id).toBe(id);
    expectSound(await readRecording(bytes, { name: "x" }));
  });

  it.each(TRIED)("survives damage to a file of %s", async (id) => {
    const whole = (await healthy(id))!;
    const bytes = whole.slice(0, 40_000);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 255 })), {
          maxLength: 12,
        }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (hits, end) => {
          const damaged = bytes.slice(0, Math.ceil(bytes.length * (end < 0.5 ? 1 : end)));
          for (const [at, value] of hits) damaged[Math.floor(at * (damaged.length - 1))] = value;
          await readDamaged(damaged, id);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("gives any bytes to any reader without harm", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.constantFrom(...TRIED), async (bytes, id) => {
        recognise(bytes);
        await readDamaged(bytes, id);
      }),
      { numRuns: 150 },
    );
  });

  it("says clearly what it cannot do", async () => {
    await expect(readRecording(new Uint8Array(0), { name: "a.csv" })).rejects.toMatchObject({
      code: "empty",
      place: "a.csv",
    });
    await expect(readRecording(bytesOf("Hello, world."))).rejects.toMatchObject({ code: "unrecognised" });
    expect(() => writeRecording(short, "motec-ld")).toThrow(/formats are pitwall-csv/);
    expect(() => writeRecording(short, "nothing")).toThrow(FormatError);
    const bare: Recording = { ...short, groups: [short.groups[2]!] };
    await expect(written(bare, "gpx")).rejects.toMatchObject({ code: "empty", place: "gpx" });
  });

  it("tells how far it is, and stops when asked to", async () => {
    const bytes = await written(short, "pitwall-csv");
    const seen: [number, number | undefined][] = [];
    await readRecording(cut(bytes, [1000]), {
      size: bytes.length,
      progress: (p) => seen.push([p.bytes, p.total]),
    });
    expect(seen.at(-1)).toEqual([bytes.length, bytes.length]);
    expect(seen.every(([b], i) => i === 0 || b > seen[i - 1]![0])).toBe(true);
    await expect(readRecording(bytes, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: "AbortError",
    });
  });

  it("reads UTF-16 and Windows line ends like UTF-8", async () => {
    const text = "\ufefftUs,gnss.lat\r\n0,50.5\r\n100000,50.6\r\n";
    const wide = new Uint8Array(text.length * 2);
    for (let i = 0; i < text.length; i++)
      new DataView(wide.buffer).setUint16(2 * i, text.charCodeAt(i), true);
    const [a, b] = [await readRecording(wide), await readRecording(bytesOf(text.slice(1)))];
    expect(a).toEqual(b);
  });
});
