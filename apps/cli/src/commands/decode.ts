import { readFile } from "node:fs/promises";
import { type Decoder, fromHex, type Problem, type Protocol, toPlain, writeCanRecord } from "@pitwall/core";
import { createCandumpParser } from "@pitwall/protocols";
import { CommandError, command, UsageError } from "../command.ts";
import { type Input, linesOf, openInput } from "../input.ts";
import { progressBar } from "../progress.ts";
import { protocolNamed, protocolOptions } from "../protocol-arguments.ts";

/** Times above this are since 1970, below since some start: 2001. */
const CALENDAR_US = 1e15;

/** Hex text: blanks between bytes do not matter, `#` starts a comment. */
async function* hexLines(input: Input): AsyncIterable<Uint8Array> {
  let number = 0;
  for await (const line of linesOf(input.chunks)) {
    number++;
    const text = line.replace(/#.*/, "").replace(/[\s,:]|0x/gi, "");
    if (text === "") continue;
    try {
      yield fromHex(text);
    } catch (e) {
      throw new CommandError(`${input.name}:${number}: ${(e as Error).message}`, { cause: e });
    }
  }
}

export const decode = command({
  name: "decode",
  summary: "decode a byte stream to JSON lines",
  usage: "pitwall decode PROTOCOL [FILE] [--hex | --candump] [--dbc FILE] [--option KEY=VALUE …]",
  options: {
    hex: { type: "boolean" },
    candump: { type: "boolean" },
    dbc: { type: "string" },
    option: { type: "string", multiple: true },
  },
  async run({ values, positionals }, io) {
    const [name, file, ...more] = positionals;
    if (more.length > 0) throw new UsageError(`one file at a time, not "${more[0]}" too`);
    const protocol = protocolNamed(name);
    const options: Record<string, string | number | boolean> = {
      ...protocolOptions(protocol, values.option ?? []),
    };
    if (values.dbc !== undefined) options["dbc"] = await readFile(values.dbc, "utf8");
    if (protocol.carrier === "can" && !values.candump && !values.hex)
      throw new UsageError(`${protocol.name} is spoken on a CAN bus: give a CAN log with --candump`);
    const input = await openInput(io, file);

    const lines: string[] = [];
    const logged = { tUs: Number.NaN };
    const decoder = protocol.createDecoder(
      {
        onReading(r) {
          // what was logged on a bus happened when it was logged, if the log's clock is a calendar's
          const own = r.tUs;
          if (Number.isNaN(own) && logged.tUs > CALENDAR_US) r.tUs = logged.tUs;
          lines.push(JSON.stringify(toPlain(r)));
          r.tUs = own;
        },
        onProblem: (p) => io.err(describe(input.name, p)),
      },
      options,
    );
    const flush = async (enough: number) => {
      if (lines.length < enough) return;
      const text = `${lines.join("\n")}\n`;
      lines.length = 0;
      await io.out(text);
    };
    const bar = progressBar(io, `decoding ${input.name}`);
    let done = 0;
    for await (const bytes of piecesOf(protocol, decoder, input, values, logged)) {
      done += bytes;
      bar.update(done, input.total);
      await flush(512);
      if (io.signal.aborted) break;
    }
    decoder.end();
    await flush(1);
    bar.end();
    const { frames, messages, bad, skippedBytes, reasons } = decoder.stats;
    io.err(JSON.stringify({ frames, messages, bad, skippedBytes, reasons }));
    return 0;
  },
});

const describe = (name: string, p: Problem): string => `${name}@${p.offset}: ${p.code}: ${p.reason}`;

/** Feeds the decoder; yields how many bytes of input that took. */
async function* piecesOf(
  protocol: Protocol,
  decoder: Decoder,
  input: Input,
  how: { readonly hex?: boolean; readonly candump?: boolean },
  logged: { tUs: number },
): AsyncIterable<number> {
  if (how.candump) {
    const record = new Uint8Array(128);
    const parser = createCandumpParser((frame) => {
      const length = writeCanRecord(frame, record);
      logged.tUs = Number.isFinite(frame.tUs) ? Math.round(frame.tUs) : Number.NaN;
      decoder.push(record.subarray(0, length), frame.tUs);
    });
    for await (const chunk of input.chunks) {
      parser.push(chunk);
      yield chunk.length;
    }
    parser.end();
    return;
  }
  if (how.hex) {
    for await (const line of hexLines(input)) {
      decoder.push(line);
      yield line.length * 3;
    }
    return;
  }
  if (protocol.carrier === "packet" && protocol.createFramer) {
    const framer = protocol.createFramer((bytes, _view, start, end) =>
      decoder.push(bytes.subarray(start, end)),
    );
    for await (const chunk of input.chunks) {
      framer.push(chunk);
      yield chunk.length;
    }
    framer.end();
    return;
  }
  if (protocol.carrier === "packet") {
    const parts: Uint8Array[] = [];
    for await (const chunk of input.chunks) parts.push(chunk);
    const whole = Buffer.concat(parts);
    for (const packet of protocol.name === "json" ? objectsOf(whole) : [whole]) decoder.push(packet);
    yield whole.length;
    return;
  }
  for await (const chunk of input.chunks) {
    decoder.push(chunk);
    yield chunk.length;
  }
}

/** JSON as it is logged, one object a line; else all of it is one. */
function objectsOf(whole: Buffer): readonly Uint8Array[] {
  const lines = whole
    .toString("utf8")
    .split("\n")
    .map((l) => l.trim())
    .filter((l) => l !== "");
  return lines.every((l) => l.startsWith("{") && l.endsWith("}"))
    ? lines.map((l) => Buffer.from(l))
    : [whole];
}
