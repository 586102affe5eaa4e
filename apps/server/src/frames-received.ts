import { isCarriedSource } from "@pitwall/pipeline";
import type { ClosedSession } from "@pitwall/store";
import { READING } from "./reading.ts";

/** True for frames that a device or a file has sent, false for what Pitwall notes in the journal for itself. */
export const isReceived = (source: { readonly device: string; readonly protocol: string }): boolean =>
  !isCarriedSource(source) && source.protocol !== READING;

export const framesReceived = (closed: ClosedSession): number =>
  closed.sources.reduce((n, s) => n + (isReceived(s) ? s.frames : 0), 0);
