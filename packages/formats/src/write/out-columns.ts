import {
  type Column,
  type FieldSpec,
  findChannel,
  type Group,
  type NamingSystem,
  type Recording,
  type Unit,
} from "@pitwall/core";
import { channelOf } from "../names/channel-names.ts";
import { unitOf, unitTo } from "../names/units.ts";
import { type Decimals, decimalsOf } from "../text/decimal.ts";
import { type Path, pathOf } from "./path-curve.ts";
import { Sampler, type SamplerRule } from "./sampler.ts";

/** A column as it goes into a file: its title, its unit's text, and values in that unit. */
export type OutColumn = {
  readonly id: string;
  readonly field: FieldSpec;
  readonly title: string;
  readonly unit: string;
  readonly decimals: Decimals;
  /** Value in the file's unit from one in the house's. */
  readonly toFile: (x: number) => number;
  readonly sampler: Path;
  readonly group: Group;
  readonly column: Column;
};

/** How a program likes the house's units: text of the unit, by unit or by channel. */
export type UnitTaste = {
  readonly byUnit: Readonly<Partial<Record<Unit, string>>>;
  readonly byChannel?: Readonly<Record<string, string>>;
};

/** Ratios that people know as percent. */
export const PERCENT: Readonly<Record<string, string>> = Object.fromEntries(
  [
    "driver.throttle",
    "driver.brake",
    "driver.accelerator",
    "engine.load",
    "battery.soc",
    "battery.soh",
    "obd.fuelLevel",
    "device.battery",
  ].map((id) => [id, "%"]),
);

/** From the house's unit to a file's: the inverse of what a reader does with that text. */
export function toUnit(
  text: string,
  house: Unit,
): { readonly scale: number; readonly offset: number } | undefined {
  const step = unitTo(text, house) ?? (unitOf(text)?.unit === house ? unitOf(text) : undefined);
  return step && { scale: 1 / step.scale, offset: -step.offset / step.scale };
}

/** A title that reads back as this channel: the system's own name, the label, or the id itself. */
function titleOf(field: FieldSpec, system: NamingSystem | undefined, taken: ReadonlySet<string>): string {
  const channel = findChannel(field.name);
  const candidates = channel ? [system && channel.names[system], channel.label, channel.id] : [field.name];
  for (const c of candidates)
    if (c !== undefined && !taken.has(c.toLowerCase()) && (!channel || channelOf(c, system) === channel.id))
      return c;
  let n = 2;
  while (taken.has(`${field.name}_${n}`.toLowerCase())) n++;
  return `${field.name}_${n}`;
}

export type OutRule = SamplerRule & {
  readonly system?: NamingSystem;
  readonly taste: UnitTaste;
  readonly leaveOut?: ReadonlySet<string>;
};

/** Every column of a recording for a table, the first source of a channel under its usual title. */
export function outColumns(recording: Recording, rule: OutRule): OutColumn[] {
  const taken = new Set<string>();
  const out: OutColumn[] = [];
  for (const group of recording.groups)
    for (const column of group.columns) {
      const { field } = column;
      if (rule.leaveOut?.has(field.name) || field.unit === "text") continue;
      // formats that know no empty cell have no way to say that nothing was measured
      if (rule.hold && column.values.every((v) => Number.isNaN(v))) continue;
      const wanted = rule.taste.byChannel?.[field.name] ?? rule.taste.byUnit[field.unit];
      const step = wanted === undefined ? undefined : toUnit(wanted, field.unit);
      const scale = step?.scale ?? 1;
      const offset = step?.offset ?? 0;
      const title = titleOf(field, rule.system, taken);
      taken.add(title.toLowerCase());
      out.push({
        id: field.name,
        field,
        title,
        unit: step ? wanted! : field.unit === "1" ? "" : field.unit,
        decimals: scaledDecimals(field, scale, offset),
        toFile: scale === 1 && offset === 0 ? (x) => x : (x) => x * scale + offset,
        sampler: pathOf(group, column, rule) ?? new Sampler(group, column, rule),
        group,
        column,
      });
    }
  return out;
}

/** Decimals that keep a field's resolution after a change of unit. */
export function scaledDecimals(field: FieldSpec, scale: number, offset = 0): Decimals {
  if (field.resolution === undefined) return scale === 1 && offset === 0 ? decimalsOf(field) : "double";
  const d = decimalsOf({ resolution: Math.abs(field.resolution * scale) });
  // a shifted scale (degF) needs a digit more to land on the same step again
  return offset !== 0 && typeof d === "number" ? Math.min(15, d + 1) : d;
}
