import type { OptionSpec, ProtocolOptions } from "@pitwall/core";

export const ANT_OPTIONS = {
  currentSign: {
    doc: "which current the BMS sends as positive",
    values: ["discharge-positive", "charge-positive"],
    default: "discharge-positive",
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

export const signOf = (options: ProtocolOptions = {}): 1 | -1 =>
  options["currentSign"] === "charge-positive" ? -1 : 1;
