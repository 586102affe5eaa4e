import {
  createCanDecoder,
  type DecodeContext,
  type Decoder,
  type Protocol,
  type ProtocolOptions,
} from "@pitwall/core";
import { parseDbc } from "./parse.ts";
import { DBC_PROFILES } from "./profiles/index.ts";
import { createDatabase, createDbcDecoder, createDbcEncoder, type DbcDatabase } from "./protocol.ts";

const NO_PROFILE = "none";
const OPTIONS = {
  dbc: { doc: "the text of the DBC file", default: "" },
  map: {
    doc: "which signals are channels: `SIGNAL=channel` or `MESSAGE.SIGNAL=channel`, one a line or between `;`, with `*2.5`, `/3.6`, `+40` where the unit alone does not say how",
    default: "",
  },
  profile: {
    doc: "a ready-made file with its mapping instead of `dbc`",
    values: [NO_PROFILE, ...Object.keys(DBC_PROFILES)],
    default: NO_PROFILE,
  },
} as const;

/** The file that the options name; undefined where they name none. Throws CodecError for a mapping that does not fit. */
function databaseOf(options: ProtocolOptions = {}): DbcDatabase | undefined {
  const profile = DBC_PROFILES[String(options["profile"] ?? NO_PROFILE)];
  const text = String(options["dbc"] ?? "") || profile?.dbc;
  if (text === undefined || text === "") return undefined;
  return createDatabase(parseDbc(text), String(options["map"] ?? "") || profile?.map);
}

function createDecoder(context: DecodeContext, options?: ProtocolOptions): Decoder {
  const database = databaseOf(options);
  if (database) return createDbcDecoder(database, context);
  let isSaid = false;
  return createCanDecoder(context, (_emit, problem) => () => {
    if (isSaid) return;
    isSaid = true;
    problem({
      code: "unsupported",
      offset: 0,
      length: 0,
      reason: "no DBC file is given (option dbc or profile)",
    });
  });
}

/** Messages depend on the file: `createDbcProtocol` gives a protocol that names them. */
export const dbc: Protocol = {
  name: "dbc",
  title: "CAN frames by a DBC file, with a mapping of signals to channels",
  carrier: "can",
  messages: [],
  options: OPTIONS,
  createDecoder,
  createEncoder: (options) => createDbcEncoder(databaseOf(options) ?? createDatabase(parseDbc(""))),
};
export { parseMapping } from "./mapping.ts";
export type { Dbc, DbcMessage, DbcProblem, DbcSignal } from "./model.ts";
export { parseDbc } from "./parse.ts";
export { DBC_PROFILES } from "./profiles/index.ts";
export type { DbcProfile } from "./profiles/profile.ts";
export { createDbcProtocol, type DbcDatabase, type DbcEntry } from "./protocol.ts";
