import { CHANNELS, type FieldSpec, findChannel, type NamingSystem, UNITS } from "@pitwall/core";
import { SYNONYMS } from "./synonyms.table.ts";
import { splitTitle, unitOf, unitTo } from "./units.ts";

/** A column of a file in terms of the house: value * scale + offset is in the field's unit. */
export type NamedColumn = { readonly field: FieldSpec; readonly scale: number; readonly offset: number };

export const normal = (title: string): string =>
  title
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .replace(/\*.*$/, "")
    .replace(/\([^)]*\)|\[[^\]]*\]/g, " ")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

const squeezed = (title: string): string => title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");

const bySynonym = new Map<string, string>();
for (const [id, names] of Object.entries(SYNONYMS))
  for (const name of names) {
    if (!bySynonym.has(name)) bySynonym.set(name, id);
    if (!bySynonym.has(squeezed(name))) bySynonym.set(squeezed(name), id);
  }

const bySystem = new Map<string, string>();
for (const channel of CHANNELS.values())
  for (const [system, name] of Object.entries(channel.names)) {
    const key = `${system}:${name.toLowerCase()}`;
    if (!bySystem.has(key)) bySystem.set(key, channel.id);
  }

/** The channel that a title names: an id of the catalogue, the system's own name for one, or a common synonym. */
export function channelOf(title: string, system?: NamingSystem): string | undefined {
  if (findChannel(title)) return title;
  const own = system && bySystem.get(`${system}:${title.toLowerCase()}`);
  if (own) return own;
  const plain = normal(title);
  return bySynonym.get(plain) ?? bySynonym.get(plain.replaceAll(" ", ""));
}

/** A name that can stand in a header, a query and a topic. */
export function ownName(title: string): string {
  if (/^[A-Za-z][\w.]*$/.test(title)) return title;
  const words = normal(title).replaceAll(" ", "_") || "column";
  return /^\p{L}/u.test(words) ? words : `c_${words}`;
}

/**
 * What a titled column of a file is. The unit stands beside the title or in it. A column whose unit does not measure
 * what its channel does keeps its own name; a unit that nobody knows is kept in `doc`.
 */
export function nameColumn(
  title: string,
  unitText?: string,
  options: { readonly system?: NamingSystem; readonly channel?: string | undefined } = {},
): NamedColumn {
  const parts = unitText === undefined ? splitTitle(title) : { name: title, unit: unitText };
  const channel = findChannel(options.channel ?? channelOf(parts.name, options.system) ?? "");
  if (channel) {
    const step = parts.unit.trim() === "" ? { scale: 1, offset: 0 } : unitTo(parts.unit, channel.unit);
    if (step)
      return {
        field: { name: channel.id, unit: channel.unit, doc: channel.label },
        scale: step.scale,
        offset: step.offset,
      };
  }
  const step = unitOf(parts.unit);
  const name = ownName(parts.name);
  return {
    // a name of the catalogue with another meaning must not pass for the channel
    field: {
      name: findChannel(name) ? `file.${name}` : name,
      unit: step?.unit ?? "1",
      doc: step ? parts.name : `${parts.name} (${parts.unit})`,
    },
    scale: step?.scale ?? 1,
    offset: step?.offset ?? 0,
  };
}

/** A column that Pitwall itself wrote: its name is an id, its values are in the house's units. */
export function ownColumn(id: string, unit?: string): NamedColumn {
  const channel = findChannel(id);
  const field = channel
    ? { name: id, unit: channel.unit, doc: channel.label }
    : { name: id, unit: UNITS.find((u) => u === unit) ?? ("1" as const), doc: id };
  return { field, scale: 1, offset: 0 };
}
