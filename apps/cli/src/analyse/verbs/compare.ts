import { findCorners, type LapView, seriesOf } from "@pitwall/laps";
import { CommandError, command, UsageError } from "../../command.ts";
import { brailleChart } from "../braille.ts";
import { absentChannel } from "../channel-names.ts";
import { COMPARED, type Comparison, compareLaps, comparisonTitle } from "../comparison.ts";
import { withoutNaN } from "../json.ts";
import { SVG, saveSvg } from "../save-svg.ts";
import { channelShown, METRES, SECONDS, type Shown, show, speedShown } from "../shown.ts";
import { openSubject, SUBJECT, SUBJECT_USAGE, type Subject, tellNotes, trackOf } from "../subject.ts";
import { compareChart } from "../svg/compare-chart.ts";
import { niceStep } from "../svg/scale.ts";
import { table } from "../table.ts";

const ROWS = 20;

export const compare = command({
  name: "analyse compare",
  summary: "two laps over distance: time behind, speed, any channels",
  usage: `pitwall analyse compare FILE-or-SESSION [--lap N|best] [--against N|best|FILE-or-SESSION[#N]] [--channel ID …] [--svg FILE] ${SUBJECT_USAGE}`,
  options: { ...SUBJECT, ...COMPARED, ...SVG, channel: { type: "string", multiple: true } },
  async run({ values, positionals }, io) {
    const [what, ...more] = positionals;
    if (what === undefined || more.length > 0) throw new UsageError("one file or session");
    const speed = speedShown(values["speed-unit"]);
    const subject = await openSubject(io, what, values);
    const compared = await compareLaps(io, subject, values);
    if (!compared)
      throw new CommandError(`${what}: it has one whole lap only; --against takes another file or session`);
    const channels = (values.channel ?? []).map((id) => channelOf(id, subject, compared, speed));
    if (values.json) await io.out(`${JSON.stringify(withoutNaN(asJson(compared, channels)))}\n`);
    else await io.out(`${inWords(compared, channels, speed, io.columns).join("\n")}\n`);
    if (values.svg !== undefined) await saveSvg(io, values.svg, drawn(subject, compared, channels, speed));
    const uses = [...(values.channel ?? []), ...(values.math ?? [])].join(" ");
    tellNotes(io, compared.other ? [subject, compared.other] : [subject], uses);
    return 0;
  },
});

type Channel = {
  readonly id: string;
  readonly unit: string;
  readonly shown: Shown;
  readonly lap: Float64Array | undefined;
  readonly reference: Float64Array | undefined;
};

/** Throws CommandError for a channel that neither recording has. */
function channelOf(id: string, subject: Subject, c: Comparison, speed: Shown): Channel {
  const field = seriesOf(subject.recording, id)?.field ?? (c.other && seriesOf(c.other.recording, id)?.field);
  if (!field) throw new CommandError(`${subject.name}: ${absentChannel(id, subject.recording)}`);
  const shown = channelShown(field, speed);
  return { id, unit: field.unit, shown, lap: c.lap.channel(id), reference: c.reference.channel(id) };
}

function asJson(c: Comparison, channels: readonly Channel[]) {
  const lap = (view: LapView, name: string, pick: (ch: Channel) => Float64Array | undefined) => ({
    name,
    number: view.lap.number,
    lapTimeS: view.lap.timeS,
    timeS: view.timeS,
    speedMps: view.speedMps,
    channels: Object.fromEntries(channels.map((ch) => [ch.id, pick(ch) ?? null])),
  });
  return {
    distanceM: Float64Array.from(c.deltaS, (_, i) => i * c.lap.stepM),
    deltaS: c.deltaS,
    differenceS: c.lap.lap.timeS - c.reference.lap.timeS,
    uncertaintyS: c.uncertaintyS,
    units: Object.fromEntries(channels.map((ch) => [ch.id, ch.unit])),
    lap: lap(c.lap, c.lapName, (ch) => ch.lap),
    reference: lap(c.reference, c.referenceName, (ch) => ch.reference),
  };
}

function inWords(
  c: Comparison,
  channels: readonly Channel[],
  speed: Shown,
  width: number | undefined,
): string[] {
  const { lap, reference, deltaS } = c;
  const step = niceStep(lap.lengthM / ROWS, 1);
  const places = Array.from({ length: Math.floor(lap.lengthM / step) + 1 }, (_, k) => k * step);
  if (lap.lengthM - places.at(-1)! > step / 4) places.push(lap.lengthM);
  const shownChannels = [
    { id: "speed", shown: speed, lap: lap.speedMps, reference: reference.speedMps },
    ...channels,
  ];
  const rows = places.map((m) => {
    const i = Math.min(lap.count - 1, Math.round(m / lap.stepM));
    const cells = shownChannels.flatMap(({ shown, lap: a, reference: b }) => [
      show(a?.[i] ?? Number.NaN, shown),
      show(b?.[i] ?? Number.NaN, shown),
    ]);
    return [show(m, METRES), show(deltaS[i]!, SECONDS, true), ...cells];
  });
  const columns = shownChannels.flatMap(({ id, shown }) => [
    { title: id, unit: shown.label },
    { title: "ref", unit: shown.label },
  ]);
  const lines = table([{ title: "at", unit: "m" }, { title: "behind", unit: "s" }, ...columns], rows);
  const chart = width === undefined ? [] : [...terminalChart(c, speed, width), ""];
  return [comparisonTitle(c), "", ...chart, ...lines];
}

function terminalChart(c: Comparison, speed: Shown, width: number): string[] {
  const shown = (view: LapView) => view.speedMps.map((v) => v * speed.factor);
  return [
    `speed, ${speed.label}: ${c.lapName} over ${c.referenceName} (dim)`,
    ...brailleChart([{ values: shown(c.reference), dim: true }, { values: shown(c.lap) }], {
      width,
      rows: 8,
      digits: 0,
    }),
    "behind, s",
    ...brailleChart([{ values: c.deltaS }], { width, rows: 5, digits: 2, zero: true }),
  ];
}

function drawn(subject: Subject, c: Comparison, channels: readonly Channel[], speed: Shown): string {
  const scaled = (v: Float64Array | undefined, by: Shown) => v?.map((x) => x * by.factor);
  const track = trackOf(subject);
  return compareChart({
    title: `${track === undefined ? "" : `${track}: `}${c.lapName} against ${c.referenceName}`,
    subtitle: comparisonTitle(c).split(": ").at(-1)!,
    lapName: c.lapName,
    referenceName: c.referenceName,
    distanceM: Float64Array.from(c.deltaS, (_, i) => i * c.lap.stepM),
    corners: findCorners(c.reference),
    channels: [
      {
        title: `speed, ${speed.label}`,
        lap: scaled(c.lap.speedMps, speed),
        reference: scaled(c.reference.speedMps, speed),
      },
      ...channels.map((ch) => ({
        title: ch.shown.label === "" ? ch.id : `${ch.id}, ${ch.shown.label}`,
        lap: scaled(ch.lap, ch.shown),
        reference: scaled(ch.reference, ch.shown),
      })),
    ],
    deltaS: c.deltaS,
  });
}
