import { toHex } from "@pitwall/core";
import { responseId } from "./addressing.ts";
import { segment } from "./isotp.ts";

/** An adapter takes lines up to this long. */
const MAX_TYPED = 64;

export type ElmEmulatorOptions = {
  /** Answers of all control units to a request (see `createEcu`). */
  readonly ask: (request: Uint8Array) => readonly { readonly ecu: number; readonly bytes: Uint8Array }[];
  readonly volts?: () => number;
};

/** An adapter for the simulator and for tests: characters in, what an ELM327 would print out. */
export function createElmEmulator(options: ElmEmulatorOptions): (bytes: Uint8Array) => string {
  let echo = true;
  let headers = false;
  let blanks = true;
  let feeds = false;
  let typed = "";

  const end = () => (feeds ? "\r\n" : "\r");
  const spaced = (hex: string) => (blanks ? hex.replace(/(..)(?=.)/g, "$1 ") : hex).toUpperCase();

  function command(text: string): string {
    switch (text) {
      case "Z":
      case "WS":
      case "D":
        echo = true;
        headers = false;
        blanks = true;
        feeds = false;
        return text === "D" ? "OK" : "ELM327 v1.5";
      case "I":
        return "ELM327 v1.5";
      case "RV":
        return `${(options.volts?.() ?? 12.6).toFixed(1)}V`;
      case "DP":
        return "AUTO, ISO 15765-4 (CAN 11/500)";
      case "DPN":
        return "A6";
    }
    const flag = /^([EHSL])([01])$/.exec(text);
    if (flag) {
      const on = flag[2] === "1";
      if (flag[1] === "E") echo = on;
      else if (flag[1] === "H") headers = on;
      else if (flag[1] === "S") blanks = on;
      else feeds = on;
      return "OK";
    }
    return /^(SP|TP|ST|AT|M|CAF|CFC|SH|CRA|AL|NL|@1)/.test(text) ? "OK" : "?";
  }

  function print(ecu: number, bytes: Uint8Array): string[] {
    if (headers) {
      const id = responseId(ecu > 7 ? "29" : "11", ecu).toString(16);
      const head = ecu > 7 ? spaced(id.padStart(8, "0")) : id.toUpperCase();
      return segment(bytes).map((frame) => `${head}${blanks ? " " : ""}${spaced(toHex(frame))}`);
    }
    if (bytes.length < 8) return [spaced(toHex(bytes))];
    // without headers a long answer is its length and its frames, numbered, without their control bytes
    const frames = segment(bytes).map((frame, i) => {
      const data = toHex(frame, i === 0 ? 2 : 1);
      return `${(i & 15).toString(16).toUpperCase()}:${blanks ? " " : ""}${spaced(data)}`;
    });
    return [bytes.length.toString(16).toUpperCase().padStart(3, "0"), ...frames];
  }

  function answer(line: string): string {
    const text = line.replaceAll(" ", "").toUpperCase();
    if (text.startsWith("AT")) return command(text.slice(2));
    if (!/^([0-9A-F]{2}){1,8}[0-9A-F]?$/.test(text)) return "?";
    const request = Uint8Array.from(text.match(/../g)!, (h) => Number.parseInt(h, 16));
    const lines = options.ask(request).flatMap(({ ecu, bytes }) => print(ecu, bytes));
    return lines.length > 0 ? lines.join(end()) : "NO DATA";
  }

  return (bytes) => {
    let out = "";
    for (const byte of bytes) {
      const character = String.fromCharCode(byte);
      if (echo && character !== "\n") out += character;
      if (character !== "\r") {
        if (byte >= 0x20 && byte <= 0x7e && typed.length < MAX_TYPED) typed += character;
        continue;
      }
      const line = typed.trim();
      typed = "";
      if (line !== "") out += `${answer(line)}${end()}`;
      out += `${end()}>`;
    }
    return out;
  };
}
