import type { ProtocolOptions } from "@pitwall/core";

/** Frames whose values were published with them: every host has to read these, in one message or in several. */
export type PortableVector = {
  readonly protocol: string;
  readonly options?: ProtocolOptions;
  readonly source: string;
  readonly pieces: readonly string[];
  readonly tUs?: number;
  readonly values: Readonly<Record<string, number | string>>;
};

const ascii = (text: string): string =>
  [...text].map((c) => c.charCodeAt(0).toString(16).padStart(2, "0")).join("");
/** A CAN record: identifier, flags, data. */
const can = (id: number, data: string): string =>
  [id & 0xff, (id >> 8) & 0xff, 0, 0, 0].map((b) => b.toString(16).padStart(2, "0")).join("") + data;

const WHEELS = `BO_ 170 WHEEL_SPEEDS: 8 XXX
 SG_ WHEEL_SPEED_FR : 7|16@0+ (0.01,-67.67) [0|250] "km/h" XXX
 SG_ WHEEL_SPEED_FL : 23|16@0+ (0.01,-67.67) [0|250] "km/h" XXX
`;

export const PORTABLE_VECTORS: readonly PortableVector[] = [
  {
    protocol: "nmea",
    source: "the example sentence of most descriptions of NMEA 0183",
    pieces: [ascii("$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A\r\n")],
    tUs: 764_426_119_000_000,
    values: {
      "gnss.lat": 48 + 7.038 / 60,
      "gnss.lon": 11 + 31 / 60,
      "gnss.speed": (22.4 * 1852) / 3600,
      "gnss.course": (84.4 * Math.PI) / 180,
    },
  },
  {
    protocol: "racebox",
    source: "RaceBox protocol description, revision 8",
    pieces: [
      "b562ff015000a0e70c07e607010a08330837190000002aad4d0e0301ea0bc693e10d3b376f19618c09000f0109009c0300002c0700002300000000000000d000000088a9dd002c010059fdff7100ce032fff5600fcff06db",
    ],
    tUs: 1_641_804_668_239_972,
    values: { "gnss.lat": 42.6719035, "gnss.lon": 23.2887238, "gnss.speed": 0.035, "gnss.hAcc": 0.924 },
  },
  {
    protocol: "vesc-uart",
    source: "vesc-rs, MIT",
    pieces: [
      "024a0401140000000000000000000000000000000000000000000000000177000000090000000000000174000000 00ffff83400002a8fe00120641e01401 15fcd8fcca000000080000000c00da7103".replaceAll(
        " ",
        "",
      ),
    ],
    values: { "battery.voltage": 37.5, "controller.temp": 27.6, "motor.erpm": 0 },
  },
  {
    protocol: "racehf-bean",
    source: "RaceHF_Protocol",
    pieces: ["10722444b7e6c75e409191bb21f07437c07b0003", "11398b7c5d5e0114aee042fa3ef64252b89e3f12"],
    tUs: 1_568_443_193_350_000,
    values: { "gnss.lat": -23.45678912, "gnss.lon": 123.12345678 },
  },
  {
    protocol: "obd2",
    source: "the example answer of most descriptions of OBD-II",
    pieces: [can(0x7e8, "04410c1af8000000")],
    values: { ecu: 0, "engine.rpm": 1726 },
  },
  {
    protocol: "elm327",
    source: "data sheet of the ELM327",
    pieces: [ascii("014 \r0: 49 02 01 31 44 34 \r1: 47 50 30 30 52 35 35 \r2: 42 31 32 33 34 35 36 \r\r>")],
    values: { vin: "1D4GP00R55B123456" },
  },
  {
    protocol: "json",
    source: "its own definition",
    pieces: [ascii('{"rpm":4210,"voltage":51.8,"current":-12.25,"speed":72}')],
    values: { "motor.rpm": 4210, "battery.voltage": 51.8, "battery.current": -12.25, "gnss.speed": 20 },
  },
  {
    protocol: "dbc",
    options: { dbc: WHEELS, map: "WHEEL_SPEED_FR=wheel.speed" },
    source: "computed by hand: (0x1F67 * 0.01 - 67.67) km/h and (0x1A70 * 0.01 - 67.67) km/h",
    pieces: [can(0xaa, "1f671a7000000000")],
    values: { "wheel.speed": 12.72 / 3.6, WHEEL_SPEED_FL: 0.01 },
  },
];
