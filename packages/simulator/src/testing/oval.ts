import { cos, sin } from "../math.ts";
import { prepareTrack, type SimTrack } from "../track.ts";

/** Two straights of 200 m joined by half circles of 30 m. */
export function oval(): SimTrack {
  const points: { x: number; y: number; z: number }[] = [];
  for (let x = 0; x < 200; x += 2) points.push({ x, y: 0, z: 0 });
  for (let i = 0; i < 48; i++) {
    const a = (i * Math.PI) / 48;
    points.push({ x: 200 + 30 * sin(a), y: 30 - 30 * cos(a), z: 0 });
  }
  for (let x = 200; x > 0; x -= 2) points.push({ x, y: 60, z: 0 });
  for (let i = 0; i < 48; i++) {
    const a = (i * Math.PI) / 48;
    points.push({ x: -30 * sin(a), y: 30 + 30 * cos(a), z: 0 });
  }
  return prepareTrack({ name: "oval", points, reference: { lat: 48, lon: 11, height: 0 }, halfWidthM: 5 });
}
