import { epochUs } from "@pitwall/core";

/** Seconds since 1970 and milliseconds beside them; both little-endian at bytes 1 and 5 of every timed packet. */
export function readTime(view: DataView, at: number): number {
  return view.getUint32(at + 1, true) * 1e6 + view.getUint16(at + 5, true) * 1000;
}

export function writeTime(view: DataView, at: number, tUs: number): void {
  const us = Number.isFinite(tUs) ? tUs : epochUs(1970, 1, 1);
  const seconds = Math.floor(us / 1e6);
  view.setUint32(at + 1, seconds, true);
  view.setUint16(at + 5, Math.round((us - seconds * 1e6) / 1000), true);
}

/**
 * Fix quality: 0 none, 1 two-dimensional, 2 three-dimensional; 4 (by the text) and 3 (by the example) are
 * differential. As fix mode of the catalogue: 0, 2, 3.
 */
export const fixMode = (quality: number): number =>
  quality === 0 ? 0 : quality === 1 ? 2 : quality <= 4 ? 3 : Number.NaN;
export const isDifferential = (quality: number): number => (quality === 3 || quality === 4 ? 1 : 0);
export const qualityOf = (mode: number, differential: number): number =>
  differential === 1 ? 4 : mode === 3 ? 2 : mode === 2 ? 1 : 0;
