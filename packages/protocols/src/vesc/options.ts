import type { OptionSpec, ProtocolOptions } from "@pitwall/core";

export const DRIVE_OPTIONS = {
  polePairs: { doc: "of the motor; motor.rpm and wheel.speed are given only where it is set", default: 0 },
  gearRatio: { doc: "motor turns a wheel turn", default: 1 },
  wheelCircumferenceM: { doc: "in metres; wheel.speed is given only where it is set", default: 0 },
  motorTempSensor: {
    doc: "auto: exactly 0 degC means that no sensor is configured; fitted: 0 degC is a temperature",
    values: ["auto", "fitted"],
    default: "auto",
  },
  hostId: {
    doc: "CAN id of the computer, to which encoded replies go and from which requests come",
    default: 254,
  },
} as const satisfies Readonly<Record<string, OptionSpec>>;

/** What turns a controller's readings into channels. */
export type Drive = {
  readonly motorTempFitted: boolean;
  readonly hostId: number;
  /** Mechanical rpm of electrical rpm; NaN where the pole pairs are not configured. */
  motorRpm(erpm: number): number;
  /** m/s, without the direction (which way a motor turns forwards is a matter of its wiring); NaN where not configured. */
  wheelSpeedMps(erpm: number): number;
};

export function parseDrive(given: ProtocolOptions = {}): Drive {
  const number = (name: keyof typeof DRIVE_OPTIONS) => Number(given[name] ?? DRIVE_OPTIONS[name].default);
  const polePairs = number("polePairs");
  const metresPerTurn = number("wheelCircumferenceM") / number("gearRatio");
  return {
    motorTempFitted: given["motorTempSensor"] === "fitted",
    hostId: number("hostId"),
    motorRpm: (erpm) => (polePairs > 0 ? erpm / polePairs : Number.NaN),
    wheelSpeedMps: (erpm) =>
      polePairs > 0 && metresPerTurn > 0 ? (Math.abs(erpm) / polePairs / 60) * metresPerTurn : Number.NaN,
  };
}
