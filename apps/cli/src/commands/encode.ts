import { CodecError, createCanFrame, type PlainMessage, readCanRecord } from "@pitwall/core";
import { formatCandump } from "@pitwall/protocols";
import * as z from "zod";
import { CommandError, command, UsageError } from "../command.ts";
import { linesOf, openInput } from "../input.ts";
import { protocolNamed, protocolOptions } from "../protocol-arguments.ts";

const Message = z.object({
  tUs: z.number().nullable().default(null),
  message: z.string(),
  values: z.record(z.string(), z.union([z.number(), z.string()])),
  bootUs: z.number().optional(),
});

export const encode = command({
  name: "encode",
  summary: "encode JSON lines to bytes, the inverse of decode",
  usage: "pitwall encode PROTOCOL [FILE] [--hex] [--option KEY=VALUE …]   (CAN protocols give a CAN log)",
  options: { hex: { type: "boolean" }, option: { type: "string", multiple: true } },
  async run({ values, positionals }, io) {
    const [name, file] = positionals;
    const protocol = protocolNamed(name);
    const encoder = protocol.createEncoder?.(protocolOptions(protocol, values.option ?? []));
    if (!encoder) throw new UsageError(`${protocol.name} is decoded only`);
    const input = await openInput(io, file);
    const frame = createCanFrame();
    let number = 0;
    for await (const line of linesOf(input.chunks)) {
      number++;
      if (line.trim() === "") continue;
      try {
        const message = Message.parse(JSON.parse(line)) as PlainMessage;
        const frames = encoder.encodeFrames?.(message) ?? [encoder.encode(message)];
        for (const bytes of frames) {
          if (protocol.carrier === "can") {
            readCanRecord(bytes, 0, bytes.length, frame);
            frame.tUs = message.tUs ?? 0;
            await io.out(`${formatCandump(frame)}\n`);
          } else await io.out(values.hex ? `${Buffer.from(bytes).toString("hex")}\n` : bytes);
        }
      } catch (e) {
        if (
          !(
            e instanceof CodecError ||
            e instanceof SyntaxError ||
            e instanceof TypeError ||
            e instanceof z.ZodError
          )
        )
          throw e;
        const reason =
          e instanceof z.ZodError
            ? e.issues.map((i) => `${i.path.join(".")}: ${i.message}`).join("; ")
            : e.message;
        throw new CommandError(`${input.name}:${number}: ${reason}`, { cause: e });
      }
    }
    return 0;
  },
});
