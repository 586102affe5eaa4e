import { GroupColumns } from "./columns.ts";
import type { Duck } from "./duck.ts";
import { fieldsOf, loadFrom } from "./memory-view.ts";
import { OpenSession } from "./open-session.ts";
import { larger, loadFile, type SampleFile, smaller } from "./sample-file.ts";
import { type FieldView, type GroupView, joinRows, type Rows } from "./view.ts";

type Part = SampleFile | GroupColumns;

/** Everything of a session, one view a group: what is stored, what is being closed, what is being recorded; the oldest rows first. */
export function viewsOf(
  duck: Duck,
  files: readonly SampleFile[],
  closing: OpenSession | undefined,
  open: OpenSession | undefined,
): GroupView[] {
  const layers: (OpenSession | readonly SampleFile[])[] = [];
  layers.push(files.filter((f) => !closing?.takesOver(f.group)));
  if (closing) layers.push(closing);
  // what replaces a session is seen when it is complete, or when there is nothing else to see
  if (open && !(open.replaces && (files.length > 0 || closing))) layers.push(open);
  const names = new Set(layers.flatMap(namesOf));
  return [...names].map((name) =>
    viewOf(
      duck,
      name,
      layers.flatMap((l) => partsOf(l, name)),
    ),
  );
}

const namesOf = (layer: OpenSession | readonly SampleFile[]): string[] =>
  layer instanceof OpenSession ? [...layer.groups.keys()] : layer.map((f) => f.group);

function partsOf(layer: OpenSession | readonly SampleFile[], name: string): Part[] {
  if (!(layer instanceof OpenSession)) return layer.filter((f) => f.group === name);
  const group = layer.groups.get(name);
  return group ? [...group.parts, ...group.sealed, group.active] : [];
}

function viewOf(duck: Duck, name: string, parts: readonly Part[]): GroupView {
  return {
    name,
    fields: mergeViews(parts.map((p) => (p instanceof GroupColumns ? fieldsOf(p) : p.fields))),
    async load(fields, from, to) {
      const rows: Rows[] = [];
      for (const p of parts)
        rows.push(
          p instanceof GroupColumns
            ? loadFrom(p, fields, from, to)
            : await loadFile(duck, p, fields, from, to),
        );
      return joinRows(rows, fields.length);
    },
  };
}

function mergeViews(parts: readonly (readonly FieldView[])[]): FieldView[] {
  const merged = new Map<string, FieldView>();
  for (const f of parts.flat()) {
    const known = merged.get(f.field.name);
    if (!known) merged.set(f.field.name, f);
    else
      merged.set(f.field.name, {
        field: known.field,
        count: known.count + f.count,
        firstUs: smaller(known.firstUs, f.firstUs),
        lastUs: larger(known.lastUs, f.lastUs),
      });
  }
  return [...merged.values()];
}
