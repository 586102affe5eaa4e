import { createWriteStream } from "node:fs";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { writeRecording } from "@pitwall/formats";
import {
  carriedOver,
  createFusion,
  type FusionSummary,
  fuseRecording,
  type SavedCalibration,
} from "@pitwall/fusion";
import { CommandError, command, numberOption, UsageError } from "../command.ts";
import { mountingInWords } from "../mounting-words.ts";
import { READING, READING_USAGE } from "../reading-options.ts";
import { openRecording } from "../recordings.ts";

const PRESETS = ["track", "canyon", "city", "highway"] as const;

/** `12.5,22.5` as seconds from the first row. */
function spanOf(text: string): readonly [fromS: number, toS: number] {
  const [fromS, toS, ...more] = text.split(",").map(Number);
  if (more.length > 0 || !(fromS! >= 0 && toS! > fromS!))
    throw new UsageError(`--no-gnss takes FROM,TO in seconds from the first row, not "${text}"`);
  return [fromS!, toS!];
}

/** What an earlier recording of the vehicle taught; undefined where there is no such file yet. Throws CommandError. */
async function learnt(file: string): Promise<SavedCalibration | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw e;
  }
  try {
    const saved = JSON.parse(text) as SavedCalibration;
    createFusion({ calibration: saved });
    // the place stays: recordings of one file have the same origin
    return { ...carriedOver(saved), reference: saved.reference };
  } catch (e) {
    throw new CommandError(`${file}: ${e instanceof RangeError ? e.message : "not a saved calibration"}`);
  }
}

async function keep(file: string, calibration: SavedCalibration): Promise<void> {
  const part = `${file}.part`;
  await writeFile(part, `${JSON.stringify(calibration, null, 2)}\n`);
  await rename(part, file);
}

const share = (s: { readonly accepted: number; readonly rejected: number }): string =>
  `${s.accepted} used${s.rejected > 0 ? `, ${s.rejected} rejected` : ""}`;

function inWords(s: FusionSummary): string[] {
  const { imu, position, velocity, wheel } = s.sensors;
  const mounting = mountingInWords(s.calibration.orientation);
  const lines = [
    `imu        ${imu.samples} samples at ${imu.rateHz.toFixed(0)} Hz`,
    ...(mounting === undefined ? [] : [`sensor     ${mounting}`]),
    `position   ${share(position)}${position.nis === null ? "" : `, NIS ${position.nis.toFixed(2)}`}`,
    `velocity   ${share(velocity)}${velocity.nis === null ? "" : `, NIS ${velocity.nis.toFixed(2)}`}`,
  ];
  if (wheel.samples > 0) lines.push(`wheel      ${share(wheel)}`);
  lines.push(
    `fix delay  ${(s.delay.positionS * 1000).toFixed(0)} ms${s.delay.estimated ? ", estimated" : ""}`,
  );
  if (s.sigmaM !== null) lines.push(`sigma      ${s.sigmaM.toFixed(2)} m`);
  if (s.smoothed) lines.push("smoothed with what came later");
  if (s.degraded.length > 0) lines.push(`degraded   ${s.degraded.join(", ")}`);
  return lines;
}

export const fuse = command({
  name: "fuse",
  summary: "run the filter on a recording and write the fused channels",
  usage: `pitwall fuse FILE-or-SESSION [-o OUT.csv] [--rate HZ] [--smooth] [--light] [--no-gnss FROM,TO …] [--preset track|canyon|city|highway] [--delay S] [--side-slip] [--calibration FILE.json] [--json] ${READING_USAGE}`,
  options: {
    ...READING,
    output: { type: "string", short: "o" },
    rate: { type: "string" },
    smooth: { type: "boolean" },
    light: { type: "boolean" },
    "no-gnss": { type: "string", multiple: true },
    preset: { type: "string" },
    delay: { type: "string" },
    "side-slip": { type: "boolean" },
    calibration: { type: "string" },
  },
  async run({ values, positionals }, io) {
    const [what, ...more] = positionals;
    if (what === undefined || more.length > 0) throw new UsageError("one file or session");
    const rateHz = numberOption("rate", values.rate);
    if (rateHz !== undefined && !(rateHz > 0 && rateHz <= 10_000))
      throw new UsageError("--rate is above 0 Hz, at most 10000");
    const preset = PRESETS.find((p) => p === values.preset);
    if (values.preset !== undefined && !preset)
      throw new UsageError(`--preset is one of ${PRESETS.join(" ")}`);
    const gnssDelayS = numberOption("delay", values.delay);
    const hideGnss = (values["no-gnss"] ?? []).map(spanOf);
    const calibration = values.calibration === undefined ? undefined : await learnt(values.calibration);
    const recording = await openRecording(io, what, values);
    const fused = fuseRecording(recording, {
      hideGnss,
      smooth: values.smooth ?? false,
      ...(values.light ? { cost: "light" as const } : {}),
      ...(rateHz === undefined ? {} : { rateHz }),
      ...(preset === undefined ? {} : { preset }),
      ...(gnssDelayS === undefined ? {} : { gnssDelayS }),
      ...(values["side-slip"] ? { sideSlip: "free" as const } : {}),
      ...(calibration === undefined ? {} : { calibration }),
    });
    if ((fused.recording.groups[0]?.tUs.length ?? 0) === 0)
      throw new CommandError(
        `${what}: no position could be made of it (${fused.summary.degraded.join(", ") || "no fix"})`,
      );
    if (values.calibration !== undefined) await keep(values.calibration, fused.calibration);
    const pieces = () => writeRecording(fused.recording, "pitwall-csv");
    if (values.output !== undefined) {
      const part = `${values.output}.part`;
      try {
        await pipeline(pieces, createWriteStream(part));
        await rename(part, values.output);
      } catch (e) {
        await rm(part, { force: true });
        throw e;
      }
    }
    if (values.json) await io.out(`${JSON.stringify(fused.summary)}\n`);
    else {
      if (values.output === undefined) for await (const piece of pieces()) await io.out(piece);
      for (const line of inWords(fused.summary)) io.err(line);
    }
    return 0;
  },
});
