import { CodecError } from "@pitwall/core";
import { ubxFrame } from "../ubx-frame.ts";
import { PLAIN } from "./ubx-layouts.table.ts";
import { valueSize } from "./ubx-lists.ts";

/** Where CFG-VALSET stores its items. */
export const UBX_LAYERS = { ram: 1, battery: 2, flash: 4 } as const;

/** Configuration keys of generation 9 and later (u-blox M9 interface description UBX-19035940, chapter 5). */
export const UBX_KEYS = {
  uart1Baud: 0x4052_0001,
  measurementPeriodMs: 0x3021_0001,
  navigationRatio: 0x3021_0002,
  dynamicModel: 0x2011_0021,
  navPvtOnUart1: 0x2091_0007,
  ubxOutOnUart1: 0x1074_0001,
  nmeaOutOnUart1: 0x1074_0002,
} as const;

export const UBX_DYNAMIC_MODEL = {
  portable: 0,
  stationary: 2,
  pedestrian: 3,
  automotive: 4,
  sea: 5,
} as const;

export type ConfigItem = { readonly key: number; readonly value: number };
const MOST_ITEMS = 64;

/** CFG-VALSET. Values are taken as they are, negative ones as two's complement; throws CodecError where one does not fit its key. */
export function valset(items: readonly ConfigItem[], layers: number): Uint8Array {
  if (items.length > MOST_ITEMS)
    throw new CodecError("out-of-range", "ubx.cfg-valset", 0, `${items.length} items, at most ${MOST_ITEMS}`);
  const bytes: number[] = [0, layers, 0, 0];
  for (const { key, value } of items) {
    const size = valueSize(key);
    const span = 2 ** (8 * size);
    if (size === 0 || !Number.isSafeInteger(value) || value >= span || value < -span / 2)
      throw new CodecError(
        "out-of-range",
        "ubx.cfg-valset",
        bytes.length,
        `key ${key} does not take ${value}`,
      );
    for (let i = 0; i < 4; i++) bytes.push((key >>> (8 * i)) & 0xff);
    // division, not shifts: values reach past 32 bits
    let rest = value;
    for (let i = 0; i < size; i++) {
      const low = rest - Math.floor(rest / 256) * 256;
      bytes.push(low);
      rest = (rest - low) / 256;
    }
  }
  return ubxFrame(0x06, 0x8a, bytes);
}

function fixedMessage(name: string, values: Readonly<Record<string, number>>): Uint8Array {
  const m = PLAIN.find((p) => p.layout.name === name)!;
  const payload = new Uint8Array(m.layout.byteLength);
  const row = m.layout.spec.fields.map((f) => values[f.name] ?? 0);
  m.layout.write(new DataView(payload.buffer), 0, row);
  return ubxFrame(m.cls, m.id, payload);
}

const UART_1 = 1;
const MODE_8N1 = 0x8d0;
/** Bits of CFG-PRT's protocol masks. */
export const UBX_PROTOCOLS = { ubx: 1, nmea: 2 } as const;

/** CFG-PRT for UART 1, 8N1: speed and what is spoken in and out. Takes effect at once, so it comes last. */
export const configurePort = (baud: number, inProtocols: number, outProtocols: number): Uint8Array =>
  fixedMessage("ubx.cfg-prt", { port: UART_1, mode: MODE_8N1, baud, inProtocols, outProtocols });

/** CFG-RATE: one solution a measurement, aligned to GPS time. */
export const configureRate = (periodMs: number): Uint8Array =>
  fixedMessage("ubx.cfg-rate", { period: periodMs, ratio: 1, timeRef: 1 });

/** CFG-NAV5: only the dynamic model. */
export const configureDynamicModel = (model: number): Uint8Array =>
  fixedMessage("ubx.cfg-nav5", { mask: 1, dynamicModel: model });

/** CFG-MSG: how often a message is sent on the port that this goes in by. */
export const configureMessage = (cls: number, id: number, rate: number): Uint8Array =>
  fixedMessage("ubx.cfg-msg", { class: cls, id, rate });

export type ReceiverSetup = {
  /** Fixes a second. A NEO-6M does 5, an M9N 25. */
  readonly rateHz: number;
  /** Speed to change to; the frames are sent at the speed the receiver has (9600 for a NEO-6M, 38400 for an M9N). */
  readonly baud: number;
  readonly dynamicModel: number;
};

const AUTOMOTIVE: ReceiverSetup = { rateHz: 5, baud: 115_200, dynamicModel: UBX_DYNAMIC_MODEL.automotive };
const NMEA_CLASS = 0xf0;
/** GLL, GSV and VTG: what a lap timer does not need of the default set. */
const NMEA_TO_DROP = [0x01, 0x03, 0x05];

/**
 * Frames that set up a receiver of generations 6 to 8 with the old messages: RMC, GGA and GSA at the rate. Send one at a
 * time and wait for its ACK; the last one changes the speed, its ACK may come at either.
 */
export function neo6Setup(setup: Partial<ReceiverSetup> = {}): Uint8Array[] {
  const { rateHz, baud, dynamicModel } = { ...AUTOMOTIVE, ...setup };
  const both = UBX_PROTOCOLS.ubx | UBX_PROTOCOLS.nmea;
  return [
    ...NMEA_TO_DROP.map((id) => configureMessage(NMEA_CLASS, id, 0)),
    configureRate(Math.round(1000 / rateHz)),
    configureDynamicModel(dynamicModel),
    configurePort(baud, both, both),
  ];
}

/** Frames that set up a receiver of generation 9 or later with NAV-PVT alone; kept in all layers. */
export function m9Setup(setup: Partial<ReceiverSetup> = {}): Uint8Array[] {
  const { rateHz, baud, dynamicModel } = { ...AUTOMOTIVE, rateHz: 10, ...setup };
  const layers = UBX_LAYERS.ram | UBX_LAYERS.battery | UBX_LAYERS.flash;
  return [
    valset(
      [
        { key: UBX_KEYS.measurementPeriodMs, value: Math.round(1000 / rateHz) },
        { key: UBX_KEYS.navigationRatio, value: 1 },
        { key: UBX_KEYS.dynamicModel, value: dynamicModel },
        { key: UBX_KEYS.ubxOutOnUart1, value: 1 },
        { key: UBX_KEYS.nmeaOutOnUart1, value: 0 },
        { key: UBX_KEYS.navPvtOnUart1, value: 1 },
      ],
      layers,
    ),
    valset([{ key: UBX_KEYS.uart1Baud, value: baud }], layers),
  ];
}
