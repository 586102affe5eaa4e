import type { CanFrame } from "@pitwall/core";
import { createSlcanParser, formatSlcan } from "@pitwall/protocols";

const OK = "\r";
const REFUSED = "\x07";
/** Hardware 1.0, software 1.3, as the manual's example has it. */
const VERSION = "1013";
const SERIAL = "PW01";

export type SlcanAdapterOptions = {
  /** Characters for the computer. */
  readonly write: (text: string) => void;
  /** A frame that the computer sends on the bus. Borrowed. */
  readonly onBus?: (frame: CanFrame) => void;
};

/**
 * A USB-CAN adapter that speaks the ASCII protocol of LAWICEL (CAN232 and CANUSB manuals): commands are answered with
 * CR or BEL, and frames of the bus go to the computer only while the channel is open. A command is refused in a state
 * in which the manual does not allow it, as in the real one.
 */
export class SlcanAdapter {
  readonly #write: (text: string) => void;
  readonly #onBus: (frame: CanFrame) => void;
  readonly #parser: { push(chunk: Uint8Array): void };
  #state: "closed" | "open" | "listening" = "closed";
  #hasBitRate = false;
  #stamps = false;
  #autoPoll = true;

  constructor({ write, onBus = () => {} }: SlcanAdapterOptions) {
    this.#write = write;
    this.#onBus = onBus;
    this.#parser = createSlcanParser({
      onFrame: (frame) => this.#transmit(frame),
      onLine: (kind, bytes, start, end) => {
        let line = "";
        for (let i = start; i < end; i++) line += String.fromCharCode(bytes[i]!);
        write(kind === "command" || kind === "version" || kind === "sent" ? this.#answer(line) : OK);
      },
      // noise on the line is no command, and gets no answer
      onProblem: (p) => {
        if (p.code !== "skipped") write(REFUSED);
      },
    });
  }

  get isOpen(): boolean {
    return this.#state !== "closed";
  }

  /** What the computer has typed. */
  fromHost(bytes: Uint8Array): void {
    this.#parser.push(bytes);
  }

  /** A frame of the bus; false where the channel is closed and it went nowhere. `tUs` runs since the adapter's start. */
  fromBus(frame: CanFrame): boolean {
    if (!this.isOpen) return false;
    this.#write(`${formatSlcan(frame, this.#stamps)}\r`);
    return true;
  }

  #transmit(frame: CanFrame): void {
    if (this.#state !== "open" || frame.fd) return this.#write(REFUSED);
    this.#write(this.#autoPoll ? `${frame.extended ? "Z" : "z"}\r` : OK);
    this.#onBus(frame);
  }

  #answer(line: string): string {
    const isClosed = this.#state === "closed";
    const digit = line.charCodeAt(1) - 0x30;
    const flag = digit === 0 || digit === 1;
    switch (line[0]) {
      case "S":
        return isClosed && digit >= 0 && digit <= 8 ? this.#rated() : REFUSED;
      case "s":
        return isClosed ? this.#rated() : REFUSED;
      case "O":
      case "L":
        if (!isClosed || !this.#hasBitRate) return REFUSED;
        this.#state = line[0] === "O" ? "open" : "listening";
        return OK;
      case "C":
        if (isClosed) return REFUSED;
        this.#state = "closed";
        return OK;
      case "V":
      case "v":
        return `${line[0]}${VERSION}\r`;
      case "N":
        return `N${SERIAL}\r`;
      case "F":
        return isClosed ? REFUSED : "F00\r";
      case "Z":
        if (!isClosed || !flag) return REFUSED;
        this.#stamps = digit === 1;
        return OK;
      case "X":
        if (isClosed && flag) this.#autoPoll = digit === 1;
        return isClosed && flag ? OK : REFUSED;
      // acceptance filter and its mode: taken, and everything is let through
      case "M":
      case "m":
      case "W":
        return isClosed ? OK : REFUSED;
      default:
        return REFUSED;
    }
  }

  #rated(): string {
    this.#hasBitRate = true;
    return OK;
  }
}
