import { CONFIRM, HEADER, HELLO, HELLO_REPLY } from "./framing.ts";
import { LAST_DEVICE, PACKET_BYTES } from "./packets.ts";

export type LinkState = "unconnected" | "greeted" | "connected";

const GREETING_US = 100_000;
const SILENCE_US = 1_000_000;
const HEARTBEAT_US = 250_000;
const BODY_US = 10_000;

/**
 * The server's end of the stateful dialect, without IO: bytes and times in, bytes to send out.
 * 0x69 is answered by 0x68 and the device number by 0x67 within 100 ms; then a heartbeat is due every 250 ms; a packet
 * whose body takes longer than 10 ms is dropped; 1000 ms of silence end the connection.
 */
export class ServerLink {
  #state: LinkState = "unconnected";
  #device = -1;
  #sinceUs = 0;
  #heardUs = 0;
  #beatUs = 0;
  #body = 0;
  #bodyUs = 0;
  #dropped = 0;

  get state(): LinkState {
    return this.#state;
  }
  /** -1 while unconnected. */
  get device(): number {
    return this.#device;
  }
  /** Packets whose body came too late. */
  get dropped(): number {
    return this.#dropped;
  }

  /** One received byte; returns the byte to answer, or -1. */
  receive(byte: number, nowUs: number): number {
    this.#expire(nowUs);
    if (this.#state === "unconnected") {
      if (byte !== HELLO) return -1;
      this.#state = "greeted";
      this.#sinceUs = nowUs;
      return HELLO_REPLY;
    }
    if (this.#state === "greeted") {
      if (byte > LAST_DEVICE) {
        this.#state = "unconnected";
        return byte === HELLO ? this.receive(byte, nowUs) : -1;
      }
      this.#state = "connected";
      this.#device = byte;
      this.#heardUs = nowUs;
      this.#beatUs = nowUs;
      return CONFIRM;
    }
    if (this.#body > 0) this.#body--;
    else if (byte === HEADER) {
      this.#body = PACKET_BYTES - 1;
      this.#bodyUs = nowUs;
      this.#heardUs = nowUs;
    }
    return -1;
  }

  /** Whether a heartbeat is to be sent now; asking marks it as sent. */
  isHeartbeatDue(nowUs: number): boolean {
    this.#expire(nowUs);
    if (this.#state !== "connected" || nowUs - this.#beatUs < HEARTBEAT_US) return false;
    this.#beatUs = nowUs;
    return true;
  }

  #expire(nowUs: number): void {
    if (this.#state === "greeted" && nowUs - this.#sinceUs > GREETING_US) this.#state = "unconnected";
    if (this.#body > 0 && nowUs - this.#bodyUs > BODY_US) {
      this.#body = 0;
      this.#dropped++;
    }
    if (this.#state === "connected" && nowUs - this.#heardUs > SILENCE_US) {
      this.#state = "unconnected";
      this.#device = -1;
      this.#body = 0;
    }
  }
}
