import { dtcRaw } from "./dtc.ts";
import { SILENT_WHEN_FUNCTIONAL } from "./negative.ts";
import { findPid, isSupportPid, supportMask, writePid } from "./pids.ts";
import { NEGATIVE_RESPONSE, RESPONSE } from "./responses.ts";

export type EcuTest = {
  readonly monitor: number;
  readonly test: number;
  /** Unit and scaling identifier; the numbers are raw. */
  readonly scaling: number;
  readonly value: number;
  readonly least: number;
  readonly most: number;
};

/** What a control unit knows. Codes are names (`P0301`); values are asked by field name, in Pitwall's units. */
export type EcuData = {
  readonly pids: readonly number[];
  readonly value: (name: string) => number;
  /** Values of freeze frame 0, where there is one. */
  readonly freeze?: (name: string) => number;
  readonly codes?: (kind: "stored" | "pending" | "permanent") => readonly string[];
  /** Clears the codes; false where the conditions forbid it (engine running). */
  readonly clear?: () => boolean;
  readonly tests?: () => readonly EcuTest[];
  readonly vin?: string;
  readonly calibrations?: readonly string[];
  readonly verifications?: readonly Uint8Array[];
  readonly name?: string;
};

const NOT_SUPPORTED = 0x11;
const NO_SUCH_IDENTIFIER = 0x12;
const WRONG_FORMAT = 0x13;
const CONDITIONS = 0x22;
/** Identifiers that one request of service 01 may name. */
const MAX_IDENTIFIERS = 6;

const bitmap = (mask: number): number[] => [24, 16, 8, 0].map((s) => (mask >>> s) & 0xff);
const ascii = (text: string, size: number): number[] =>
  Array.from({ length: size }, (_, i) => (i < text.length ? text.charCodeAt(i) & 0x7f : 0));
const u16 = (raw: number): number[] => [(raw >> 8) & 0xff, raw & 0xff];

/**
 * The answering side of SAE J1979: a request (service byte first) to a response, or to undefined where a control unit
 * keeps silent. `toEveryone` is functional addressing, in which "I do not have that" is not said.
 */
export function createEcu(
  data: EcuData,
): (request: Uint8Array, toEveryone: boolean) => Uint8Array | undefined {
  const pids = new Set(data.pids.filter((p) => findPid(p) !== undefined));
  const known = (ids: ReadonlySet<number>, id: number): number[] => [id, ...bitmap(supportMask(id, ids))];
  const hasBitmap = (ids: ReadonlySet<number>, id: number): boolean =>
    isSupportPid(id) && (id === 0 || [...ids].some((p) => p > id));

  function values(id: number, value: (name: string) => number): readonly number[] {
    const pid = findPid(id)!;
    return [
      ...writePid(
        pid,
        pid.fields.map((f) => value(f.name)),
        0,
      ),
    ];
  }

  function live(ids: Uint8Array): readonly number[] | number {
    if (ids.length === 0 || ids.length > MAX_IDENTIFIERS) return WRONG_FORMAT;
    const out: number[] = [];
    for (const id of ids)
      if (hasBitmap(pids, id)) out.push(...known(pids, id));
      else if (pids.has(id)) out.push(id, ...values(id, data.value));
    return out.length > 0 ? out : NO_SUCH_IDENTIFIER;
  }

  function frozen(asked: Uint8Array): readonly number[] | number {
    if (asked.length !== 2) return WRONG_FORMAT;
    const [id = 0, frame = 0] = asked;
    const { freeze } = data;
    if (frame !== 0 || !freeze) return NO_SUCH_IDENTIFIER;
    if (hasBitmap(pids, id)) return [id, frame, ...bitmap(supportMask(id, pids))];
    return pids.has(id) ? [id, frame, ...values(id, freeze)] : NO_SUCH_IDENTIFIER;
  }

  function codes(kind: "stored" | "pending" | "permanent"): readonly number[] {
    const list = data.codes?.(kind) ?? [];
    return [list.length, ...list.flatMap((c) => u16(dtcRaw(c)))];
  }

  function tests(asked: Uint8Array): readonly number[] | number {
    const all = data.tests?.() ?? [];
    const [id] = asked;
    if (id === undefined) return WRONG_FORMAT;
    const monitors = new Set(all.map((t) => t.monitor));
    if (hasBitmap(monitors, id)) return known(monitors, id);
    const out = all
      .filter((t) => t.monitor === id)
      .flatMap((t) => [t.monitor, t.test, t.scaling, ...u16(t.value), ...u16(t.least), ...u16(t.most)]);
    return out.length > 0 ? out : NO_SUCH_IDENTIFIER;
  }

  function info(asked: Uint8Array): readonly number[] | number {
    const { calibrations = [], name, verifications = [], vin } = data;
    const types = new Map<number, readonly number[]>();
    if (vin !== undefined) types.set(0x02, [1, ...ascii(vin, 17)]);
    if (calibrations.length > 0)
      types.set(0x04, [calibrations.length, ...calibrations.flatMap((c) => ascii(c, 16))]);
    if (verifications.length > 0)
      types.set(0x06, [verifications.length, ...verifications.flatMap((v) => [...v])]);
    if (name !== undefined) types.set(0x0a, [1, ...ascii(name, 20)]);
    const [id] = asked;
    if (id === undefined) return WRONG_FORMAT;
    const ids = new Set(types.keys());
    if (hasBitmap(ids, id)) return known(ids, id);
    const found = types.get(id);
    return found ? [id, ...found] : NO_SUCH_IDENTIFIER;
  }

  /** The response without its service byte, or the reason for a negative one. */
  function answer(service: number, asked: Uint8Array): readonly number[] | number {
    switch (service) {
      case 0x01:
        return live(asked);
      case 0x02:
        return frozen(asked);
      case 0x03:
        return codes("stored");
      case 0x04:
        return data.clear?.() ? [] : CONDITIONS;
      case 0x06:
        return tests(asked);
      case 0x07:
        return codes("pending");
      case 0x09:
        return info(asked);
      case 0x0a:
        return codes("permanent");
      default:
        return NOT_SUPPORTED;
    }
  }

  return (request, toEveryone) => {
    const service = request[0];
    if (service === undefined) return undefined;
    const got = answer(service, request.subarray(1));
    if (typeof got !== "number") return Uint8Array.from([service + RESPONSE, ...got]);
    if (toEveryone && SILENT_WHEN_FUNCTIONAL.includes(got)) return undefined;
    return Uint8Array.from([NEGATIVE_RESPONSE, service, got]);
  };
}
