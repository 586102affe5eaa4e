import type { Sensed, SourceSpec } from "../unit.ts";
import { plain } from "./plain.ts";

type Values = Record<string, number | string>;

/** Cells differ by some millivolts, each by its own; their mean is the pack's. */
const SPREAD_V = 0.004;
const SENSORS = 2;
const CYCLES = 34;

const cellOf = (s: Sensed, i: number): number => {
  const n = s.power.cells;
  return s.power.cellV + (n < 2 ? 0 : (SPREAD_V * (2 * ((i * 5) % n) - n + 1)) / (n - 1));
};

const cellsOf = (s: Sensed): Values => {
  const values: Values = {};
  for (let i = 0; i < s.power.cells; i++) values[`battery.cell.${i + 1}.voltage`] = cellOf(s, i);
  return values;
};

/** Highest and lowest cell with their numbers from 1. */
const rangeOf = (s: Sensed): Values => {
  let [highest, lowest] = [0, 0];
  for (let i = 1; i < s.power.cells; i++) {
    if (cellOf(s, i) > cellOf(s, highest)) highest = i;
    if (cellOf(s, i) < cellOf(s, lowest)) lowest = i;
  }
  return {
    "battery.cell.max": cellOf(s, highest),
    highestCell: highest + 1,
    "battery.cell.min": cellOf(s, lowest),
    lowestCell: lowest + 1,
  };
};

const packOf = (s: Sensed): Values => ({
  "battery.voltage": s.power.batteryVoltageV,
  "battery.current": s.power.batteryCurrentA,
});
const chargeOf = (s: Sensed): Values => ({ "battery.charge": s.power.soc * s.power.capacityAh });
const switches = { chargeSwitch: 1, dischargeSwitch: 1 };

/** A message and how it is filled. */
type Line = readonly [message: string, values: (s: Sensed) => Values];

const battery = (protocol: string, rateHz: number, onCan: boolean, lines: readonly Line[]): SourceSpec => ({
  name: onCan ? "can0-bms" : "bms",
  protocol,
  rateHz,
  latencyS: onCan ? 0.001 : 0.03,
  needs: "power",
  say: (s) => lines.map(([message, values]) => plain(message, s, values(s))),
});

const DALY: readonly Line[] = [
  ["daly.pack", (s) => ({ address: 1, ...packOf(s), gatherVoltage: 0, "battery.soc": s.power.soc })],
  ["daly.cell-range", (s) => ({ address: 1, ...rangeOf(s) })],
  [
    "daly.temp-range",
    (s) => ({
      address: 1,
      "battery.temp": s.power.batteryDegC,
      hottestSensor: 1,
      lowestTemp: s.power.batteryDegC - 1,
      coldestSensor: SENSORS,
    }),
  ],
  [
    "daly.state",
    (s) => ({
      address: 1,
      state: s.power.batteryCurrentA > 0.1 ? 2 : s.power.batteryCurrentA < -0.1 ? 1 : 0,
      ...switches,
      life: Math.floor(s.bootUs / 1e6) % 256,
      ...chargeOf(s),
    }),
  ],
  [
    "daly.status",
    (s) => ({
      address: 1,
      cells: s.power.cells,
      sensors: SENSORS,
      charger: 0,
      load: 1,
      digital: 0,
      "battery.cycles": CYCLES,
    }),
  ],
  ["daly.cells", (s) => ({ address: 1, ...cellsOf(s) })],
  ["daly.temps", (s) => ({ address: 1, temp1: s.power.batteryDegC, temp2: s.power.batteryDegC - 1 })],
  [
    "daly.faults",
    () => ({ address: 1, "battery.fault": 0, hardwareFaults: 0, moduleFaults: 0, faultCode: 0 }),
  ],
];

/** Battery management systems: each says of the same battery what its maker's protocol has room for. */
export const BATTERIES: readonly SourceSpec[] = [
  battery("vesc-bms", 2, true, [
    [
      "vesc-bms.voltage",
      (s) => ({ controller: 11, "battery.voltage": s.power.batteryVoltageV, chargerVoltage: 0 }),
    ],
    [
      "vesc-bms.current",
      (s) => ({
        controller: 11,
        inputCurrent: s.power.batteryCurrentA,
        "battery.current": s.power.batteryCurrentA,
      }),
    ],
    [
      "vesc-bms.state",
      (s) => ({
        controller: 11,
        "battery.cell.min": s.power.cellV - SPREAD_V,
        "battery.cell.max": s.power.cellV + SPREAD_V,
        "battery.soc": s.power.soc,
        "battery.soh": 0.97,
        "battery.temp": s.power.batteryDegC,
        flags: 0,
      }),
    ],
  ]),
  battery("jbd", 2, false, [
    [
      "jbd.basic",
      (s) => ({
        ...packOf(s),
        ...chargeOf(s),
        capacity: s.power.capacityAh,
        "battery.cycles": CYCLES,
        balancingLow: 0,
        balancingHigh: 0,
        "battery.fault": 0,
        version: 0x21,
        "battery.soc": s.power.soc,
        switches: 3,
        cells: s.power.cells,
        sensors: SENSORS,
        temp1: s.power.batteryDegC,
        temp2: s.power.batteryDegC - 1,
      }),
    ],
    ["jbd.cells", cellsOf],
  ]),
  battery("jbd-can", 2, true, [
    [
      "jbd-can.limits",
      (s) => ({
        chargeVoltageLimit: 4.2 * s.power.cells,
        chargeCurrentLimit: 50,
        dischargeCurrentLimit: 300,
        dischargeVoltageLimit: 3 * s.power.cells,
      }),
    ],
    ["jbd-can.soc", (s) => ({ "battery.soc": s.power.soc, "battery.soh": 0.97 })],
    [
      "jbd-can.state",
      (s) => ({ ...packOf(s), "battery.temp": s.power.batteryDegC, "battery.cycles": CYCLES }),
    ],
    [
      "jbd-can.range",
      (s) => {
        const { "battery.cell.max": max = 0, "battery.cell.min": min = 0 } = rangeOf(s);
        const degC = s.power.batteryDegC;
        return {
          "battery.cell.min": min,
          "battery.cell.max": max,
          lowestTemp: degC - 1,
          "battery.temp": degC,
        };
      },
    ],
    ["jbd-can.alarms", () => ({ "battery.fault": 0, warnings: 0 })],
  ]),
  battery("daly", 1, false, DALY),
  battery("daly-can", 1, true, DALY),
  battery("ant", 2, false, [
    [
      "ant.status",
      (s) => ({
        permissions: 0,
        state: 2,
        sensors: SENSORS,
        cells: s.power.cells,
        ...cellsOf(s),
        temp1: s.power.batteryDegC,
        temp2: s.power.batteryDegC - 1,
        switchTemp: s.power.batteryDegC + 2,
        balancerTemp: s.power.batteryDegC,
        ...packOf(s),
        "battery.soc": s.power.soc,
        "battery.soh": 0.97,
        ...switches,
        balancer: 0,
        capacity: s.power.capacityAh,
        ...chargeOf(s),
        totalCharge: CYCLES * s.power.capacityAh,
        "battery.power": s.power.batteryVoltageV * s.power.batteryCurrentA,
        uptime: Math.floor(s.bootUs / 1e6),
        ...rangeOf(s),
        cellDifference: 2 * SPREAD_V,
        meanCell: s.power.cellV,
      }),
    ],
  ]),
  battery("jk", 2, false, [
    [
      "jk.status",
      (s) => {
        const { highestCell = 1, lowestCell = 1 } = rangeOf(s);
        return {
          ...cellsOf(s),
          meanCell: s.power.cellV,
          cellDifference: 2 * SPREAD_V,
          highestCell,
          lowestCell,
          ...packOf(s),
          power: Math.abs(s.power.batteryVoltageV * s.power.batteryCurrentA),
          temp1: s.power.batteryDegC,
          temp2: s.power.batteryDegC - 1,
          switchTemp: s.power.batteryDegC + 2,
          "battery.fault": 0,
          "battery.soc": s.power.soc,
          "battery.soh": 0.97,
          ...chargeOf(s),
          capacity: s.power.capacityAh,
          "battery.cycles": CYCLES,
          ...switches,
          sensors: 0b111,
          uptime: Math.floor(s.bootUs / 1e6),
        };
      },
    ],
  ]),
  battery("jk-can", 10, true, [
    ["jk-can.state", (s) => ({ ...packOf(s), "battery.soc": s.power.soc, dischargeTime: 0 })],
    ["jk-can.cell-range", rangeOf],
    [
      "jk-can.temp-range",
      (s) => ({
        "battery.temp": s.power.batteryDegC,
        hottestSensor: 1,
        lowestTemp: s.power.batteryDegC - 1,
        coldestSensor: SENSORS,
        meanTemp: s.power.batteryDegC,
      }),
    ],
    ["jk-can.alarms", () => ({ "battery.fault": 0, levels: 0 })],
  ]),
];
