/** Bytes to values: Pitwall's decoders beside the npm packages that people use for the same, and a loop written by hand. */
import { createCanFrame, writeCanRecord } from "@pitwall/core";
import {
  BLACKBOX_PACKETS,
  createBatchWriter,
  encodeBlackbox,
  forEachRecord,
  readFrameBatch,
} from "@pitwall/protocols";
import { Parser } from "binary-parser";
import { Can, Dbc } from "candied";
import { Decoder as ExtendedNmea, type RMC } from "extended-nmea";
import { parseNmeaSentence } from "nmea-simple";
import { allocatedBytes, type Contender, compare, type Figure } from "./measure.ts";
import { concat, must, N, noise, toColumns, type Workload } from "./workload.ts";

function blackboxPackets(): Uint8Array[] {
  const legacy = BLACKBOX_PACKETS[0]!;
  const random = noise(1);
  return Array.from({ length: N }, (_, i) =>
    encodeBlackbox(
      legacy,
      legacy.spec.fields.map((f) => {
        if (f.name === "timestampMs") return 1000 + 20 * i;
        if (f.name === "gpsValid") return 1;
        if (f.name === "vehicle.mode") return i % 8;
        return (random() - 0.5) * 20;
      }),
    ),
  );
}

/** The 66-byte packet, checksum included, into seventeen columns. */
function blackbox(): Workload[] {
  const stream = concat(blackboxPackets());
  const size = stream.length / N;
  const buffer = Buffer.from(stream.buffer);
  const view = new DataView(stream.buffer);
  const layout = BLACKBOX_PACKETS[0]!;
  const columns = layout.spec.fields.map(() => new Float64Array(N));

  let parser = new Parser().endianness("little").uint16("magic").uint32("timestampMs");
  for (const name of ["ax", "ay", "az", "wz", "roll", "pitch", "yaw", "x", "y", "vx", "vy", "speed"])
    parser = parser.floatle(name);
  const packet = parser.uint8("mode").floatle("lat").floatle("lon").uint8("gpsValid").uint16("checksum");

  const sumOf = (at: number): number => {
    let sum = 0;
    for (let i = at; i < at + size - 2; i++) sum += buffer[i]!;
    return sum & 0xffff;
  };
  const names = Object.keys(packet.parse(buffer) as object).filter((n) => n !== "magic" && n !== "checksum");
  const withBinaryParser = () => {
    for (let i = 0; i < N; i++) {
      const m = packet.parse(buffer.subarray(i * size, (i + 1) * size)) as Record<string, number>;
      if (m["checksum"] !== sumOf(i * size)) throw new Error("checksum");
      for (let c = 0; c < names.length; c++) columns[c]![i] = m[names[c]!]!;
    }
  };
  const byHand = () => {
    for (let i = 0; i < N; i++) {
      const at = i * size;
      if (buffer.readUInt16LE(at) !== 0xaa55 || buffer.readUInt16LE(at + size - 2) !== sumOf(at))
        throw new Error("checksum");
      columns[0]![i] = buffer.readUInt32LE(at + 2);
      for (let c = 1; c <= 12; c++) columns[c]![i] = buffer.readFloatLE(at + 2 + 4 * c);
      columns[13]![i] = buffer[at + 54]!;
      columns[14]![i] = buffer.readFloatLE(at + 55);
      columns[15]![i] = buffer.readFloatLE(at + 59);
      columns[16]![i] = buffer[at + 63]!;
    }
  };
  const direct = () => {
    for (let i = 0; i < N; i++) layout.readColumns(view, i * size, columns, i);
  };
  const note = `${size}-byte packets to columns, checksum included`;
  const baselines: Contender[] = [
    { name: "binary-parser", items: N, run: withBinaryParser },
    { name: "a loop over Buffer by hand", items: N, run: byHand },
  ];
  return [
    {
      name: "Blackbox: framer, decoder, batch",
      note,
      own: toColumns(must("blackbox"), N, [stream]),
      baselines,
    },
    {
      name: "Blackbox: layout.readColumns",
      note: "the reader alone, without framing and checksum; the baselines have theirs",
      own: { name: "layout", items: N, run: direct },
      baselines,
    },
  ];
}

function ubx(): Workload[] {
  const random = noise(2);
  const encoder = must("ubx").createEncoder!();
  const values = { "gnss.fix": 3, "gnss.sats": 14, "gnss.alt": 312.5, "gnss.hAcc": 0.8, "gnss.sAcc": 0.1 };
  const frames = Array.from({ length: N }, (_, i) =>
    encoder.encode({
      tUs: 1.7e15 + i * 40_000,
      message: "ubx.nav-pvt",
      values: {
        ...values,
        "gnss.lat": 48 + random(),
        "gnss.lon": 11 + random(),
        "gnss.speed": 20 * random(),
      },
    }),
  );
  const stream = concat(frames);
  const size = stream.length / N;
  const buffer = Buffer.from(stream.buffer);
  const header = new Parser().endianness("little").uint32("iTOW").uint16("year");
  let p = header;
  for (const n of ["month", "day", "hour", "min", "sec", "valid"]) p = p.uint8(n);
  p = p.uint32("tAcc").int32("nano").uint8("fixType").uint8("flags").uint8("flags2").uint8("numSV");
  for (const n of ["lon", "lat", "height", "hMSL"]) p = p.int32(n);
  p = p
    .uint32("hAcc")
    .uint32("vAcc")
    .int32("velN")
    .int32("velE")
    .int32("velD")
    .int32("gSpeed")
    .int32("headMot");
  p = p.uint32("sAcc").uint32("headAcc").uint16("pDOP").uint16("flags3").uint32("reserved").int32("headVeh");
  const pvt = p.int16("magDec").uint16("magAcc");
  const lat = new Float64Array(N);
  const baseline = () => {
    for (let i = 0; i < N; i++) {
      const at = i * size;
      let a = 0;
      let b = 0;
      for (let k = at + 2; k < at + size - 2; k++) {
        a = (a + buffer[k]!) & 0xff;
        b = (b + a) & 0xff;
      }
      if (buffer[at + size - 2] !== a || buffer[at + size - 1] !== b) throw new Error("checksum");
      lat[i] = (pvt.parse(buffer.subarray(at + 6, at + size - 2)) as { lat: number }).lat / 1e7;
    }
  };
  return [
    {
      name: "UBX NAV-PVT",
      note: "100-byte frames, checksum included",
      own: toColumns(must("ubx"), N, [stream]),
      baselines: [{ name: "binary-parser", items: N, run: baseline }],
    },
  ];
}

function nmea(): Workload[] {
  const random = noise(3);
  const pad = (x: number, digits: number) => String(x).padStart(digits, "0");
  const sentences = Array.from({ length: N }, (_, i) => {
    const minutes = (random() * 60).toFixed(4).padStart(7, "0");
    const clock = `${pad(10 + Math.floor(i / 3600), 2)}${pad(Math.floor(i / 60) % 60, 2)}${pad(i % 60, 2)}.00`;
    const body = `GPRMC,${clock},A,48${minutes},N,011${minutes},E,${(random() * 60).toFixed(2)},${(random() * 360).toFixed(1)},230324,003.1,W`;
    const sum = [...body].reduce((x, c) => x ^ c.charCodeAt(0), 0);
    return `$${body}*${sum.toString(16).toUpperCase().padStart(2, "0")}`;
  });
  const stream = Buffer.from(`${sentences.join("\r\n")}\r\n`, "latin1");
  const lines = () => stream.toString("latin1").split("\r\n");
  const columns = Array.from({ length: 5 }, () => new Float64Array(N));
  const store = (i: number, t: number, lat: number, lon: number, speed: number, course: number) => {
    columns[0]![i] = t;
    columns[1]![i] = lat;
    columns[2]![i] = lon;
    columns[3]![i] = speed;
    columns[4]![i] = course;
  };
  const simple = () => {
    const all = lines();
    for (let i = 0; i < N; i++) {
      const p = parseNmeaSentence(all[i]!);
      if (p.sentenceId === "RMC" && p.chxOk)
        store(i, p.datetime.getTime(), p.latitude, p.longitude, p.speedKnots, p.trackTrue);
    }
  };
  const extended = () => {
    const all = lines();
    for (let i = 0; i < N; i++) {
      const p = ExtendedNmea.decodeTalker<RMC>(`${all[i]}\r\n`);
      const { date, time } = p;
      if (!p.valid) throw new Error("refused");
      const t = Date.UTC(date.year, date.month - 1, date.day) + time.totalMilliseconds;
      const { latitude, longitude } = p;
      store(i, t, latitude.decimalDegrees, longitude.decimalDegrees, p.speedOverGround, p.courseOverGround);
    }
  };
  return [
    {
      name: "NMEA RMC",
      note: "sentences of a stream to time, place, speed and course, checksum included",
      own: toColumns(must("nmea"), N, [new Uint8Array(stream)]),
      baselines: [
        { name: "nmea-simple", items: N, run: simple },
        { name: "extended-nmea", items: N, run: extended },
      ],
    },
  ];
}

function vesc(): Workload[] {
  const random = noise(4);
  const frame = createCanFrame();
  frame.extended = true;
  frame.length = 8;
  frame.id = 9 * 256 + 20;
  const records = Array.from({ length: N }, () => {
    const view = new DataView(frame.data.buffer);
    view.setInt32(0, Math.round((random() - 0.5) * 80_000));
    view.setInt16(4, Math.round((random() - 0.5) * 4000));
    view.setInt16(6, Math.round((random() - 0.5) * 2000));
    const record = new Uint8Array(13);
    writeCanRecord(frame, record);
    return record;
  });
  const buffers = records.map((r) => Buffer.from(r));
  const status = new Parser().endianness("big").int32("erpm").int16("current").int16("duty");
  const erpm = new Float64Array(N);
  const baseline = () => {
    for (let i = 0; i < N; i++) {
      const record = buffers[i]!;
      if ((record.readUInt32LE(0) & 0x1fff_ffff) >> 8 !== 9) throw new Error("identifier");
      erpm[i] = (status.parse(record.subarray(5)) as { erpm: number }).erpm;
    }
  };
  return [
    {
      name: "VESC status over CAN",
      note: "CAN frames one by one",
      own: toColumns(must("vesc-can"), N, records),
      baselines: [{ name: "binary-parser", items: N, run: baseline }],
    },
  ];
}

/** Four wheel speeds; little-endian, because the baseline misreads big-endian signals. */
const DBC = `VERSION ""
NS_ :
BS_:
BU_: CAR
BO_ 170 WHEEL_SPEEDS: 8 CAR
 SG_ WHEEL_SPEED_FR : 0|16@1+ (0.01,-67.67) [0|250] "km/h" CAR
 SG_ WHEEL_SPEED_FL : 16|16@1+ (0.01,-67.67) [0|250] "km/h" CAR
 SG_ WHEEL_SPEED_RR : 32|16@1+ (0.01,-67.67) [0|250] "km/h" CAR
 SG_ WHEEL_SPEED_RL : 48|16@1+ (0.01,-67.67) [0|250] "km/h" CAR
`;

function dbc(): Workload[] {
  const random = noise(5);
  const frame = createCanFrame();
  frame.length = 8;
  frame.id = 170;
  const records = Array.from({ length: N }, () => {
    for (let i = 0; i < 8; i++) frame.data[i] = Math.floor(random() * (i % 2 === 0 ? 256 : 64));
    const record = new Uint8Array(13);
    writeCanRecord(frame, record);
    return record;
  });
  const can = new Can();
  can.database = new Dbc().load(DBC);
  const names = ["WHEEL_SPEED_FR", "WHEEL_SPEED_FL", "WHEEL_SPEED_RR", "WHEEL_SPEED_RL"];
  const columns = names.map(() => new Float64Array(N));
  const withCandied = () => {
    for (let i = 0; i < N; i++) {
      const record = records[i]!;
      const id = record[0]! | (record[1]! << 8);
      const message = can.decode(can.createFrame(id, Array.from(record.subarray(5))));
      for (let c = 0; c < names.length; c++) columns[c]![i] = message!.boundSignals.get(names[c]!)!.value;
    }
  };
  return [
    {
      name: "DBC, four signals",
      note: "CAN frames one by one",
      own: toColumns(must("dbc"), N, records, { dbc: DBC }),
      baselines: [{ name: "candied", items: N, run: withCandied }],
    },
  ];
}

/** What a server does with the frames of a device: hand every one of a batch on. */
function frameBatch(): Workload[] {
  const packets = blackboxPackets();
  const writer = createBatchWriter({
    deviceId: "bench",
    bootId: 1,
    sources: [{ id: 0, name: "box", protocol: "blackbox" }],
    maxBytes: 128 * 1024,
  });
  packets.forEach((p, i) => {
    writer.add(0, 20_000 * i, p);
  });
  const batch = writer.finish().slice();
  const json = Buffer.from(
    JSON.stringify(packets.map((p, i) => ({ t: 20_000 * i, data: Buffer.from(p).toString("base64") }))),
  );
  let bytes = 0;
  const own = () =>
    forEachRecord(readFrameBatch(batch), (_s, _t, _q, _b, start, end) => (bytes += end - start));
  const asJson = () => {
    for (const record of JSON.parse(json.toString("utf8")) as { data: string }[])
      bytes += Buffer.from(record.data, "base64").length;
  };
  return [
    {
      name: "frame batch, read and checked",
      note: "66-byte frames",
      own: { name: "pitwall-batch", items: N, run: own },
      baselines: [{ name: "JSON with base64", items: N, run: asJson }],
    },
  ];
}

const MESSAGES = 10_000_000;
const BASELINE_MESSAGES = 200_000;

/** Ten million messages through a decoder: what the JavaScript heap was asked for, a message. */
function heap({ baselines, name, own }: Workload, report: (f: Figure) => void): void {
  const bytesOf = ({ items, run }: Contender, messages: number): number => {
    const calls = Math.ceil(messages / items);
    for (let i = 0; i < Math.min(calls, 2000); i++) run();
    return allocatedBytes(run, calls) / (calls * items);
  };
  const baseline = baselines[0]!;
  const [value, baselineValue] = [bytesOf(own, MESSAGES), bytesOf(baseline, BASELINE_MESSAGES)];
  report({
    name: `${name}: heap`,
    unit: "bytes",
    value,
    baseline: baseline.name,
    baselineValue,
    ratio: baselineValue / Math.max(value, 1e-3),
    note: `a message, over ${MESSAGES} of them; what is left comes once a chunk of ${own.items}`,
  });
}

export async function run(report: (figure: Figure) => void): Promise<void> {
  for (const make of [blackbox, ubx, nmea, vesc, dbc, frameBatch])
    for (const workload of make()) {
      compare(report, workload.name, [workload.own, ...workload.baselines], workload.note);
      heap(workload, report);
    }
}
