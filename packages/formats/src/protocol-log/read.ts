import type { Problem, Protocol, ProtocolOptions, Recording } from "@pitwall/core";
import { FormatError } from "../errors.ts";
import type { ReadOptions } from "../format.ts";
import { type ByteSource, piecesOf } from "../source.ts";
import { ProblemLog } from "../table/problems.ts";
import { MessageGatherer } from "./gatherer.ts";

/** Bytes between frames are normal in a log (comments, other talk); they are counted, not listed. */
export function takeProblem(problems: ProblemLog, counts: Map<string, number>): (p: Problem) => void {
  return (p) => {
    if (p.code === "skipped") counts.set("skipped", (counts.get("skipped") ?? 0) + p.length);
    else if (p.code === "unsupported") counts.set("unsupported", (counts.get("unsupported") ?? 0) + 1);
    else problems.add(p.code, p.reason, { offset: p.offset });
  };
}

export function noteCounts(problems: ProblemLog, counts: ReadonlyMap<string, number>): void {
  const skipped = counts.get("skipped");
  const unsupported = counts.get("unsupported");
  if (skipped) problems.note(`${skipped} bytes belong to no frame`);
  if (unsupported) problems.note(`${unsupported} frames are of kinds that are not decoded`);
}

/**
 * The bytes of a device, as captured from its line, as a Recording: any protocol with a stream's decoder, also packets
 * laid end to end where it can split them.
 */
export async function readProtocolLog(
  protocol: Protocol,
  source: ByteSource,
  options: ReadOptions,
  protocolOptions?: ProtocolOptions,
): Promise<Recording> {
  const problems = new ProblemLog();
  const counts = new Map<string, number>();
  const gatherer = new MessageGatherer(problems);
  const onProblem = takeProblem(problems, counts);
  const decoder = protocol.createDecoder({ onReading: (r) => gatherer.add(r), onProblem }, protocolOptions);
  let push = (bytes: Uint8Array) => decoder.push(bytes);
  let end = () => decoder.end();
  if (protocol.carrier !== "stream") {
    if (!protocol.createFramer)
      throw new FormatError("unsupported", protocol.name, "its packets cannot be told apart in a file");
    const framer = protocol.createFramer(
      (bytes, _, from, to) => decoder.push(bytes.subarray(from, to)),
      onProblem,
      protocolOptions,
    );
    push = (bytes) => framer.push(bytes);
    end = () => {
      framer.end();
      decoder.end();
    };
  }
  for await (const piece of piecesOf(source, options)) push(piece);
  end();
  noteCounts(problems, counts);
  return gatherer.finish(protocol.name, options);
}

/** How sure the first bytes make one that they are a log of a protocol: whole, checked frames, and little else. */
export function sniffProtocol(protocol: Protocol, head: Uint8Array): number {
  const part = head.subarray(0, 16_384);
  let bad = 0;
  let frames = 0;
  let framed = 0;
  if (!protocol.createFramer) return 0;
  const framer = protocol.createFramer(
    (_, __, from, to) => {
      frames++;
      framed += to - from;
    },
    (p) => {
      if (p.code === "bad-checksum") bad++;
    },
  );
  framer.push(part);
  if (frames < 2 || bad > frames) return 0;
  const share = framed / part.length;
  return share > 0.5 ? 0.95 : share > 0.2 ? 0.7 : 0;
}
