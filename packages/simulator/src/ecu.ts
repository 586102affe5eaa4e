import type { EcuData } from "@pitwall/protocols";
import type { PowertrainState } from "./powertrain.ts";

/** World manufacturer code of no maker, check digit right (ISO 3779, 49 CFR 565). */
export const SIM_VIN = "1PWSXM0A7TP000001";

/** What its control unit has stored: a misfire of the first cylinder. */
export const SIM_CODES: readonly string[] = ["P0301"];

/** Ambient air, and what the pump gives at full throttle. */
const AIR_DEG_C = 22;

/**
 * What the control unit of a combustion car knows, for `createEcuResponder` or `createElmEmulator`: live values of the
 * powertrain, a VIN, and the trouble codes that were planted. Codes are cleared as a tester asks.
 */
export function vehicleEcu(power: Readonly<PowertrainState>, stored: readonly string[] = SIM_CODES): EcuData {
  let codes = stored;
  const values: Readonly<Record<string, () => number>> = {
    "engine.load": () => power.throttle,
    "engine.waterTemp": () => power.waterDegC,
    "engine.rpm": () => power.engineRpm,
    "obd.speed": () => power.wheelMps,
    "obd.intakeTemp": () => AIR_DEG_C,
    "driver.throttle": () => power.throttle,
    "obd.moduleVoltage": () => power.batteryVoltageV,
    "obd.ambientTemp": () => AIR_DEG_C,
    "obd.milOn": () => (codes.length > 0 ? 1 : 0),
    "obd.dtcCount": () => codes.length,
  };
  return {
    pids: [0x01, 0x04, 0x05, 0x0c, 0x0d, 0x0f, 0x11, 0x42, 0x46],
    value: (name) => values[name]?.() ?? 0,
    codes: (kind) => (kind === "stored" ? codes : []),
    clear() {
      codes = [];
      return true;
    },
    vin: SIM_VIN,
    name: "PITWALL-SIM",
  };
}
