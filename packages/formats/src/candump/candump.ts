import { type Protocol, type ProtocolOptions, type Recording, writeCanRecord } from "@pitwall/core";
import { createCandumpParser, findProtocol } from "@pitwall/protocols";
import { FormatError } from "../errors.ts";
import type { Format, ReadOptions } from "../format.ts";
import { MessageGatherer } from "../protocol-log/gatherer.ts";
import { noteCounts, takeProblem } from "../protocol-log/read.ts";
import { type ByteSource, piecesOf } from "../source.ts";
import { ProblemLog } from "../table/problems.ts";
import { headLines } from "../text/sniff.ts";

const ID = "candump";
const LOG_LINE = /^\s*\(\d+\.\d+\)\s+\S+\s+(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{8})#/;
/** With a time any name is an interface's; `RX - -` is what option -x adds. */
const CONSOLE_LINE =
  /^\s*(?:\([\d.: -]+\)\s+\S+|\S*can\S*)\s+(?:[RT]X\s+\S\s+\S\s+)?[0-9A-Fa-f]{3,8}\s+\[\d+\]/;

type Meaning = { readonly protocol: Protocol; readonly protocolOptions: ProtocolOptions };

/** What the frames mean: a DBC file, or a protocol of devices on the bus. */
function meaningOf(options: ReadOptions): Meaning {
  const name = options.protocol ?? (options.dbc === undefined ? undefined : "dbc");
  if (name === undefined)
    throw new FormatError(
      "needs-mapping",
      options.name ?? ID,
      "a CAN log; nothing says what its frames mean: give a DBC file (--dbc FILE) or the protocol of the bus (--protocol NAME)",
    );
  const protocol = findProtocol(name);
  if (protocol?.carrier !== "can")
    throw new FormatError("unsupported", ID, `"${name}" is no protocol of CAN frames`);
  if (options.dbc !== undefined && !/^\s*BO_\s+\d+/m.test(options.dbc))
    throw new FormatError("needs-mapping", options.name ?? ID, "the DBC file describes no message");
  const dbc = options.dbc === undefined ? {} : { dbc: options.dbc };
  return { protocol, protocolOptions: { ...options.protocolOptions, ...dbc } };
}

async function read(source: ByteSource, options: ReadOptions): Promise<Recording> {
  const { protocol, protocolOptions } = meaningOf(options);
  const problems = new ProblemLog();
  const counts = new Map<string, number>();
  const gatherer = new MessageGatherer(problems);
  const onProblem = takeProblem(problems, counts);
  let frameUs = Number.NaN;
  const decoder = protocol.createDecoder(
    { onReading: (r) => gatherer.add(r, frameUs), onProblem },
    protocolOptions,
  );
  const record = new Uint8Array(80);
  const parser = createCandumpParser((frame) => {
    frameUs = frame.tUs;
    decoder.push(record.subarray(0, writeCanRecord(frame, record)), frame.tUs);
  }, onProblem);
  for await (const piece of piecesOf(source, options)) parser.push(piece);
  parser.end();
  decoder.end();
  noteCounts(problems, counts);
  return gatherer.finish(options.name ?? ID, options);
}

export const candump: Format = {
  id: ID,
  title: "candump log, with a DBC file",
  extensions: ["log", "candump", "txt"],
  sniff(head) {
    const lines = headLines(head, 4096)
      .filter((l) => l.trim() !== "")
      .slice(0, 10);
    const matching = lines.filter((l) => LOG_LINE.test(l) || CONSOLE_LINE.test(l)).length;
    return matching >= 1 && matching * 2 >= lines.length ? 1 : 0;
  },
  read,
  carries: {
    times: "own",
    absoluteTime: true,
    channels: "all",
    gaps: true,
    laps: "none",
    gates: false,
    remarks: "Read only. A DBC file, or a protocol of the bus, says what the frames mean.",
  },
};
