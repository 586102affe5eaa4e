import { ORION_FACTORY } from "./orion-factory.ts";
import { ORION_WE_EV } from "./orion-we-ev.ts";

/** A DBC file as text with the mapping of its signals: units whose frames their owner configures. */
export type DbcProfile = { readonly title: string; readonly dbc: string; readonly map: string };

export const DBC_PROFILES: Readonly<Record<string, DbcProfile>> = {
  "orion-factory": ORION_FACTORY,
  "orion-we-ev": ORION_WE_EV,
};
