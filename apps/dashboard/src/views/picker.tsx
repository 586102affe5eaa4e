import { useEffect, useMemo, useState } from "preact/hooks";
import { labelOf } from "../state/units.ts";
import { usePage } from "./context.ts";
import { Dialog } from "./dialog.tsx";
import { Icon } from "./icons.tsx";

const MOST = 6;

type PickerProps = {
  readonly chosen: readonly string[];
  readonly onChange: (channels: readonly string[]) => void;
  readonly onClose: () => void;
};

/** The channels of the session, found by label or id. */
export function ChannelPicker({ chosen, onChange, onClose }: PickerProps) {
  const { model, coordinator } = usePage();
  const [query, setQuery] = useState("");
  useEffect(() => void coordinator.refreshSession(), [coordinator]);

  const session = model.session.value;
  const newest = model.vehicle.value?.values;
  const all = useMemo(() => {
    const found = new Map<string, { label: string; unit: string; count: number }>();
    for (const c of session?.channels ?? []) {
      const known = found.get(c.channel);
      found.set(c.channel, {
        label: labelOf(c.channel),
        unit: c.unit,
        count: c.count + (known?.count ?? 0),
      });
    }
    for (const [id, v] of Object.entries(newest ?? {}))
      if (!found.has(id)) found.set(id, { label: labelOf(id), unit: v.unit, count: 0 });
    for (const id of chosen) if (!found.has(id)) found.set(id, { label: labelOf(id), unit: "", count: 0 });
    return [...found].map(([id, c]) => ({ id, ...c })).sort((a, b) => a.id.localeCompare(b.id, "en"));
  }, [session, newest, chosen]);

  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = all.filter((c) => words.every((w) => `${c.label} ${c.id}`.toLowerCase().includes(w)));
  const toggle = (id: string) =>
    onChange(chosen.includes(id) ? chosen.filter((c) => c !== id) : [...chosen, id].slice(-MOST));

  return (
    <Dialog title="Channels" onClose={onClose}>
      <label class="search">
        <Icon name="search" />
        <input
          type="search"
          placeholder="Search channels"
          aria-label="Search channels"
          value={query}
          onInput={(e) => setQuery(e.currentTarget.value)}
        />
      </label>
      <ul class="channels">
        {shown.map((c) => (
          <li key={c.id}>
            <label>
              <input type="checkbox" checked={chosen.includes(c.id)} onChange={() => toggle(c.id)} />
              <span class="box">
                <Icon name="check" />
              </span>
              <span class="name">
                {c.label}
                <small>{c.id}</small>
              </span>
              <span class="unit">{c.unit === "1" ? "" : c.unit}</span>
            </label>
          </li>
        ))}
      </ul>
      {shown.length === 0 && (
        <p class="empty">
          {all.length === 0 ? "This session has no channels yet." : "No channel of that name."}
        </p>
      )}
    </Dialog>
  );
}
