import { bytesOf, capture } from "./shared.ts";

const T0 = 1_700_000_000_000;

/** One short healthy file for each format that is only read; the others are written by their own writers. */
export const SAMPLES: Readonly<Record<string, () => Uint8Array>> = {
  "racechrono-csv-2": () =>
    bytesOf(`This file is created using RaceChrono Pro v7.0.1 ( http://racechrono.com/ ).
Session title,"Old"

Time (s),Session fragment #,Lap #,Trap name,Speed (m/s),Latitude (deg),Longitude (deg),RPM (rpm) *obd
1580551860.100,0,1,,10.0,60.1,25.1,4000
1580551860.200,0,2,,11.0,60.2,25.2,4100
`),
  "trackaddict-csv": () => capture("trackaddict-goodwood-cut.csv").slice(0, 8000),
  "generic-csv": () => capture("racekeeper-mettet-cut.csv"),
  "racecapture-log": () =>
    bytesOf(`"Interval"|"ms"|0|0|1,"Utc"|"ms"|0|0|1,"Latitude"|"Degrees"|-180.0|180.0|10,"Longitude"|"Degrees"|-180.0|180.0|10
402,0,0.0,0.0
442,${T0},47.1,-122.5
542,${T0 + 100},47.2,-122.5
`),
  "vesc-csv": () =>
    bytesOf(`ms_today;input_voltage;current_in;gnss_posTime;gnss_lat;gnss_lon;
86399900;50.4;-5;1000;52.1;4.9;
0;50.2;5;1200;52.2;4.9;
`),
  dovex: () =>
    bytesOf(
      `datetime,driver,course\n2021-03-02,Mike,Full\n${"\0".repeat(100)}timestamp,sats,hdop,lat,lng,speed_mph\n${T0},12,0.9,28.4,-81.4,22\n${T0 + 40},12,0.9,28.5,-81.4,22\n`,
    ),
  "motec-ld": motecLd,
  fit: fitFile,
  "gnss-log": () =>
    bytesOf(
      "$GPRMC,000000.00,A,5018.06000,N,00439.00000,E,19.4384449,090.0,290526,,*0E\r\n"
        .repeat(3)
        .concat("$GPGGA,000001.00,5018.06000,N,00439.00000,E,1,09,0.9,200.5,M,47.0,M,,*6D\r\n"),
    ),
};

/** One channel of three 16-bit samples, laid out by hand. */
function motecLd(): Uint8Array {
  const bytes = new Uint8Array(0x400);
  const view = new DataView(bytes.buffer);
  const text = (at: number, s: string) => bytes.set(bytesOf(s), at);
  view.setUint32(0, 0x40, true);
  view.setUint32(8, 0x300, true);
  text(0x5e, "23/11/2005");
  text(0x7e, "09:53:32");
  [0, 0, 0x3f0, 3].forEach((x, i) => {
    view.setUint32(0x300 + 4 * i, x, true);
  });
  [0, 3, 2, 10, 0, 1, 1, 0].forEach((x, i) => {
    view.setUint16(0x310 + 2 * i, x, true);
  });
  text(0x320, "Ground Speed");
  text(0x348, "km/h");
  return bytes;
}

/** A definition and two `record` messages; checksums are not set, the reader does not ask for them. */
function fitFile(): Uint8Array {
  const body = [
    0x40, 0, 0, 20, 0, 2, 253, 4, 0x86, 0, 4, 0x85, 0, 0, 0, 0, 60, 0, 0, 0, 32, 0, 1, 0, 0, 60, 0, 0, 0, 33,
  ];
  return Uint8Array.from([14, 0x20, 0, 0, body.length, 0, 0, 0, 0x2e, 0x46, 0x49, 0x54, 0, 0, ...body, 0, 0]);
}
