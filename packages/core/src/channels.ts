import type { Channel } from "./channel.ts";
import { CHANNEL_TABLE } from "./channels.table.ts";

export type ChannelId = keyof typeof CHANNEL_TABLE & string;

const byId = new Map<string, Channel>(
  Object.entries(CHANNEL_TABLE).map(([id, c]) => [id, { id, names: {}, ...c } as Channel]),
);

export const CHANNELS: ReadonlyMap<string, Channel> = byId;

type Family = { readonly pattern: RegExp; readonly of: (n: string) => Omit<Channel, "id" | "names"> };

/** Numbered channels; what the pattern captures becomes part of the label. */
const FAMILIES: readonly Family[] = [
  {
    pattern: /^battery\.cell\.([1-9]\d{0,2})\.voltage$/,
    of: (n) => ({ unit: "V", min: 0, max: 5, label: `Cell ${n} voltage`, resolution: 0.001 }),
  },
  {
    pattern: /^obd\.o2\.([1-8])\.voltage$/,
    of: (n) => ({ unit: "V", min: 0, max: 8, label: `Oxygen sensor ${n} voltage`, resolution: 0.005 }),
  },
  {
    pattern: /^obd\.o2\.([1-8])\.trim$/,
    of: (n) => ({ unit: "1", min: -1, max: 1, label: `Oxygen sensor ${n} trim`, resolution: 0.001 }),
  },
  {
    pattern: /^obd\.o2\.([1-8])\.lambda$/,
    of: (n) => ({ unit: "lambda", min: 0, max: 2, label: `Oxygen sensor ${n} lambda`, resolution: 0.0001 }),
  },
  {
    pattern: /^obd\.o2\.([1-8])\.current$/,
    of: (n) => ({
      unit: "A",
      min: -0.128,
      max: 0.128,
      label: `Oxygen sensor ${n} current`,
      resolution: 1e-6,
    }),
  },
];

/** The catalogue's entry; numbered families (`battery.cell.N.voltage`) included. Undefined for a protocol's own names. */
export function findChannel(id: string): Channel | undefined {
  const known = byId.get(id);
  if (known) return known;
  for (const { pattern, of } of FAMILIES) {
    const n = pattern.exec(id)?.[1];
    if (n === undefined) continue;
    const channel: Channel = { id, names: {}, ...of(n) };
    byId.set(id, channel);
    return channel;
  }
  return undefined;
}
