import type { Channel } from "./channel.ts";
import { CHANNEL_TABLE } from "./channels.table.ts";

export type ChannelId = keyof typeof CHANNEL_TABLE & string;

const byId = new Map<string, Channel>(
  Object.entries(CHANNEL_TABLE).map(([id, c]) => [id, { id, names: {}, ...c } as Channel]),
);

export const CHANNELS: ReadonlyMap<string, Channel> = byId;

const CELL = /^battery\.cell\.([1-9]\d{0,2})\.voltage$/;

/** The catalogue's entry; numbered families (`battery.cell.N.voltage`) included. Undefined for a protocol's own names. */
export function findChannel(id: string): Channel | undefined {
  const known = byId.get(id);
  if (known) return known;
  const cell = CELL.exec(id);
  if (!cell) return undefined;
  const channel: Channel = {
    id,
    unit: "V",
    min: 0,
    max: 5,
    label: `Cell ${cell[1]} voltage`,
    resolution: 0.001,
    names: {},
  };
  byId.set(id, channel);
  return channel;
}
