import { CodecError } from "@pitwall/core";

/** Registers of the configuration (data sheet, chapter "Register address table"). */
export const WT901_REGISTER = {
  save: 0x00,
  calibrate: 0x01,
  content: 0x02,
  rate: 0x03,
  baud: 0x04,
  sleep: 0x22,
  orientation: 0x23,
  algorithm: 0x24,
  read: 0x27,
  key: 0x69,
} as const;

/** What a module can be told to send, as bits of the content register. */
export const WT901_CONTENT = {
  time: 1 << 0,
  acceleration: 1 << 1,
  rate: 1 << 2,
  angle: 1 << 3,
  magnetic: 1 << 4,
  ports: 1 << 5,
  pressure: 1 << 6,
  position: 1 << 7,
  gps: 1 << 8,
  quaternion: 1 << 9,
  gpsAccuracy: 1 << 10,
} as const;
export type Wt901Content = keyof typeof WT901_CONTENT;

const RATES: ReadonlyMap<number, number> = new Map([
  [0.1, 0x01],
  [0.5, 0x02],
  [1, 0x03],
  [2, 0x04],
  [5, 0x05],
  [10, 0x06],
  [20, 0x07],
  [50, 0x08],
  [100, 0x09],
  [200, 0x0b],
]);
const BAUDS = [2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 921_600];
const UNLOCK = 0xb588;

/** FF AA, register, value low byte first. */
export function wt901Command(register: number, value: number): Uint8Array {
  if (!(Number.isInteger(value) && value >= 0 && value <= 0xffff))
    throw new CodecError("out-of-range", "wt901", 3, `${value} does not fit a register`);
  return Uint8Array.of(0xff, 0xaa, register, value & 0xff, value >> 8);
}

/** Needed before any setting; it holds for ten seconds. */
export const wt901Unlock = (): Uint8Array => wt901Command(WT901_REGISTER.key, UNLOCK);
/** Keeps the settings over a restart. */
export const wt901Save = (): Uint8Array => wt901Command(WT901_REGISTER.save, 0);
/** Output rate in Hz: 0.1, 0.5, 1, 2, 5, 10, 20, 50, 100 or 200. */
export function wt901Rate(hz: number): Uint8Array {
  const value = RATES.get(hz);
  if (value === undefined)
    throw new CodecError("out-of-range", "wt901", 3, `${hz} Hz is none of ${[...RATES.keys()].join(", ")}`);
  return wt901Command(WT901_REGISTER.rate, value);
}
/** Speed of the line; the module changes to it at once. */
export function wt901Baud(baud: number): Uint8Array {
  const value = BAUDS.indexOf(baud);
  if (value < 0) throw new CodecError("out-of-range", "wt901", 3, `${baud} is none of ${BAUDS.join(", ")}`);
  return wt901Command(WT901_REGISTER.baud, value);
}
export const wt901SendOnly = (content: readonly Wt901Content[]): Uint8Array =>
  wt901Command(
    WT901_REGISTER.content,
    content.reduce((bits, c) => bits | WT901_CONTENT[c], 0),
  );
/** "gyro" zeroes the rates and levels the acceleration: the module lies still and level meanwhile. */
export const wt901Calibrate = (what: "end" | "gyro" | "magnetic"): Uint8Array =>
  wt901Command(WT901_REGISTER.calibrate, what === "gyro" ? 1 : what === "magnetic" ? 7 : 0);
export const wt901Read = (register: number): Uint8Array => wt901Command(WT901_REGISTER.read, register);

export type Wt901Setup = {
  readonly rateHz: number;
  readonly baud: number;
  readonly content: readonly Wt901Content[];
};

/** Bits of a packet on the line: 11 bytes of 10 bits. */
const PACKET_BITS = 110;

/**
 * Commands for the speed the module has, then those for the new one. Leave about 0.2 s between them.
 * Throws CodecError where the packets wanted do not fit the speed.
 */
export function wt901Setup(setup: Wt901Setup): {
  readonly before: Uint8Array[];
  readonly after: Uint8Array[];
} {
  const needed = setup.rateHz * setup.content.length * PACKET_BITS;
  if (needed > setup.baud)
    throw new CodecError(
      "out-of-range",
      "wt901",
      0,
      `${setup.content.length} packets at ${setup.rateHz} Hz need ${needed} bits a second, the line has ${setup.baud}`,
    );
  return {
    before: [wt901Unlock(), wt901SendOnly(setup.content), wt901Rate(setup.rateHz), wt901Baud(setup.baud)],
    after: [wt901Unlock(), wt901Baud(setup.baud), wt901Save()],
  };
}
