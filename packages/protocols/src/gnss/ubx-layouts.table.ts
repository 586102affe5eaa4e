import { type FieldSpec, type Layout, type LayoutField, layout, type MessageSpec } from "@pitwall/core";

// Payload layouts: u-blox M8 receiver description including protocol specification (UBX-13003221), chapter 32;
// u-blox 6 (GPS.G6-SW-10018) for the older configuration messages. Little-endian throughout.

const DEG = Math.PI / 180;

const skip = (wire: LayoutField["wire"], name = "reserved"): LayoutField => ({
  name: `_${name}`,
  wire,
  unit: "1",
  doc: "",
});
const f = (
  name: string,
  wire: LayoutField["wire"],
  unit: LayoutField["unit"],
  doc = "",
  more: Partial<LayoutField> = {},
): LayoutField => ({
  name,
  wire,
  unit,
  doc,
  ...more,
});
const iTOW = f("iTOW", "u32", "ms", "GPS time of week");
const mm = (name: string, wire: "i32" | "u32", doc = ""): LayoutField =>
  f(name, wire, "m", doc, { per: 1000 });
const mmps = (name: string, wire: "i32" | "u32", doc = ""): LayoutField =>
  f(name, wire, "m/s", doc, { per: 1000 });
const deg5 = (name: string, wire: "i32" | "u32", doc = ""): LayoutField =>
  f(name, wire, "rad", doc, { scale: DEG, per: 1e5 });
const dop = (name: string, doc = ""): LayoutField => f(name, "u16", "1", doc, { per: 100, missing: 9999 });
const position: readonly LayoutField[] = [
  f("gnss.lon", "i32", "deg", "WGS 84, absent without a fix", { per: 1e7 }),
  f("gnss.lat", "i32", "deg", "WGS 84, absent without a fix", { per: 1e7 }),
  mm("height", "i32", "above the ellipsoid"),
  mm("gnss.alt", "i32", "above mean sea level"),
];
/** The message's time: not values of their own, `tUs` says the same. */
const civil: readonly LayoutField[] = [
  skip("u16", "year"),
  skip("u8", "month"),
  skip("u8", "day"),
  skip("u8", "hour"),
  skip("u8", "minute"),
  skip("u8", "second"),
];
const VALID = { 0: "date", 1: "time", 2: "fully resolved", 3: "magnetic declination" };
const FIX_TYPES = {
  0: "none",
  1: "dead reckoning only",
  2: "2D",
  3: "3D",
  4: "GNSS and dead reckoning",
  5: "time only",
};
const nano: LayoutField = { ...skip("i32", "nano"), doc: "fraction of the second, ns, may be negative" };
const fixType = f("fixType", "u8", "code", "the receiver's own kind of fix", { labels: FIX_TYPES });

/** A message whose payload is one layout. Its values are the layout's, in that order, then what is derived from them. */
export type UbxMessage = {
  readonly cls: number;
  readonly id: number;
  readonly layout: Layout;
  readonly spec: MessageSpec;
};

const FIX: FieldSpec = {
  name: "gnss.fix",
  unit: "1",
  doc: "0 none, 2 = 2D, 3 = 3D; 0 outside the receiver's limits",
  resolution: 1,
  offset: 0,
};

function message(
  name: string,
  cls: number,
  id: number,
  doc: string,
  fields: readonly LayoutField[],
  derived: readonly FieldSpec[] = [],
): UbxMessage {
  const l = layout(`ubx.${name}`, doc, fields);
  return { cls, id, layout: l, spec: { ...l.spec, fields: [...l.spec.fields, ...derived] } };
}

export const NAV_PVT = message(
  "nav-pvt",
  0x01,
  0x07,
  "Position, velocity and time of one epoch: everything a lap timer needs.",
  [
    iTOW,
    ...civil,
    f("valid", "u8", "bits", "", { bits: VALID }),
    f("tAcc", "u32", "s", "accuracy of the time", { per: 1e9 }),
    nano,
    fixType,
    f("flags", "u8", "bits", "bits 6 and 7: carrier phase none, float, fixed", {
      bits: { 0: "fix within limits", 1: "differential", 5: "heading of vehicle valid" },
    }),
    f("flags2", "u8", "bits", "", {
      bits: { 5: "time confirmation available", 6: "date confirmed", 7: "time confirmed" },
    }),
    f("gnss.sats", "u8", "1", "satellites used"),
    ...position,
    mm("gnss.hAcc", "u32"),
    mm("gnss.vAcc", "u32"),
    mmps("velN", "i32", "north"),
    mmps("velE", "i32", "east"),
    f("gnss.vUp", "i32", "m/s", "sent as down", { scale: -1, per: 1000 }),
    mmps("gnss.speed", "i32", "over ground"),
    deg5("gnss.course", "i32", "of motion; held at standstill, absent where its accuracy is half a turn"),
    mmps("gnss.sAcc", "u32"),
    deg5("courseAcc", "u32", "of course and heading"),
    dop("gnss.pdop"),
    f("flags3", "u16", "bits", "", { bits: { 0: "position invalid" } }),
    skip("u32"),
    deg5("headingOfVehicle", "i32", "absent unless flagged valid"),
    f("magneticDeclination", "i16", "rad", "absent unless flagged valid", { scale: DEG, per: 100 }),
    f("magneticAcc", "u16", "rad", "of the declination", { scale: DEG, per: 100 }),
  ],
  [FIX],
);

export const HNR_PVT = message(
  "hnr-pvt",
  0x28,
  0x00,
  "High-rate position of receivers with inertial sensors.",
  [
    iTOW,
    ...civil,
    f("valid", "u8", "bits", "", { bits: VALID }),
    nano,
    fixType,
    f("flags", "u8", "bits", "", {
      bits: {
        0: "fix within limits",
        1: "differential",
        2: "week known",
        3: "time of week known",
        4: "heading of vehicle valid",
      },
    }),
    skip("u16"),
    ...position,
    mmps("gnss.speed", "i32", "over ground"),
    mmps("speed3d", "i32"),
    deg5("gnss.course", "i32", "of motion"),
    deg5("headingOfVehicle", "i32", "absent unless flagged valid"),
    mm("gnss.hAcc", "u32"),
    mm("gnss.vAcc", "u32"),
    mmps("gnss.sAcc", "u32"),
    deg5("courseAcc", "u32", "of course and heading"),
    skip("u32"),
  ],
  [FIX],
);

const FINE: Readonly<Record<string, number>> = {
  "gnss.lon": 1e-9,
  "gnss.lat": 1e-9,
  height: 1e-4,
  "gnss.alt": 1e-4,
};

/** The four high-precision parts are added to the coarse values by the decoder; they are no values of their own. */
const HPPOSLLH = message("nav-hpposllh", 0x01, 0x14, "Position to 1e-9 deg and 0.1 mm.", [
  skip("u8", "version"),
  skip("u16"),
  f("flags", "u8", "bits", "", { bits: { 0: "position invalid" } }),
  iTOW,
  ...position,
  skip("i8", "lonHp"),
  skip("i8", "latHp"),
  skip("i8", "heightHp"),
  skip("i8", "altHp"),
  f("gnss.hAcc", "u32", "m", "", { per: 1e4 }),
  f("gnss.vAcc", "u32", "m", "", { per: 1e4 }),
]);
export const NAV_HPPOSLLH: UbxMessage = {
  ...HPPOSLLH,
  spec: {
    ...HPPOSLLH.spec,
    fields: HPPOSLLH.spec.fields.map((x) => {
      const resolution = FINE[x.name];
      return resolution === undefined ? x : { ...x, resolution };
    }),
  },
};

/** Fixed messages that need nothing beyond their layout, but for the time that goes with `iTOW`. */
export const PLAIN: readonly UbxMessage[] = [
  message("nav-posllh", 0x01, 0x02, "Position, for receivers without NAV-PVT.", [
    iTOW,
    ...position,
    mm("gnss.hAcc", "u32"),
    mm("gnss.vAcc", "u32"),
  ]),
  message("nav-status", 0x01, 0x03, "State of the receiver.", [
    iTOW,
    fixType,
    f("flags", "u8", "bits", "", {
      bits: { 0: "fix within limits", 1: "differential", 2: "week known", 3: "time of week known" },
    }),
    f("fixStat", "u8", "bits", "", {
      bits: { 0: "differential corrections available", 1: "carrier solution valid" },
    }),
    f("flags2", "u8", "bits", "bits 0 and 1: power save state, 3 and 4: spoofing"),
    f("timeToFirstFix", "u32", "ms"),
    f("sinceStart", "u32", "ms", "since start-up or reset"),
  ]),
  message("nav-dop", 0x01, 0x04, "Dilutions of precision.", [
    iTOW,
    dop("gdop", "geometric"),
    dop("gnss.pdop"),
    dop("tdop", "time"),
    dop("gnss.vdop"),
    dop("gnss.hdop"),
    dop("ndop", "northing"),
    dop("edop", "easting"),
  ]),
  message("nav-velned", 0x01, 0x12, "Velocity, for receivers without NAV-PVT.", [
    iTOW,
    f("velN", "i32", "m/s", "north", { per: 100 }),
    f("velE", "i32", "m/s", "east", { per: 100 }),
    f("gnss.vUp", "i32", "m/s", "sent as down", { scale: -1, per: 100 }),
    f("speed3d", "u32", "m/s", "", { per: 100 }),
    f("gnss.speed", "u32", "m/s", "over ground", { per: 100 }),
    deg5("gnss.course", "i32", "of motion"),
    f("gnss.sAcc", "u32", "m/s", "", { per: 100 }),
    deg5("courseAcc", "u32"),
  ]),
  message("ack-nak", 0x05, 0x00, "A configuration message was refused.", [
    f("class", "u8", "code", "class of the refused message"),
    f("id", "u8", "code", "id of the refused message"),
  ]),
  message("ack-ack", 0x05, 0x01, "A configuration message was accepted.", [
    f("class", "u8", "code", "class of the accepted message"),
    f("id", "u8", "code", "id of the accepted message"),
  ]),
  message("cfg-prt", 0x06, 0x00, "Serial port of receivers up to generation 8.", [
    f("port", "u8", "code", "", { labels: { 0: "I2C", 1: "UART 1", 2: "UART 2", 3: "USB", 4: "SPI" } }),
    skip("u8"),
    f("txReady", "u16", "bits"),
    f("mode", "u32", "bits", "0x8D0 is 8N1"),
    f("baud", "u32", "1", "bits a second"),
    f("inProtocols", "u16", "bits", "", { bits: { 0: "UBX", 1: "NMEA", 2: "RTCM 2", 5: "RTCM 3" } }),
    f("outProtocols", "u16", "bits", "", { bits: { 0: "UBX", 1: "NMEA", 5: "RTCM 3" } }),
    f("flags", "u16", "bits", "", { bits: { 1: "extended transmit time-out" } }),
    skip("u16"),
  ]),
  message("cfg-msg", 0x06, 0x01, "How often a message is sent on the port that asks.", [
    f("class", "u8", "code", "of the message"),
    f("id", "u8", "code", "of the message"),
    f("rate", "u8", "1", "every so many epochs, 0 = never"),
  ]),
  message("cfg-rate", 0x06, 0x08, "Measurement and navigation rate of receivers up to generation 8.", [
    f("period", "u16", "ms", "between measurements"),
    f("ratio", "u16", "1", "measurements a solution"),
    f("timeRef", "u16", "code", "", {
      labels: { 0: "UTC", 1: "GPS", 2: "GLONASS", 3: "BeiDou", 4: "Galileo" },
    }),
  ]),
  message(
    "cfg-nav5",
    0x06,
    0x24,
    "Navigation engine of receivers up to generation 8; `mask` says which values count.",
    [
      f("mask", "u16", "bits", "", {
        bits: {
          0: "dynamic model",
          1: "minimum elevation",
          2: "fix mode",
          4: "position mask",
          5: "time mask",
          6: "static hold",
          7: "dgps",
        },
      }),
      f("dynamicModel", "u8", "code", "", {
        labels: {
          0: "portable",
          2: "stationary",
          3: "pedestrian",
          4: "automotive",
          5: "sea",
          6: "airborne 1 g",
          7: "airborne 2 g",
          8: "airborne 4 g",
        },
      }),
      f("fixMode", "u8", "code", "", { labels: { 1: "2D only", 2: "3D only", 3: "automatic" } }),
      f("fixedAlt", "i32", "m", "for 2D fixes", { per: 100 }),
      f("fixedAltVar", "u32", "1", "m^2", { per: 1e4 }),
      f("minElevation", "i8", "rad", "", { scale: DEG }),
      f("drLimit", "u8", "s"),
      f("pDopMask", "u16", "1", "", { per: 10 }),
      f("tDopMask", "u16", "1", "", { per: 10 }),
      f("pAccMask", "u16", "m"),
      f("tAccMask", "u16", "m"),
      f("staticHoldThreshold", "u8", "m/s", "", { per: 100 }),
      f("dgpsTimeout", "u8", "s"),
      f("cnoSatellites", "u8", "1", "satellites that need the carrier to noise below"),
      f("cno", "u8", "1", "carrier to noise, dB-Hz"),
      skip("u16"),
      f("staticHoldMaxDist", "u16", "m"),
      f("utcStandard", "u8", "code"),
      skip("u8"),
      skip("u32"),
    ],
  ),
];
