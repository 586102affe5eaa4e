import { ORION_FACTORY } from "./orion-factory.ts";
import { ORION_WE_EV } from "./orion-we-ev.ts";
import type { DbcProfile } from "./profile.ts";

export const DBC_PROFILES: Readonly<Record<string, DbcProfile>> = {
  "orion-factory": ORION_FACTORY,
  "orion-we-ev": ORION_WE_EV,
};
