/** What drives. All SI; forces are those of a point mass with a friction ellipse. */
export type Vehicle = {
  readonly name: VehicleName;
  readonly massKg: number;
  /** Friction at the tyres, lateral and longitudinal, of the weight they carry. */
  readonly gripLat: number;
  readonly gripLong: number;
  /** Power at the wheels, and the most force that gearing and motor give. */
  readonly powerW: number;
  readonly driveForceN: number;
  readonly brakeForceN: number;
  /** 0.5 rho cd A, newtons a (m/s)^2; rolling resistance as a share of the weight. */
  readonly dragNs2: number;
  readonly rolling: number;
  readonly topSpeedMps: number;
  /** Share of the grip that the driver uses. */
  readonly commitment: number;
  readonly drive: "electric" | "combustion";
  /** Drives among others: traffic lights along the way, the share of them that is red, and how long one waits. */
  readonly traffic?: {
    readonly lightEveryM: number;
    readonly redShare: number;
    readonly leastS: number;
    readonly mostS: number;
  };
  /** Moves on water, which is level whatever the course says. */
  readonly afloat?: true;
  /** Wheel or propeller turns a metre, gear to the motor, pole pairs. */
  readonly turnsPerM: number;
  readonly gear: number;
  readonly polePairs: number;
  readonly battery?: {
    readonly cells: number;
    readonly capacityAh: number;
    readonly resistanceOhm: number;
    /** Electrical to mechanical. */
    readonly efficiency: number;
    /** Share of the braking force that charges. */
    readonly regeneration: number;
  };
  readonly engine?: {
    readonly idleRpm: number;
    readonly redlineRpm: number;
    readonly gears: readonly number[];
    /** How long a change of gear takes, in which the wheels are not driven. */
    readonly shiftS: number;
  };
};

export type VehicleName = "kart" | "kart-combustion" | "car" | "road" | "boat";

export const VEHICLES: Readonly<Record<VehicleName, Vehicle>> = {
  kart: {
    name: "kart",
    massKg: 210,
    gripLat: 1.6,
    gripLong: 1.3,
    powerW: 15_000,
    driveForceN: 900,
    brakeForceN: 2400,
    dragNs2: 0.42,
    rolling: 0.018,
    topSpeedMps: 28,
    commitment: 0.93,
    drive: "electric",
    turnsPerM: 1.16,
    gear: 2.6,
    polePairs: 5,
    battery: { cells: 16, capacityAh: 130, resistanceOhm: 0.03, efficiency: 0.86, regeneration: 0.2 },
  },
  "kart-combustion": {
    name: "kart-combustion",
    massKg: 165,
    gripLat: 1.9,
    gripLong: 1.5,
    powerW: 21_000,
    driveForceN: 1100,
    brakeForceN: 2600,
    dragNs2: 0.42,
    rolling: 0.018,
    topSpeedMps: 34,
    commitment: 0.95,
    drive: "combustion",
    turnsPerM: 1.16,
    gear: 6.5,
    polePairs: 1,
    engine: { idleRpm: 2500, redlineRpm: 15_500, gears: [6.5], shiftS: 0 },
  },
  car: {
    name: "car",
    massKg: 1280,
    gripLat: 1.25,
    gripLong: 1.2,
    powerW: 190_000,
    driveForceN: 8200,
    brakeForceN: 16_000,
    dragNs2: 0.46,
    rolling: 0.014,
    topSpeedMps: 67,
    commitment: 0.92,
    drive: "combustion",
    turnsPerM: 0.5,
    gear: 4.1,
    polePairs: 1,
    engine: { idleRpm: 850, redlineRpm: 7200, gears: [13.1, 8.2, 5.7, 4.3, 3.4, 2.8], shiftS: 0.2 },
  },
  road: {
    name: "road",
    traffic: { lightEveryM: 400, redShare: 0.5, leastS: 3, mostS: 35 },
    massKg: 1500,
    gripLat: 0.35,
    gripLong: 0.3,
    powerW: 90_000,
    driveForceN: 4200,
    brakeForceN: 6000,
    dragNs2: 0.42,
    rolling: 0.012,
    topSpeedMps: 15.3,
    commitment: 0.8,
    drive: "combustion",
    turnsPerM: 0.5,
    gear: 4.1,
    polePairs: 1,
    engine: { idleRpm: 800, redlineRpm: 6200, gears: [13.5, 7.6, 5.2, 3.9, 3.1], shiftS: 0.6 },
  },
  boat: {
    name: "boat",
    afloat: true,
    massKg: 260,
    gripLat: 0.18,
    gripLong: 0.12,
    powerW: 3500,
    driveForceN: 420,
    brakeForceN: 160,
    dragNs2: 9,
    rolling: 0.02,
    topSpeedMps: 6.5,
    commitment: 0.85,
    drive: "electric",
    turnsPerM: 4.2,
    gear: 1,
    polePairs: 7,
    battery: { cells: 12, capacityAh: 160, resistanceOhm: 0.02, efficiency: 0.8, regeneration: 0 },
  },
};
