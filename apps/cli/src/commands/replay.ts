import { stat } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { readRecording } from "@pitwall/formats";
import { BLACKBOX_PACKETS, encodeBlackbox } from "@pitwall/protocols";
import { blackboxOf } from "@pitwall/server";
import { isCarriedSource, openData, recordingOf } from "@pitwall/server/archive";
import { CommandError, command, numberOption, UsageError } from "../command.ts";
import { dataOf, tellProblem } from "../data.ts";
import { openInput } from "../input.ts";
import { progressBar } from "../progress.ts";
import { openSenders } from "../senders.ts";

/** One frame with its time since the first, microseconds. */
type TimedFrame = {
  readonly atUs: number;
  readonly bytes: Uint8Array;
  readonly protocol: string;
  readonly source: string;
};

export const replay = command({
  name: "replay",
  summary: "send a recording as bytes, as the device would",
  usage:
    "pitwall replay FILE-or-SESSION --to udp://HOST:PORT | tcp://HOST:PORT | mqtt://HOST:PORT/VEHICLE [--to …] [--speed N]",
  options: { to: { type: "string", multiple: true }, speed: { type: "string", default: "1" } },
  async run({ values, positionals }, io) {
    const [what, ...more] = positionals;
    if (what === undefined || more.length > 0) throw new UsageError("one file or session");
    if (!values.to?.length) throw new UsageError("--to says where");
    const speed = numberOption("speed", values.speed)!;
    if (!(speed > 0)) throw new UsageError("--speed is above 0");
    const frames = await framesOf(what);
    if (frames.length === 0) throw new CommandError(`${what}: has nothing that could be sent`);
    await using senders = await openSenders(values.to, io.err);
    const bar = progressBar(io, `replaying ${what}`);
    const start = performance.now();
    let sent = 0;
    for (const frame of frames) {
      const dueMs = frame.atUs / 1000 / speed;
      const waitMs = dueMs - (performance.now() - start);
      if (waitMs > 1) await setTimeout(waitMs, undefined, { signal: io.signal }).catch(() => {});
      if (io.signal.aborted) break;
      await senders.send(frame.bytes, frame.protocol, frame.source, frame.atUs);
      bar.update(++sent, frames.length);
    }
    bar.end();
    await senders.flush();
    if (sent === frames.length) {
      io.err(JSON.stringify({ frames: sent }));
      return 0;
    }
    io.err(JSON.stringify({ frames: sent, of: frames.length }));
    throw new CommandError("stopped");

    async function framesOf(name: string): Promise<TimedFrame[]> {
      const isFile = await stat(name).then(
        (s) => s.isFile(),
        () => false,
      );
      if (isFile) {
        const input = await openInput(io, name);
        const { atUs, rows } = blackboxOf(await readRecording(input.chunks, { name }));
        const packet = BLACKBOX_PACKETS[4]!;
        const time = packet.spec.fields.findIndex((f) => f.name === "timestampMs");
        return rows.map((row, i) => {
          row[time] = Math.round(atUs[i]! / 1000);
          return {
            atUs: atUs[i]!,
            bytes: encodeBlackbox(packet, row),
            protocol: "blackbox",
            source: "replay",
          };
        });
      }
      await using data = await openData(dataOf(values), tellProblem(io));
      const row = data.catalogue.session(name);
      if (!row) throw new CommandError(`${name}: neither a file nor a session`);
      const frames: TimedFrame[] = [];
      let first = Number.NaN;
      for await (const f of data.journal.readSession(name)) {
        if (f.source.protocol.startsWith("file:")) {
          const { atUs, rows } = blackboxOf(await recordingOf(data, name));
          return rows.map((r, i) => ({
            atUs: atUs[i]!,
            bytes: encodeBlackbox(BLACKBOX_PACKETS[4]!, r),
            protocol: "blackbox",
            source: "replay",
          }));
        }
        // what Pitwall put there itself no device has said
        if (isCarriedSource(f.source)) continue;
        if (Number.isNaN(first)) first = f.arrivalUs;
        frames.push({
          atUs: f.arrivalUs - first,
          bytes: f.bytes,
          protocol: f.source.protocol,
          source: f.source.name,
        });
      }
      return frames;
    }
  },
});
