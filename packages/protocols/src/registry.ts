import type { Protocol } from "@pitwall/core";
import { ant } from "./ant/index.ts";
import { blackbox } from "./blackbox/index.ts";
import { candump } from "./candump/index.ts";
import { daly, dalyCan } from "./daly/index.ts";
import { dbc } from "./dbc/index.ts";
import { gnss, nmea, ubx } from "./gnss/index.ts";
import { jbd, jbdCan } from "./jbd/index.ts";
import { jk, jkCan } from "./jk/index.ts";
import { elm327, obd2 } from "./obd2/index.ts";
import { json, pitwallBatch } from "./pitwall/index.ts";
import { racebox } from "./racebox/index.ts";
import { racechronoDiy } from "./racechrono-diy/index.ts";
import { bean, kart } from "./racehf/index.ts";
import { slcan } from "./slcan/index.ts";
import { telemetryNode } from "./telemetry-node/index.ts";
import { vescBms, vescCan, vescUart } from "./vesc/index.ts";
import { wt901 } from "./wt901/index.ts";

/** Every wire protocol Pitwall speaks. A new one is a folder and a line here. */
export const PROTOCOLS: readonly Protocol[] = [
  blackbox,
  pitwallBatch,
  json,
  nmea,
  ubx,
  gnss,
  dbc,
  racechronoDiy,
  wt901,
  racebox,
  telemetryNode,
  vescCan,
  vescUart,
  vescBms,
  obd2,
  elm327,
  jbd,
  jbdCan,
  daly,
  dalyCan,
  ant,
  jk,
  jkCan,
  kart,
  bean,
  candump,
  slcan,
];

export const findProtocol = (name: string): Protocol | undefined => PROTOCOLS.find((p) => p.name === name);
