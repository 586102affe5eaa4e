import type { Recording } from "@pitwall/core";
import type { Format, WriteOptions } from "../format.ts";
import { decimalsOf } from "../text/decimal.ts";
import { TextWriter } from "../text/writer.ts";
import { keyText, measurementText, tagText } from "./encode.ts";

const COMMA = 44;

/** A word that the protocol can carry. */
const clean = (text: string): string => text.replace(/[\r\n]+/g, " ").replace(/\\+$/, "") || "-";

async function* write(recording: Recording, options: WriteOptions): AsyncGenerator<Uint8Array> {
  const measurement = measurementText(clean(options.measurement ?? "pitwall"));
  const given = Object.entries(options.tags ?? {});
  if (recording.vehicle && !options.tags?.["vehicle"]) given.push(["vehicle", recording.vehicle]);
  const out = new TextWriter();
  for (const group of recording.groups) {
    const tags = [...given, ["source", group.name] as [string, string]]
      .filter(([, v]) => v !== "")
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([k, v]) => `,${keyText(clean(k))}=${tagText(clean(v))}`)
      .join("");
    const head = `${measurement}${tags} `;
    const columns = group.columns.map((c) => ({
      key: `${keyText(clean(c.field.name))}=`,
      values: c.values,
      decimals: decimalsOf(c.field),
    }));
    for (let i = 0; i < group.tUs.length; i++) {
      let first = true;
      for (const c of columns) {
        const x = c.values[i]!;
        if (!Number.isFinite(x)) continue;
        if (first) out.text(head);
        else out.byte(COMMA);
        first = false;
        out.text(c.key).number(x, c.decimals);
      }
      if (first) continue;
      const t = group.tUs[i]!;
      out.text(t === 0 ? " 0\n" : ` ${t}000\n`);
      const piece = out.full();
      if (piece) yield piece;
    }
  }
  yield out.rest();
}

export const lineProtocol: Format = {
  id: "line-protocol",
  title: "InfluxDB line protocol",
  extensions: ["lp", "line"],
  // a line of it looks like prose to everyone else; it is written only
  sniff: () => 0,
  write,
  carries: {
    times: "own",
    absoluteTime: true,
    channels: "all",
    gaps: true,
    laps: "none",
    gates: false,
    remarks: "Write only. A point a row of a group, tag source is the group, times in nanoseconds.",
  },
};
