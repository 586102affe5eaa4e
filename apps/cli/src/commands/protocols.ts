import { PROTOCOLS } from "@pitwall/protocols";
import { command } from "../command.ts";
import { protocolNamed } from "../protocol-arguments.ts";

export const protocols = command({
  name: "protocols",
  summary: "list the protocols with their messages and fields",
  usage: "pitwall protocols [PROTOCOL] [--json]",
  options: {},
  async run({ values, positionals }, io) {
    const listed = positionals.length > 0 ? positionals.map(protocolNamed) : PROTOCOLS;
    if (values.json) {
      const plain = listed.map(({ name, title, carrier, messages, options, createEncoder }) => ({
        name,
        title,
        carrier,
        encodes: createEncoder !== undefined,
        options: options ?? {},
        messages,
      }));
      await io.out(`${JSON.stringify(plain)}\n`);
      return 0;
    }
    const lines: string[] = [];
    for (const p of listed) {
      lines.push(`${p.name}  (${p.carrier})  ${p.title}`);
      for (const [key, o] of Object.entries(p.options ?? {}))
        lines.push(
          `  --option ${key}=${o.values?.join("|") ?? typeof o.default}  (${String(o.default).slice(0, 40)})  ${o.doc}`,
        );
      for (const m of p.messages) {
        const names = [
          ...m.fields.map((f) => (f.unit === "1" ? f.name : `${f.name} [${f.unit}]`)),
          ...(m.texts ?? []),
        ];
        const shown =
          names.length > 14 && positionals.length === 0
            ? [...names.slice(0, 12), `… ${names.length - 12} more`]
            : names;
        lines.push(`  ${m.name}: ${shown.join(", ")}`);
      }
    }
    await io.out(`${lines.join("\n")}\n`);
    return 0;
  },
});
