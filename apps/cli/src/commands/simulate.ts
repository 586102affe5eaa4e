import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { starterTracks } from "@pitwall/laps/library";
import type { EcuData } from "@pitwall/protocols";
import {
  blackboxSource,
  courseOf,
  createTruth,
  equipmentOf,
  type Faults,
  GNSS_10HZ,
  GNSS_25HZ,
  type GnssModel,
  jsonSource,
  parseFaults,
  phaseOf,
  SimUnit,
  type SourceSpec,
  sourcesOf,
  Trajectory,
  type UnitCounts,
  VEHICLES,
  type VehicleName,
  vehicleEcu,
} from "@pitwall/simulator";
import { CommandError, command, type Io, intOption, numberOption, UsageError } from "../command.ts";
import { progressBar } from "../progress.ts";
import { type SimSink, type Speech, speechOf } from "../sim-sink.ts";
import { openSink, protocolOf } from "../sim-sinks.ts";
import { simTrack } from "../sim-tracks.ts";

export const simulate = command({
  name: "simulate",
  summary: "a simulated vehicle on a real track that speaks in bytes",
  usage:
    "pitwall simulate [--vehicle kart|kart-combustion|car|road|boat] --track NAME-or-FILE [--laps 10] [--to udp://…|tcp://…|mqtt://…/VEHICLE|json+mqtt://…/VEHICLE|elm327://HOST:PORT|slcan+pty:PATH|PROTOCOL+pty:PATH|FILE.candump|FILE.PROTOCOL|FILE …] [--with PROTOCOL,…] [--gnss-rate HZ] [--truth FILE.csv] [--seed 1] [--noise 1] [--faults loss=0.01,…] [--speed 1 | --speed max] [--units 1] [--start ISO-TIME] [--list]",
  options: {
    vehicle: { type: "string", default: "kart" },
    track: { type: "string" },
    laps: { type: "string", default: "10" },
    to: { type: "string", multiple: true },
    with: { type: "string", default: "" },
    "gnss-rate": { type: "string" },
    truth: { type: "string" },
    seed: { type: "string", default: "1" },
    faults: { type: "string", default: "" },
    speed: { type: "string", default: "1" },
    units: { type: "string", default: "1" },
    start: { type: "string" },
    noise: { type: "string", default: "1" },
    list: { type: "boolean" },
  },
  async run({ values, positionals }, io) {
    if (positionals.length > 0) throw new UsageError(`takes no argument "${positionals[0]}"`);
    if (values.list) {
      await io.out(
        `${starterTracks()
          .map((t) => t.name)
          .join("\n")}\n`,
      );
      return 0;
    }
    if (!Object.hasOwn(VEHICLES, values.vehicle))
      throw new UsageError(
        `no vehicle "${values.vehicle}"; --vehicle is one of ${Object.keys(VEHICLES).join(" ")}`,
      );
    const vehicle = values.vehicle as VehicleName;
    if (values.track === undefined) throw new UsageError("--track says where; --list names the tracks");
    const laps = intOption("laps", values.laps, 1, 10_000)!;
    const seed = intOption("seed", values.seed, 0, 2 ** 32 - 1)!;
    const units = intOption("units", values.units, 1, 1000)!;
    const speed = values.speed === "max" ? Number.POSITIVE_INFINITY : numberOption("speed", values.speed)!;
    if (!(speed > 0)) throw new UsageError("--speed is above 0, or max");
    const driverNoise = numberOption("noise", values.noise)!;
    if (driverNoise < 0) throw new UsageError("--noise is 0 (the same lap again and again) or above");
    const startUs = values.start === undefined ? Date.now() * 1000 : Date.parse(values.start) * 1000;
    if (!Number.isFinite(startUs))
      throw new UsageError(`--start takes a time like 2026-05-28T13:34:00Z, not "${values.start}"`);
    let faults: ReturnType<typeof parseFaults>;
    try {
      faults = parseFaults(values.faults);
    } catch (e) {
      throw new UsageError(`--faults: ${(e as Error).message}`, { cause: e });
    }
    const track = await simTrack(values.track);
    const usual = vehicle === "car" || vehicle === "kart" ? GNSS_25HZ : GNSS_10HZ;
    const rateHz = intOption("gnss-rate", values["gnss-rate"], 1, 25) ?? usual.rateHz;
    const gnss = { ...(rateHz > GNSS_10HZ.rateHz ? GNSS_25HZ : GNSS_10HZ), rateHz };

    const targets = values.to ?? [];
    if (targets.length === 0 && values.truth === undefined)
      throw new UsageError("--to says where the bytes go, --truth where the truth goes");
    const buses = onBoard(vehicle, gnss, values.with, targets);

    await using sinks = new AsyncDisposableStack();
    const opened: SimSink[] = [];
    let fleet: readonly SimUnit[] = [];
    let known: EcuData | undefined;
    const ecu = () => {
      if (fleet[0] && hasEcu(vehicle)) known ??= vehicleEcu(fleet[0].power);
      return known;
    };
    const sinkOptions = { units, seed, faults, warn: io.err, ecu, signal: io.signal };
    for (const target of targets) opened.push(sinks.use(await openSink(target, sinkOptions)));
    const spoken = new Set(opened.map((s) => s.speaks));
    const speeches: Record<Speech, () => readonly SourceSpec[]> = {
      blackbox: () => [blackboxSource(gnss.rateHz)],
      json: () => [jsonSource()],
      buses: () => buses,
    };
    const sources = [...spoken].flatMap((speech) => speeches[speech]());
    refuseUnplugged(faults, sources);
    const drives = (i: number) => {
      try {
        return new Trajectory(track, VEHICLES[vehicle], { seed: seed + i, laps, driverNoise });
      } catch (e) {
        throw e instanceof RangeError ? new CommandError(`${track.name}: ${e.message}`, { cause: e }) : e;
      }
    };
    fleet = Array.from({ length: units }, (_, i) => {
      const name = units === 1 ? vehicle : `${vehicle}-${i + 1}`;
      return new SimUnit(drives(i), sources, {
        seed: seed + i,
        name,
        startUs,
        gnss,
        faults,
        phase: phaseOf(i),
      });
    });
    const [first] = fleet;
    const { crossings, durationS } = first!.trajectory;
    if (values.truth !== undefined) await writeTruth(values.truth, first!, startUs);
    if (speed !== 1 && values.to?.some((t) => /^(udp|tcp|json\+mqtt):/.test(t)))
      io.err(
        "packets over udp and tcp, and JSON, say no time of day: a server times them by their arrival, so at this speed laps are not what they are in the drive",
      );
    const drivenS = opened.length > 0 ? await drive(io, fleet, opened, speed) : durationS;

    const [a, b] = first!.trajectory.gate().map((p) => first!.toDegrees(p.x, p.y));
    const report = {
      vehicle,
      track: track.name,
      units,
      seed,
      durationS,
      ...(drivenS < durationS ? { stoppedS: Number(drivenS.toFixed(3)) } : {}),
      samples: sampleCounts(fleet),
      sent: opened.map((s) => s.report()),
      gate: [a!.lat, a!.lon, b!.lat, b!.lon],
      lapTimesS: crossings
        .slice(1)
        .filter((c) => c.tS <= drivenS)
        .map((c, i) => Number((c.tS - crossings[i]!.tS).toFixed(6))),
    };
    await io.out(`${JSON.stringify(report)}\n`);
    if (io.signal.aborted) throw new CommandError("stopped");
    return 0;
  },
});

const hasEcu = (vehicle: VehicleName): boolean => equipmentOf(vehicle).includes("obd2");

/** Throws UsageError for an unplugged source that the vehicle does not have. */
function refuseUnplugged({ unplugged }: Faults, sources: readonly SourceSpec[]): void {
  const names = [...new Set(sources.map((s) => s.name))];
  const wrong = unplugged.find((u) => !names.includes(u.source));
  if (wrong && names.length > 0)
    throw new UsageError(`--faults: no source "${wrong.source}" to unplug; there are ${names.join(" ")}`);
}

/** What the vehicle's buses carry, with what `--with` and the targets ask for by name. Throws UsageError. */
function onBoard(
  vehicle: VehicleName,
  gnss: GnssModel,
  extra: string,
  targets: readonly string[],
): readonly SourceSpec[] {
  // adapters, and what is said beside the buses
  const others = ["slcan", "elm327", "candump", "blackbox", "json"];
  const named = targets.flatMap((t) => protocolOf(t) ?? []).filter((p) => !others.includes(p));
  const listed = extra.split(",").filter((p) => p !== "");
  if (targets.some((t) => /^elm327(\+pty)?:/.test(t)) && !hasEcu(vehicle))
    throw new UsageError(`a ${vehicle} has no OBD-II for an adapter`);
  try {
    return sourcesOf(vehicle, gnss, [...listed, ...named]);
  } catch (e) {
    if (!(e instanceof RangeError)) throw e;
    throw new UsageError(e.message, { cause: e });
  }
}

/** Samples that scripted faults changed, over all units. */
function sampleCounts(fleet: readonly SimUnit[]): UnitCounts {
  const total = { ...fleet[0]!.counts };
  for (const unit of fleet.slice(1))
    for (const key of Object.keys(total) as (keyof UnitCounts)[]) total[key] += unit.counts[key];
  return total;
}

/** Lets all units drive, at the given speed against the clock. Returns how far they came, seconds of the drive. */
async function drive(
  io: Io,
  fleet: readonly SimUnit[],
  sinks: readonly SimSink[],
  speed: number,
): Promise<number> {
  const bar = progressBar(io, "driving");
  const lastS = Math.max(...fleet.map((u) => u.trajectory.durationS));
  const start = performance.now();
  const stepS = Number.isFinite(speed) ? Math.max(0.005, 0.005 * speed) : 0.2;
  let nowS = 0;
  for (; nowS < lastS && !io.signal.aborted; nowS += stepS) {
    fleet.forEach((unit, i) => {
      while (unit.nextS < nowS + stepS)
        unit.step((frame) => {
          const { name, protocol } = unit.sources[frame.source]!;
          const tS = frame.atUs / 1e6;
          const packet = { ...frame, name, protocol, boot: unit.bootAt(tS), utcUs: unit.utcUs(tS) };
          for (const sink of sinks) if (sink.speaks === speechOf(protocol)) sink.put(i, packet);
        });
    });
    for (const sink of sinks) await sink.flush(nowS);
    bar.update(nowS, lastS);
    const waitMs = (nowS / speed) * 1000 - (performance.now() - start);
    if (waitMs > 1) await new Promise<void>((done) => setTimeout(done, waitMs));
  }
  for (const sink of sinks) await sink.flush(Number.POSITIVE_INFINITY);
  bar.end();
  return Math.min(nowS, lastS);
}

/** The truth at 1 kHz as Pitwall CSV; gate crossings are in the report to the microsecond. */
async function writeTruth(file: string, unit: SimUnit, startUs: number): Promise<void> {
  const out: WriteStream = createWriteStream(file);
  const write = async (text: string) => {
    if (!out.write(text)) await once(out, "drain");
  };
  await write(
    "tUs,vehicle.lat,vehicle.lon,vehicle.x,vehicle.y,vehicle.speed,vehicle.yaw,vehicle.course,vehicle.yawRate,vehicle.aLong,vehicle.aLat,lap.number\n",
  );
  const t = createTruth();
  const { trajectory } = unit;
  const n = Math.floor(trajectory.durationS * 1000);
  let rows: string[] = [];
  for (let i = 0; i <= n; i++) {
    trajectory.at(i / 1000, t);
    const { lat, lon } = unit.toDegrees(t.x, t.y);
    const f = (v: number, digits: number) => v.toFixed(digits);
    rows.push(
      `${startUs + i * 1000},${f(lat, 9)},${f(lon, 9)},${f(t.x, 4)},${f(t.y, 4)},${f(t.speedMps, 5)},${f(t.yawRad, 6)},${f(courseOf(t.yawRad), 6)},${f(t.yawRateRadps, 6)},${f(t.aLongMps2, 5)},${f(t.aLatMps2, 5)},${t.lap}\n`,
    );
    if (rows.length === 2000) {
      await write(rows.join(""));
      rows = [];
    }
  }
  await write(rows.join(""));
  out.end();
  await once(out, "close");
}
