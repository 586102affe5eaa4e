import { CodecError, findChannel, UNITS, type Unit } from "@pitwall/core";
import type { DbcMessage, DbcSignal } from "./model.ts";

/** value = physical * scale / per + bias */
export type Conversion = { readonly scale: number; readonly per: number; readonly bias: number };
/** What a signal is called outside, and how its physical value becomes that. */
export type Target = Conversion & { readonly name: string; readonly unit: Unit };
export type MappingRule = {
  readonly message: string | undefined;
  readonly signal: string;
  readonly channel: string;
  readonly given: Conversion | undefined;
};

const SAME: Conversion = { scale: 1, per: 1, bias: 0 };
const times = (scale: number, per = 1, bias = 0): Conversion => ({ scale, per, bias });

/** What the makers of DBC files write for the units of the catalogue, and what it takes to come there. */
const SPELLINGS: Readonly<Record<string, readonly [Unit, Conversion]>> = {
  "km/h": ["m/s", times(1, 3.6)],
  kmh: ["m/s", times(1, 3.6)],
  kph: ["m/s", times(1, 3.6)],
  mph: ["m/s", times(0.44704)],
  knots: ["m/s", times(1852, 3600)],
  kn: ["m/s", times(1852, 3600)],
  "%": ["1", times(1, 100)],
  percent: ["1", times(1, 100)],
  c: ["degC", SAME],
  "°c": ["degC", SAME],
  degc: ["degC", SAME],
  celsius: ["degC", SAME],
  f: ["degC", times(5, 9, -160 / 9)],
  degf: ["degC", times(5, 9, -160 / 9)],
  k: ["degC", times(1, 1, -273.15)],
  mv: ["V", times(1, 1000)],
  ma: ["A", times(1, 1000)],
  amps: ["A", SAME],
  volts: ["V", SAME],
  kw: ["W", times(1000)],
  mah: ["Ah", times(1, 1000)],
  nm: ["N*m", SAME],
  n·m: ["N*m", SAME],
  g: ["m/s^2", times(9.80665)],
  "m/s2": ["m/s^2", SAME],
  "m/s²": ["m/s^2", SAME],
  "deg/s": ["rad/s", times(Math.PI, 180)],
  "°/s": ["rad/s", times(Math.PI, 180)],
  degree: ["rad", times(Math.PI, 180)],
  deg: ["rad", times(Math.PI, 180)],
  "°": ["rad", times(Math.PI, 180)],
  "rev/min": ["rpm", SAME],
  "1/min": ["rpm", SAME],
  bar: ["kPa", times(100)],
  psi: ["kPa", times(6.894757293168)],
  hpa: ["kPa", times(1, 10)],
  mbar: ["kPa", times(1, 10)],
  cm: ["m", times(1, 100)],
  mm: ["m", times(1, 1000)],
};

const isUnit = (unit: string): unit is Unit => (UNITS as readonly string[]).includes(unit);

/** The DBC's own unit where the catalogue has it; a signal that is no channel keeps the values of its file. */
export const unitOf = (s: DbcSignal): Unit => {
  const lower = s.unit.toLowerCase();
  if (isUnit(s.unit)) return s.unit;
  if (lower === "c" || lower === "°c" || lower === "degc") return "degC";
  if (lower === "rpm") return "rpm";
  return s.labels ? "code" : "1";
};

/** How a value in the file's unit becomes one in the channel's; undefined where that is not known. */
function conversionTo(unit: Unit, from: string): Conversion | undefined {
  if (from === unit || from === "") return SAME;
  const lower = from.toLowerCase();
  if (lower === unit.toLowerCase()) return SAME;
  const known = SPELLINGS[lower];
  return known?.[0] === unit ? known[1] : undefined;
}

/**
 * Rules as text, one a line or between `;`: `SIGNAL=channel` or `MESSAGE.SIGNAL=channel`, then if wanted `*2.5`,
 * `/3.6`, `+40` or `-40`, in this order. Without them the signal's unit is converted to the channel's. `#` starts a
 * comment. Throws CodecError "malformed" with the rule.
 */
export function parseMapping(text: string): MappingRule[] {
  const rules: MappingRule[] = [];
  for (const part of text.split(/[\n;]/)) {
    const rule = part.replace(/#.*/, "").trim();
    if (rule === "") continue;
    const found =
      /^(?:([A-Za-z_]\w*)\.)?([A-Za-z_]\w*)\s*=\s*([A-Za-z][\w.]*)\s*(?:\*\s*([-+.\deE]+))?\s*(?:\/\s*([.\deE]+))?\s*(?:([-+])\s*([.\deE]+))?$/.exec(
        rule,
      );
    if (!found) throw new CodecError("malformed", "dbc mapping", 0, `"${rule}" is no rule SIGNAL=channel`);
    const [, message, signal = "", channel = "", scale, per, sign, bias] = found;
    const isGiven = scale !== undefined || per !== undefined || bias !== undefined;
    const given = {
      scale: Number(scale ?? 1),
      per: Number(per ?? 1),
      bias: Number(bias ?? 0) * (sign === "-" ? -1 : 1),
    };
    if (![given.scale, given.per, given.bias].every(Number.isFinite) || given.scale === 0 || given.per === 0)
      throw new CodecError("malformed", "dbc mapping", 0, `"${rule}" has no usable number`);
    rules.push({ message, signal, channel, given: isGiven ? given : undefined });
  }
  return rules;
}

/** What each signal of a message becomes. Throws CodecError "malformed" where two become the same, or a unit does not fit. */
export function targetsOf(message: DbcMessage, rules: readonly MappingRule[]): Target[] {
  const taken = new Set<string>();
  return message.signals.map((s) => {
    const rule = rules.find((r) => r.signal === s.name && (r.message ?? message.name) === message.name);
    const name = rule?.channel ?? s.name;
    const where = `${message.name}.${s.name}`;
    if (taken.has(name))
      throw new CodecError("malformed", "dbc mapping", 0, `${where}: ${name} is taken in this message`);
    taken.add(name);
    if (!rule) return { name, unit: unitOf(s), ...SAME };
    const unit = findChannel(name)?.unit ?? unitOf(s);
    const conversion = rule.given ?? conversionTo(unit, s.unit);
    if (!conversion)
      throw new CodecError(
        "malformed",
        "dbc mapping",
        0,
        `${where}: how "${s.unit}" becomes ${unit} of ${name} is to be said`,
      );
    return { name, unit, ...conversion };
  });
}
