import { findChannel } from "@pitwall/core";
import {
  type CsvMapping,
  channelOf,
  type MappedColumn,
  mappingFaults,
  type TableSample,
  type TimeKind,
} from "@pitwall/formats";
import type { Io } from "./command.ts";
import { inWords, placeOf } from "./mapping-words.ts";

const KINDS: readonly TimeKind[] = ["s", "ms", "us", "ns", "h:m:s", "iso", "d/m/y", "m/d/y"];

type Asking = { readonly ask: NonNullable<Io["ask"]>; readonly err: Io["err"] };

/** Shows what the columns of a table would be read as, and lets it be changed. Undefined where input ends. */
export async function askMapping(
  { ask, err }: Asking,
  name: string,
  proposal: CsvMapping,
  table: TableSample,
): Promise<CsvMapping | undefined> {
  err(`${name}: a table that Pitwall has not seen before. Its columns would be read as`);
  let mapping = proposal;
  for (;;) {
    for (const line of inWords(mapping, table)) err(line);
    const answer = await ask("Right so? Enter takes it and remembers it, n changes it: ");
    if (answer === undefined) return undefined;
    if (!/^(?:|y|yes)$/i.test(answer.trim())) {
      const changed = await changes(mapping);
      if (!changed) return undefined;
      mapping = changed;
      continue;
    }
    const [fault] = mappingFaults(mapping, table.header);
    if (fault === undefined) return mapping;
    err(`  ${fault}`);
  }

  async function changes(from: CsvMapping): Promise<CsvMapping | undefined> {
    let to: CsvMapping | undefined = from;
    to = await until(
      to,
      "Time: column and kind (s ms us ns h:m:s iso d/m/y m/d/y), or a rate as 10 Hz",
      timeNow,
      setTime,
    );
    to = await until(to, "Latitude: column, - for none", now("gnss.lat"), set("gnss.lat"));
    to = await until(to, "Longitude: column, - for none", now("gnss.lon"), set("gnss.lon"));
    to = await until(to, "Speed: column and unit, - for none", now("gnss.speed"), set("gnss.speed"));
    for (;;) {
      if (!to) return undefined;
      const answer = await ask(
        "Another column: number, channel and unit (`7 engine.rpm`, `8 driver.brake %`, `9 -` leaves it out) [done]: ",
      );
      if (answer === undefined) return undefined;
      if (answer.trim() === "") return to;
      const [column = "", channel = "", unit = ""] = answer.trim().split(/\s+/);
      const next = setColumn(to, column, channel, unit);
      if (typeof next === "string") err(`  ${next}`);
      else to = next;
    }
  }

  /** Asks until the answer can be taken; Enter leaves it as it is. */
  async function until(
    mapping: CsvMapping | undefined,
    question: string,
    current: (m: CsvMapping) => string,
    change: (m: CsvMapping, answer: readonly string[]) => CsvMapping | string,
  ): Promise<CsvMapping | undefined> {
    while (mapping) {
      const answer = await ask(`${question} [${current(mapping)}]: `);
      if (answer === undefined) return undefined;
      if (answer.trim() === "") return mapping;
      const next = change(mapping, answer.trim().split(/\s+/));
      if (typeof next !== "string") return next;
      err(`  ${next}`);
    }
    return undefined;
  }

  function timeNow(m: CsvMapping): string {
    return "rateHz" in m.time ? `${m.time.rateHz} Hz` : `${numberOf(m.time.column, table)} ${m.time.kind}`;
  }

  function setTime(m: CsvMapping, [first = "", second = "s"]: readonly string[]): CsvMapping | string {
    if (/^hz$/i.test(second))
      return Number(first) > 0 ? { ...m, time: { rateHz: Number(first) } } : `"${first}" is no rate`;
    const column = columnOf(first, table);
    if (column === undefined) return noColumn(first);
    const kind = KINDS.find((k) => k === second.toLowerCase());
    if (!kind) return `a time is in ${KINDS.join(" ")}`;
    return { ...m, time: { column, kind }, columns: without(m.columns, column) };
  }

  function now(channel: string): (m: CsvMapping) => string {
    return (m) => {
      const c = m.columns.find((x) => x.channel === channel);
      return c ? `${numberOf(c.column, table)}${c.unit ? ` ${c.unit}` : ""}` : "none";
    };
  }

  function set(channel: string): (m: CsvMapping, answer: readonly string[]) => CsvMapping | string {
    return (m, [first = "", unit = ""]) =>
      first === "-"
        ? { ...m, columns: m.columns.filter((c) => c.channel !== channel) }
        : setColumn(m, first, channel, unit);
  }

  function setColumn(m: CsvMapping, number: string, name: string, unit: string): CsvMapping | string {
    const column = columnOf(number, table);
    if (column === undefined) return noColumn(number);
    const rest = without(m.columns, column);
    if (name === "-") return { ...m, columns: rest };
    if (name === "") return `column ${number} is what? For example: ${number} engine.rpm`;
    const channel = findChannel(name) ? name : (channelOf(name) ?? name);
    const others = rest.filter((c) => c.channel !== channel);
    const next = { ...m, columns: [...others, { column, channel, unit }] };
    return mappingFaults({ ...next, columns: next.columns.slice(-1) }, table.header)[0] ?? next;
  }

  function noColumn(text: string): string {
    return `there is no column ${text}; they are numbered from 1 to ${table.header.length}`;
  }
}

const without = (columns: readonly MappedColumn[], column: string | number): MappedColumn[] =>
  columns.filter((c) => c.column !== column);

/** Columns by their number from 1, or by their title. */
function columnOf(text: string, table: TableSample): string | number | undefined {
  const n = Number(text) - 1;
  const at = Number.isInteger(n) && n >= 0 && n < table.header.length ? n : table.header.indexOf(text);
  if (at < 0) return undefined;
  const title = table.header[at]!;
  return table.header.indexOf(title) === at ? title : at;
}

const numberOf = (column: string | number, table: TableSample): string => String(placeOf(column, table) + 1);
