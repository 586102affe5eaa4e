import { CodecError } from "@pitwall/core";
import { ubxFrame } from "../ubx-frame.ts";
import { RACEBOX_CLASS } from "./racebox.ts";

/** What a unit shows that poses as a RaceBox: UART over BLE, and the device information service. */
export const RACEBOX_GATT = {
  service: "6e400001-b5a3-f393-e0a9-e50e24dcca9e",
  /** Written by the app. */
  rx: "6e400002-b5a3-f393-e0a9-e50e24dcca9e",
  /** Notified by the device. */
  tx: "6e400003-b5a3-f393-e0a9-e50e24dcca9e",
  deviceInformation: {
    service: "180a",
    model: "2a24",
    serial: "2a25",
    firmware: "2a26",
    hardware: "2a27",
    manufacturer: "2a29",
  },
} as const;

export type RaceBoxModel = "RaceBox Mini" | "RaceBox Mini S" | "RaceBox Micro";

/** The advertised name, by which apps recognise the device: model and a serial number of ten digits. */
export function raceboxName(model: RaceBoxModel, serial: string): string {
  if (!/^\d{10}$/.test(serial))
    throw new CodecError("malformed", "racebox", 0, `serial number "${serial}" is not ten digits`);
  return `${model} ${serial}`;
}

/** Requests are the empty messages of these ids. */
export const RACEBOX_REQUESTS = {
  recordingStatus: 0x22,
  download: 0x23,
  erase: 0x24,
  recordingConfig: 0x25,
  gnssConfig: 0x27,
} as const;

export const raceboxRequest = (request: keyof typeof RACEBOX_REQUESTS): Uint8Array =>
  ubxFrame(RACEBOX_CLASS, RACEBOX_REQUESTS[request], []);

/** A frame in pieces of one notification each; 20 bytes fit every connection. The pieces are views of the frame. */
export function raceboxNotifications(frame: Uint8Array, size = 20): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let at = 0; at < frame.length; at += size) out.push(frame.subarray(at, at + size));
  return out;
}
