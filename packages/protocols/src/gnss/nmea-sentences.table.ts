import {
  angle,
  type Column,
  course,
  dop,
  east,
  fix,
  hexadecimal,
  integer,
  knots,
  lat,
  letter,
  lon,
  number,
  type Sentence,
  type SentenceKind,
  sentence,
  signal,
  time,
} from "./nmea-column.ts";

// Field numbers: IEC 61162-1 / NMEA 0183 as the receivers' interface descriptions repeat them (u-blox M8 protocol
// specification, chapter 31). Receivers of all ages send some sentences shorter; what is not sent is absent.

const QUALITIES = [
  "no fix",
  "autonomous",
  "differential",
  "precise",
  "RTK fixed",
  "RTK float",
  "estimated",
  "manual",
  "simulated",
];
/** The mode letters of RMC, GLL, VTG and GNS in the order of GGA's quality numbers. */
const MODE_LETTERS = "NADPRFEMS";
const mode = (at: number) =>
  letter(at, "mode", MODE_LETTERS, QUALITIES, "how the fix was made, since NMEA 2.3");
const valid = (at: number) =>
  letter(at, "valid", "VA", ["no", "yes"], "the receiver's own word for a usable fix");
const navStatus = (at: number) =>
  letter(at, "navStatus", "VUCS", ["not valid", "unsafe", "caution", "safe"], "since NMEA 4.1");
const quality: Column = {
  ...integer(6, "quality", "code", "how the fix was made"),
  labels: Object.fromEntries(QUALITIES.map((n, i) => [i, n])),
};
const altitude = (at: number, suffix?: string) =>
  number(at, "gnss.alt", "m", "above mean sea level", {
    resolution: 0.001,
    decimals: 3,
    ...(suffix === undefined ? {} : { suffix }),
  });
const geoid = (at: number, suffix?: string) =>
  number(at, "geoidSep", "m", "geoid above the ellipsoid", {
    resolution: 0.001,
    decimals: 3,
    ...(suffix === undefined ? {} : { suffix }),
  });
const satellites = (at: number) => integer(at, "gnss.sats", "1", "satellites used", { width: 2 });
const dgpsAge = (at: number) =>
  number(at, "dgpsAge", "s", "age of the corrections", { resolution: 0.1, decimals: 1 });
const dgpsStation = (at: number) => integer(at, "dgpsStation", "1", "reference station", { width: 4 });

const gnsMode = (char: number, system: string) =>
  letter(6, `mode.${system}`, MODE_LETTERS, QUALITIES, `how ${system} took part`, char);
const inView = (k: number): readonly Column[] => {
  const at = 4 + 4 * k;
  const name = `sv.${k + 1}`;
  return [
    integer(at, `${name}.id`, "1", "satellite", { width: 2 }),
    { ...angle(at + 1, `${name}.elevation`, "above the horizon"), width: 2 },
    { ...angle(at + 2, `${name}.azimuth`, "clockwise from north"), width: 3 },
    integer(at + 3, `${name}.cn0`, "1", "carrier to noise, dB-Hz; absent while not tracked", { width: 2 }),
  ];
};
const used = Array.from({ length: 12 }, (_, k) =>
  integer(3 + k, `sv.${k + 1}.id`, "1", "satellite used", { width: 2 }),
);

export const SENTENCES: Readonly<Record<SentenceKind, Sentence>> = {
  RMC: sentence(
    "RMC",
    "Position, speed, course and date. Its field 9 (ddmmyy) is in the message's time.",
    { least: 9, full: 11 },
    [
      time(1),
      valid(2),
      lat(3),
      lon(5),
      knots(7),
      course(8, "gnss.course", "true"),
      east(10, "magneticVariation", "positive to the east"),
      mode(12),
      navStatus(13),
    ],
  ),
  GGA: sentence("GGA", "Position, altitude and quality of the fix.", { least: 9, full: 14 }, [
    time(1),
    lat(2),
    lon(4),
    quality,
    satellites(7),
    dop(8, "gnss.hdop", ""),
    altitude(9, "M"),
    geoid(11, "M"),
    dgpsAge(13),
    dgpsStation(14),
  ]),
  GSA: sentence(
    "GSA",
    "Satellites used and dilutions of precision; one a constellation.",
    { least: 17, full: 17 },
    [
      letter(1, "selection", "MA", ["manual", "automatic"], "choice between 2D and 3D"),
      fix(2),
      ...used,
      dop(15, "gnss.pdop", ""),
      dop(16, "gnss.hdop", ""),
      dop(17, "gnss.vdop", ""),
      hexadecimal(18, "systemId", "constellation, since NMEA 4.10"),
    ],
  ),
  GSV: sentence("GSV", "Satellites in view, up to four a sentence.", { least: 3, full: 3 }, [
    integer(1, "sentences", "1", "sentences of this group"),
    integer(2, "sentence", "1", "number of this one, from 1"),
    integer(3, "inView", "1", "satellites in view", { width: 2 }),
    ...inView(0),
    ...inView(1),
    ...inView(2),
    ...inView(3),
    signal(),
  ]),
  VTG: sentence("VTG", "Course and speed.", { least: 8, full: 8 }, [
    { ...course(1, "gnss.course", "true"), suffix: "T" },
    { ...course(3, "magneticCourse", "magnetic"), suffix: "M" },
    { ...knots(5), suffix: "N", alternativeAt: 7, alternativePer: 3.6, alternativeSuffix: "K" },
    mode(9),
  ]),
  GLL: sentence("GLL", "Position and time.", { least: 4, full: 6 }, [
    lat(1),
    lon(3),
    time(5),
    valid(6),
    mode(7),
  ]),
  GNS: sentence(
    "GNS",
    "Position and altitude of a fix from several constellations.",
    { least: 9, full: 12 },
    [
      time(1),
      lat(2),
      lon(4),
      gnsMode(0, "gps"),
      gnsMode(1, "glonass"),
      gnsMode(2, "galileo"),
      gnsMode(3, "beidou"),
      gnsMode(4, "qzss"),
      gnsMode(5, "navic"),
      satellites(7),
      dop(8, "gnss.hdop", ""),
      altitude(9),
      geoid(10),
      dgpsAge(11),
      dgpsStation(12),
      navStatus(13),
    ],
  ),
  ZDA: sentence(
    "ZDA",
    "Time and date, with the local zone. Its fields 2 to 4 are in the message's time.",
    { least: 4, full: 6 },
    [
      time(1),
      integer(5, "zoneHours", "h", "local zone", { width: 2 }),
      integer(6, "zoneMinutes", "min", "local zone", { width: 2 }),
    ],
  ),
};
