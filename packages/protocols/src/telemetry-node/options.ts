import type { OptionSpec, ProtocolOptions } from "@pitwall/core";

export const NODE_OPTIONS = {
  dialect: {
    doc: "stateless: each packet names its device; stateful: a handshake names it once",
    values: ["stateless", "stateful"],
    default: "stateless",
  },
  direction: {
    doc: "whose bytes these are: packets with 0xF0 are the same both ways",
    values: ["from-node", "to-node"],
    default: "from-node",
  },
  gps: {
    doc: "layout of device 4: what the SDK's code sends, what its README says, or what the stateful SDK sends",
    values: ["code", "readme", "stateful"],
    default: "code",
  },
  lead: {
    doc: "first byte: the header 0xF0, or the device as one passage of the README has it",
    values: ["header", "device"],
    default: "header",
  },
  checksum: {
    doc: "sum of all 16 bytes: 0xFF as the code does it, 0x00 as one sentence of the README reads, or either",
    values: ["ff", "00", "either"],
    default: "ff",
  },
  tempZero: { doc: "raw controller temperature at 0 degC; the README has 12", default: 559 },
  throttleFullScale: { doc: "raw throttle at full scale; the README has 65535", default: 255 },
  zeroDevice: {
    doc: "device 0, packet 0 is an Alltrax, or a battery board whose firmware sends 0 for its device; auto tells by content",
    values: ["auto", "alltrax", "battery"],
    default: "auto",
  },
  batterySign: {
    doc: "sign of the battery board's current",
    values: ["discharge-positive", "charge-positive"],
    default: "discharge-positive",
  },
  epoch: {
    doc: "unit of the README's 32-bit time; milliseconds wrap and need the time of receipt",
    values: ["s", "ms"],
    default: "s",
  },
  device: {
    doc: "stateful dialect: the device, where its handshake was not recorded; -1 = unknown",
    default: -1,
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export type NodeOptions = {
  readonly stateful: boolean;
  readonly toNode: boolean;
  readonly gps: string;
  readonly leadIsDevice: boolean;
  readonly checksum: string;
  readonly tempZero: number;
  readonly throttleFullScale: number;
  readonly zeroDevice: string;
  readonly chargePositive: boolean;
  readonly epochMs: boolean;
  readonly device: number;
};

export function parseOptions(given: ProtocolOptions = {}): NodeOptions {
  const pick = (name: keyof typeof NODE_OPTIONS) => given[name] ?? NODE_OPTIONS[name].default;
  return {
    stateful: pick("dialect") === "stateful",
    toNode: pick("direction") === "to-node",
    gps: String(given["gps"] ?? (pick("dialect") === "stateful" ? "stateful" : NODE_OPTIONS.gps.default)),
    leadIsDevice: pick("lead") === "device",
    checksum: String(pick("checksum")),
    tempZero: Number(pick("tempZero")),
    throttleFullScale: Number(pick("throttleFullScale")),
    zeroDevice: String(pick("zeroDevice")),
    chargePositive: pick("batterySign") === "charge-positive",
    epochMs: pick("epoch") === "ms",
    device: Number(pick("device")),
  };
}
