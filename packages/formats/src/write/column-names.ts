import type { Recording } from "@pitwall/core";

/**
 * A name for each column, by group: the channel's id; its second source is `channel@source`, so that both come back.
 * No two names differ by case alone.
 */
export function columnNames(recording: Recording, reserved: readonly string[] = []): string[][] {
  const taken = new Set(reserved.map((r) => r.toLowerCase()));
  return recording.groups.map((g) =>
    g.columns.map(({ field }) => {
      let name = field.name;
      for (let n = 1; taken.has(name.toLowerCase()); n++)
        name = `${field.name}@${g.name}${n > 1 ? ` ${n}` : ""}`;
      taken.add(name.toLowerCase());
      return name;
    }),
  );
}
