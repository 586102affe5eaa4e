import { Circle } from "./circle.ts";

const circles = new Map<string, Circle>();

/** Inertial samples of a drive that goes on from call to call; `idle` to see what all but the fusion costs. */
export function run(cost: "full" | "light", samples: number, idle: boolean): void {
  let circle = circles.get(cost);
  if (!circle) {
    circle = new Circle({ cost });
    circles.set(cost, circle);
  }
  circle.idle = idle;
  circle.run(samples);
}
