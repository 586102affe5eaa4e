import {
  CodecError,
  createFramer,
  createTally,
  type DecodeContext,
  type Decoder,
  daysFromCivil,
  type FrameRule,
  type Framer,
  type OnFrame,
  type OnProblem,
  type OptionSpec,
  type Protocol,
  type ProtocolOptions,
} from "@pitwall/core";
import { checkUbx, probeUbx, UBX_MAX_LENGTH, ubxRule } from "../ubx-frame.ts";
import { Calendar } from "./nmea-calendar.ts";
import { NmeaDecoder } from "./nmea-decoder.ts";
import { EPOCH } from "./nmea-epoch.ts";
import { Fields } from "./nmea-fields.ts";
import { nmeaRule } from "./nmea-frame.ts";
import { SENTENCES } from "./nmea-sentences.table.ts";
import { createNmeaEncoder } from "./nmea-write.ts";
import { createSirfEncoder, GEODETIC, SIRF_GEODETIC, SIRF_RULE, SirfDecoder } from "./sirf.ts";
import { UBX_LAYOUTS, UBX_MESSAGES, UbxDecoder, ubxLengthFits } from "./ubx-decoder.ts";
import { createUbxEncoder } from "./ubx-encoder.ts";

const DOLLAR = 0x24;
const SIRF_START = 0xa0;

const NMEA_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  checksum: {
    doc: "`required` refuses a sentence without `*HH`; `optional` takes it if it has all its fields",
    values: ["required", "optional"],
    default: "required",
  },
  notBefore: {
    doc: "a day, `2019-04-07`: dates before it are moved ahead by 1024 weeks until they are not (GPS week rollover); empty leaves dates as they are",
    default: "",
  },
};

const checksumNeeded = (options: ProtocolOptions | undefined): boolean =>
  options?.["checksum"] !== "optional";

function notBeforeDay(options: ProtocolOptions | undefined): number {
  const text = String(options?.["notBefore"] ?? "");
  if (text === "") return Number.NaN;
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (!parts)
    throw new CodecError("malformed", "nmea", 0, `notBefore "${text}" is not a day like 2019-04-07`);
  return daysFromCivil(Number(parts[1]), Number(parts[2]), Number(parts[3]));
}

/** NMEA, UBX and SiRF by their first byte, which none has in common with another. */
function mixedRule(needsChecksum: boolean, fields: Fields): FrameRule {
  const nmea = nmeaRule(needsChecksum, fields);
  return {
    maxLength: UBX_MAX_LENGTH,
    probe: (b, start, end, last) =>
      b[start] === DOLLAR
        ? nmea.probe(b, start, end, last)
        : b[start] === SIRF_START
          ? SIRF_RULE.probe(b, start, end, last)
          : probeUbx(b, start, end, ubxLengthFits),
    check: (b, view, start, end) =>
      b[start] === DOLLAR
        ? nmea.check!(b, view, start, end)
        : b[start] === SIRF_START
          ? SIRF_RULE.check!(b, view, start, end)
          : checkUbx(b, start, end),
  };
}

type Rule = (options: ProtocolOptions | undefined, fields: Fields) => FrameRule;
const NMEA: Rule = (options, fields) => nmeaRule(checksumNeeded(options), fields);
const UBX: Rule = () => ubxRule(ubxLengthFits);
const MIXED: Rule = (options, fields) => mixedRule(checksumNeeded(options), fields);

function createDecoder(rule: Rule, context: DecodeContext, options?: ProtocolOptions): Decoder {
  const { stats, reading, problem } = createTally(context);
  const calendar = new Calendar(notBeforeDay(options));
  const unsupported = () => {
    stats.reasons.unsupported = (stats.reasons.unsupported ?? 0) + 1;
  };
  const fields = new Fields();
  const shared = {
    calendar,
    emit: reading,
    unsupported,
    problem,
    fields,
    frameOffset: () => framer.frameOffset,
  };
  const nmea = new NmeaDecoder(shared);
  const ubx = new UbxDecoder(shared);
  const sirf = new SirfDecoder(shared);
  const framer: Framer = createFramer(
    rule(options, fields),
    (bytes, view, start, end) => {
      stats.frames++;
      if (bytes[start] === DOLLAR) nmea.frame(bytes, start, end);
      else if (bytes[start] === SIRF_START) sirf.frame(view, start, end);
      else ubx.frame(view, start, end);
    },
    problem,
  );
  return {
    stats,
    push: (bytes) => framer.push(bytes),
    end() {
      framer.end();
      nmea.end();
    },
  };
}

const parts = (rule: Rule) => ({
  createFramer: (onFrame: OnFrame, onProblem?: OnProblem, options?: ProtocolOptions): Framer =>
    createFramer(rule(options, new Fields()), onFrame, onProblem),
  createDecoder: (context: DecodeContext, options?: ProtocolOptions) => createDecoder(rule, context, options),
});

const NMEA_MESSAGES = [EPOCH, ...Object.values(SENTENCES).map((s) => s.spec)];

export const nmea: Protocol = {
  name: "nmea",
  title: "NMEA 0183 sentences of GNSS receivers, joined to one message a fix",
  carrier: "stream",
  messages: NMEA_MESSAGES,
  options: NMEA_OPTIONS,
  ...parts(NMEA),
  createEncoder: createNmeaEncoder,
};

export const ubx: Protocol = {
  name: "ubx",
  title: "UBX, the binary protocol of u-blox receivers",
  carrier: "stream",
  messages: UBX_MESSAGES,
  layouts: UBX_LAYOUTS,
  ...parts(UBX),
  createEncoder: createUbxEncoder,
};

export const gnss: Protocol = {
  name: "gnss",
  title: "GNSS receivers: NMEA, UBX and SiRF binary mixed on one line",
  carrier: "stream",
  messages: [...NMEA_MESSAGES, ...UBX_MESSAGES, SIRF_GEODETIC],
  layouts: [...UBX_LAYOUTS, GEODETIC],
  options: NMEA_OPTIONS,
  ...parts(MIXED),
  createEncoder() {
    const sentences = createNmeaEncoder();
    const frames = createUbxEncoder();
    const sirf = createSirfEncoder();
    return {
      encode(message) {
        const family = message.message.split(".")[0];
        return (family === "ubx" ? frames : family === "sirf" ? sirf : sentences).encode(message);
      },
    };
  },
};
