import type { Carries, Format } from "../format.ts";

const TIMES: Readonly<Record<Carries["times"], string>> = {
  own: "each channel's own",
  position: "those of the fixes",
  fixed: "one fixed rate",
  none: "none",
};
const CHANNELS: Readonly<Record<Carries["channels"], string>> = {
  all: "all",
  listed: "those it names",
  position: "position, speed, course",
  none: "none",
};
const LAPS: Readonly<Record<Carries["laps"], string>> = {
  numbers: "with numbers",
  times: "times",
  none: "no",
};
const yes = (x: boolean): string => (x ? "yes" : "no");

function row(f: Format): string {
  const c = f.carries;
  const way = f.read && f.write ? "in, out" : f.read ? "in" : f.write ? "out" : "by `store`";
  const cells = [
    `${f.title} (\`${f.id}\`)`,
    f.extensions.map((e) => `.${e}`).join(" "),
    way,
    TIMES[c.times],
    yes(c.absoluteTime),
    CHANNELS[c.channels],
    yes(c.gaps),
    LAPS[c.laps],
    yes(c.gates),
    c.remarks,
  ];
  return `| ${cells.map((x) => x.replaceAll("|", "\\|")).join(" | ")} |`;
}

/** What each format carries, as the documentation shows it. */
export function formatsTable(formats: readonly Format[]): string {
  return [
    "| format | files | way | times | date | channels | empty cells | laps | gates | remarks |",
    "|---|---|---|---|---|---|---|---|---|---|",
    ...formats.map(row),
  ].join("\n");
}
