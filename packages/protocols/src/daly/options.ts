import type { OptionSpec, ProtocolOptions } from "@pitwall/core";

export const DALY_OPTIONS = {
  currentSign: {
    doc: "which current the BMS sends as more than 30000",
    values: ["discharge-positive", "charge-positive"],
    default: "discharge-positive",
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export const isChargePositive = (options: ProtocolOptions = {}): boolean =>
  options["currentSign"] === "charge-positive";
