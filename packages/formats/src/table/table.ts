import { type FieldSpec, type Group, US_PER_DAY } from "@pitwall/core";
import { CELL_TEXT, DECIMALS_UNBOUNDED, RowParser } from "../text/row.ts";
import { GroupBuilder } from "./columns.ts";
import type { CellPlan, TablePlan } from "./plan.ts";
import type { ProblemLog } from "./problems.ts";

type Target = {
  readonly builder: GroupBuilder;
  readonly cells: Int32Array;
  readonly scales: Float64Array;
  readonly offsets: Float64Array;
  readonly missing: Float64Array;
  readonly row: Float64Array;
  readonly freshCell: number;
  readonly changedCell: number;
  last: number;
  readonly repair: ((values: Float64Array) => void) | undefined;
};

/** Rows of a separated table into groups of columns. Takes lines as `LineSplitter` gives them. */
export class Table {
  readonly #plan: TablePlan;
  readonly #problems: ProblemLog;
  readonly #row: RowParser;
  readonly #targets: Target[];
  /** Per cell: text where a number was expected, while no number had come yet. */
  readonly #textFirst = new Map<number, { line: number; text: string; count: number }>();
  readonly #used: Int32Array;
  #rows = 0;
  #lastUs = Number.NaN;
  /** A row whose time is more than a day away from the one before; the next one tells whether it is damage. */
  #far: { readonly bytes: Uint8Array; readonly tUs: number; readonly line: number } | undefined;

  constructor(plan: TablePlan, problems: ProblemLog) {
    this.#plan = plan;
    this.#problems = problems;
    this.#row = new RowParser(plan.rule);
    const byGroup = new Map<string, CellPlan[]>();
    for (const cell of plan.cells) {
      const list = byGroup.get(cell.group);
      if (list) list.push(cell);
      else byGroup.set(cell.group, [cell]);
    }
    this.#targets = [...byGroup].map(([name, cells]) => ({
      builder: new GroupBuilder(name, uniqueNames(cells.map((c) => c.field))),
      cells: Int32Array.from(cells, (c) => c.cell),
      scales: Float64Array.from(cells, (c) => c.scale),
      offsets: Float64Array.from(cells, (c) => c.offset),
      missing: Float64Array.from(cells, (c) => c.missing ?? Number.NaN),
      row: new Float64Array(cells.length),
      freshCell: plan.fresh?.[name] ?? -1,
      changedCell: plan.changed?.[name] ?? -1,
      last: Number.NaN,
      repair: plan.repair?.[name],
    }));
    this.#used = Int32Array.from(plan.cells, (c) => c.cell);
  }

  get rows(): number {
    return this.#rows;
  }

  line(bytes: Uint8Array, start: number, end: number, line: number): void {
    const { minCells, maxCells, time, onRow } = this.#plan;
    const row = this.#row;
    const count = row.parse(bytes, start, end);
    if (count < minCells) {
      if (end > start) this.#problems.add("malformed", `the row has ${count} cells of ${minCells}`, { line });
      return;
    }
    if (count > maxCells) {
      for (let i = maxCells; i < count; i++)
        if (row.states[i] !== 0) {
          this.#problems.add("malformed", `the row has ${count} cells, the header ${maxCells}`, { line });
          return;
        }
    }
    for (let i = count; i < maxCells; i++) {
      row.values[i] = Number.NaN;
      row.states[i] = 0;
    }
    const tUs = time(row, bytes);
    if (!(Math.abs(tUs) <= Number.MAX_SAFE_INTEGER)) {
      const reason = Number.isNaN(tUs) ? "the row has no time" : "the time of the row is out of range";
      this.#problems.add("malformed", reason, { line });
      return;
    }
    if (Math.abs(tUs - this.#lastUs) > US_PER_DAY) {
      const waiting = this.#far;
      this.#far = undefined;
      if (waiting && Math.abs(tUs - waiting.tUs) <= US_PER_DAY) {
        // two agree: the clock was set, or the drive went on another day
        this.#lastUs = tUs;
        this.line(waiting.bytes, 0, waiting.bytes.length, waiting.line);
        this.line(bytes, start, end, line);
        return;
      }
      if (waiting) this.#leaveOut(waiting.line);
      this.#far = { bytes: bytes.slice(start, end), tUs, line };
      return;
    }
    if (this.#far) this.#leaveOut(this.#far.line);
    this.#far = undefined;
    this.#lastUs = tUs;
    if (row.texts > 0) this.#checkText(bytes, line);
    this.#rows++;
    for (const t of this.#targets) {
      if (t.freshCell >= 0 && row.values[t.freshCell] === 0) continue;
      if (t.changedCell >= 0) {
        if (row.values[t.changedCell] === t.last) continue;
        t.last = row.values[t.changedCell]!;
      }
      const { cells, scales, offsets, missing } = t;
      const out = t.row;
      let any = false;
      for (let i = 0; i < cells.length; i++) {
        const v = row.values[cells[i]!]!;
        if (!Number.isNaN(v) && v !== missing[i]) {
          out[i] = v * scales[i]! + offsets[i]!;
          any = true;
        } else out[i] = Number.NaN;
      }
      if (!any) continue;
      t.repair?.(out);
      t.builder.add(tUs, out);
    }
    onRow?.(row, tUs, line);
  }

  #leaveOut(line: number): void {
    this.#problems.add("malformed", "the time of the row is days away from those around it", { line });
  }

  /** The groups; what the rows as a whole were like goes into the problem log. */
  finish(): Group[] {
    if (this.#far) this.#leaveOut(this.#far.line);
    for (const [cell, first] of this.#textFirst) {
      const name = this.#plan.cells.find((c) => c.cell === cell)!.field.doc;
      if (this.#row.numeric[cell])
        this.#problems.add(
          "malformed",
          `"${first.text}" in column "${name}" is no number (${first.count} rows)`,
          {
            line: first.line,
          },
        );
      else this.#problems.note(`column "${name}" holds text and is left out`);
    }
    const repeats = Math.max(0, ...this.#targets.map((t) => t.builder.repeats));
    if (repeats > 0)
      this.#problems.note(`${repeats === 1 ? "1 repeated row is" : `${repeats} repeated rows are`} left out`);
    const disorder = Math.max(0, ...this.#targets.map((t) => t.builder.disorder));
    if (disorder > 0)
      this.#problems.note(
        disorder === 1
          ? "1 row was out of order and is sorted in"
          : `${disorder} rows were out of order and are sorted in`,
      );
    const groups: Group[] = [];
    for (const t of this.#targets) {
      const group = t.builder.finish((field, i) => this.#withResolution(field, t, i));
      if (group) groups.push(shared(group, groups));
    }
    for (const c of groups.flatMap((g) => g.columns))
      if (c.field.name === "gnss.course") wrapCourse(c.values);
    return groups;
  }

  /** The step between values is what the decimals of the file allow. */
  #withResolution(field: FieldSpec, t: Target, i: number): FieldSpec {
    const places = this.#row.decimals[t.cells[i]!]!;
    if (places === DECIMALS_UNBOUNDED || places > 15) return field;
    const step = Math.abs(t.scales[i]!) / 10 ** places;
    const offset = t.offsets[i]!;
    return offset === 0 ? { ...field, resolution: step } : { ...field, resolution: step, offset };
  }

  #checkText(bytes: Uint8Array, line: number): void {
    const row = this.#row;
    for (const cell of this.#used) {
      if (row.states[cell] !== CELL_TEXT) continue;
      const text = row.text(bytes, cell).slice(0, 40);
      if (row.numeric[cell]) {
        const name = this.#plan.cells.find((c) => c.cell === cell)!.field.doc;
        this.#problems.add("malformed", `"${text}" in column "${name}" is no number`, { line });
      } else {
        const first = this.#textFirst.get(cell);
        if (first) first.count++;
        else this.#textFirst.set(cell, { line, text, count: 1 });
      }
    }
  }
}

/** Two columns of one group never share a name. */
function uniqueNames(fields: readonly FieldSpec[]): FieldSpec[] {
  const seen = new Map<string, number>();
  return fields.map((f) => {
    const n = (seen.get(f.name) ?? 0) + 1;
    seen.set(f.name, n);
    return n === 1 ? f : { ...f, name: `file.${f.name}_${n}` };
  });
}

/** Groups that were sampled together share one time axis in memory. */
function shared(group: Group, before: readonly Group[]): Group {
  const same = before.find(
    (g) => g.tUs.length === group.tUs.length && g.tUs.every((t, i) => t === group.tUs[i]),
  );
  return same ? { ...group, tUs: same.tUs } : group;
}

/** Some write the course from -180 to 180 degrees. */
function wrapCourse(values: Float64Array): void {
  const turn = 2 * Math.PI;
  for (let i = 0; i < values.length; i++) if (values[i]! < 0) values[i]! += turn;
}
