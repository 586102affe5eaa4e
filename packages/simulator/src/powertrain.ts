import { FULL_SOC, openCircuit } from "./pack.ts";
import { Random } from "./random.ts";
import { Warmth } from "./sensors.ts";
import type { Truth } from "./trajectory.ts";
import type { Vehicle } from "./vehicles.ts";

/** Motor, controller, battery and engine at an instant. Reused. */
export type PowertrainState = {
  motorRpm: number;
  erpm: number;
  duty: number;
  motorCurrentA: number;
  batteryCurrentA: number;
  batteryVoltageV: number;
  cellV: number;
  soc: number;
  usedAh: number;
  /** Out of the battery, and back into it. */
  drawnAh: number;
  chargedAh: number;
  drawnWh: number;
  chargedWh: number;
  cells: number;
  capacityAh: number;
  /** Electrical turns of the motor so far. */
  electricTurns: number;
  motorDegC: number;
  controllerDegC: number;
  batteryDegC: number;
  engineRpm: number;
  waterDegC: number;
  headDegC: number;
  exhaustDegC: number;
  throttle: number;
  brake: number;
  wheelMps: number;
};

const FULL_CELL_V = 4.2;

/** Follows the drive in steps; everything is a function of the truth and of what was before. */
export class Powertrain {
  readonly state: PowertrainState;
  readonly #vehicle: Vehicle;
  readonly #random: Random;
  readonly #motor = new Warmth(24, 0.035, 240);
  readonly #controller = new Warmth(24, 0.02, 120);
  readonly #battery = new Warmth(24, 0.05, 900);
  readonly #water = new Warmth(24, 0.0035, 180);
  readonly #head = new Warmth(24, 0.009, 90);
  readonly #exhaust = new Warmth(24, 0.035, 12);
  /** Joules out of the battery, less those that the brakes gave back: the books must balance. */
  batteryJ = 0;
  regainedJ = 0;

  constructor(vehicle: Vehicle, seed: number, stream: string) {
    this.#vehicle = vehicle;
    this.#random = new Random(seed, `${stream} powertrain`);
    this.state = {
      motorRpm: 0,
      erpm: 0,
      duty: 0,
      motorCurrentA: 0,
      batteryCurrentA: 0,
      batteryVoltageV: vehicle.battery ? vehicle.battery.cells * openCircuit(FULL_SOC) : 12.6,
      cellV: openCircuit(FULL_SOC),
      soc: FULL_SOC,
      usedAh: 0,
      drawnAh: 0,
      chargedAh: 0,
      drawnWh: 0,
      chargedWh: 0,
      cells: vehicle.battery?.cells ?? 0,
      capacityAh: vehicle.battery?.capacityAh ?? 0,
      electricTurns: 0,
      motorDegC: 24,
      controllerDegC: 24,
      batteryDegC: 24,
      engineRpm: vehicle.engine?.idleRpm ?? 0,
      waterDegC: 24,
      headDegC: 24,
      exhaustDegC: 24,
      throttle: 0,
      brake: 0,
      wheelMps: 0,
    };
  }

  step(truth: Truth, stepS: number): PowertrainState {
    const v = this.#vehicle;
    const s = this.state;
    const mechanicalW = truth.driveN * truth.speedMps;
    const brakingW = truth.brakeN * truth.speedMps;
    const most = Math.min(v.driveForceN, v.powerW / Math.max(1, truth.speedMps));
    s.throttle = Math.min(1, truth.driveN / most);
    s.brake = Math.min(1, truth.brakeN / v.brakeForceN);
    s.wheelMps = Math.max(0, truth.speedMps * (1 + 0.002 * this.#random.gauss()));
    s.motorRpm = truth.speedMps * v.turnsPerM * v.gear * 60;
    s.erpm = s.motorRpm * v.polePairs;
    s.electricTurns += (s.erpm / 60) * stepS;
    if (v.battery) this.#electric(mechanicalW, brakingW, stepS);
    if (v.engine) this.#combustion(truth, mechanicalW, stepS);
    return s;
  }

  #electric(mechanicalW: number, brakingW: number, stepS: number): void {
    const { cells, capacityAh, resistanceOhm, efficiency, regeneration } = this.#vehicle.battery!;
    const s = this.state;
    const open = cells * openCircuit(s.soc);
    // the controller brakes less where the battery would be charged above its limit
    const room = Math.max(0, (FULL_CELL_V * cells - open) / resistanceOhm);
    const regainedW = Math.min(brakingW * regeneration * efficiency, FULL_CELL_V * cells * room);
    const electricalW = mechanicalW / efficiency - regainedW;
    // P = (U - R I) I, the smaller root
    const root = Math.sqrt(Math.max(0, open * open - 4 * resistanceOhm * electricalW));
    const current = (open - root) / (2 * resistanceOhm);
    s.batteryCurrentA = current;
    s.batteryVoltageV = open - resistanceOhm * current;
    s.cellV = s.batteryVoltageV / cells;
    const hours = stepS / 3600;
    s.usedAh += current * hours;
    if (current > 0) {
      s.drawnAh += current * hours;
      s.drawnWh += s.batteryVoltageV * current * hours;
    } else {
      s.chargedAh -= current * hours;
      s.chargedWh -= s.batteryVoltageV * current * hours;
    }
    s.soc = Math.max(0, FULL_SOC - s.usedAh / capacityAh);
    s.duty = Math.min(
      0.95,
      s.motorRpm / (this.#vehicle.topSpeedMps * this.#vehicle.turnsPerM * this.#vehicle.gear * 60),
    );
    s.motorCurrentA = s.duty > 0.02 ? current / s.duty : current;
    const heatW = mechanicalW / efficiency - mechanicalW + regainedW / efficiency - regainedW;
    s.motorDegC = this.#motor.next(0.7 * heatW, stepS);
    s.controllerDegC = this.#controller.next(0.3 * heatW, stepS);
    s.batteryDegC = this.#battery.next(resistanceOhm * current * current, stepS);
    this.batteryJ += s.batteryVoltageV * current * stepS;
    this.regainedJ += regainedW * stepS;
  }

  #combustion(truth: Truth, mechanicalW: number, stepS: number): void {
    const { idleRpm, gears } = this.#vehicle.engine!;
    const s = this.state;
    const turns = truth.speedMps * this.#vehicle.turnsPerM * 60;
    const gear = gears[Math.max(1, truth.gear) - 1]!;
    s.engineRpm = Math.max(idleRpm, turns * gear) * (1 + 0.003 * this.#random.gauss());
    s.motorRpm = s.engineRpm;
    s.waterDegC = Math.min(92, this.#water.next(mechanicalW + 3000, stepS));
    s.headDegC = this.#head.next(mechanicalW + 2000, stepS);
    s.exhaustDegC = this.#exhaust.next(mechanicalW + 4000, stepS);
  }
}
