import { createReadStream, type Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { CommandError, type Io } from "./command.ts";

export type Input = {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly total: number | undefined;
  readonly name: string;
};

/** A file, or stdin for `-` or nothing. Throws CommandError where the file cannot be read. */
export async function openInput(io: Io, file: string | undefined): Promise<Input> {
  if (file === undefined || file === "-") return { chunks: io.stdin(), total: undefined, name: "stdin" };
  let s: Stats;
  try {
    s = await stat(file);
  } catch (e) {
    throw new CommandError(`${file}: cannot be read (${(e as NodeJS.ErrnoException).code})`, { cause: e });
  }
  if (s.isDirectory()) throw new CommandError(`${file}: is a folder`);
  const chunks = createReadStream(file, { highWaterMark: 256 * 1024 });
  if (s.isCharacterDevice()) return { chunks: untilHungUp(chunks), total: undefined, name: file };
  return { chunks, total: s.size, name: file };
}

/** A serial line or terminal whose other end goes away says EIO: that is how its bytes end. */
async function* untilHungUp(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    yield* chunks;
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code !== "EIO") throw e;
  }
}

/** Text lines without their ends; a last line without an end counts. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const text = new TextDecoder("utf-8", { fatal: false });
  let rest = "";
  for await (const chunk of chunks) {
    rest += text.decode(chunk, { stream: true });
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? "";
    yield* lines;
  }
  rest = (rest + text.decode()).replace(/\r$/, "");
  if (rest.length > 0) yield rest;
}
