import { expect, it } from "vitest";
import { mountingInWords } from "./mounting-words.ts";

const half = Math.SQRT1_2;
const found = (quaternion: readonly [number, number, number, number], foundAfterS: number | null = 34.4) =>
  mountingInWords({ turned: true, known: true, quaternion, foundAfterS });

it("says how a sensor is mounted, and when that was found", () => {
  expect(found([half, 0, 0, half])).toBe("turned 90 deg to the left; found after 34 s");
  expect(found([half, 0, 0, -half], null)).toBe("turned 90 deg to the right; known from before");
  expect(found([0, 0, 0, 1])).toBe("turned back to front; found after 34 s");
  expect(found([0, 1, 0, 0])).toBe("upside down; found after 34 s");
  // about the axis between x and y: x comes to y, and z points down
  expect(found([0, half, half, 0])).toBe("turned 90 deg to the left, upside down; found after 34 s");
  // about x by a quarter turn: y up, z to the right
  expect(found([half, half, 0, 0])).toBe("mounted with z right and x forward; found after 34 s");
  // about y by a quarter turn: x down, z forward
  expect(found([half, 0, half, 0])).toBe("mounted with z forward and x down; found after 34 s");
});

it("says when it is not confirmed, and nothing of one that sits right", () => {
  const quaternion = [0, 0, 0, 1] as const;
  expect(mountingInWords({ turned: true, known: false, quaternion, foundAfterS: 9 })).toBe(
    "turned back to front; found after 9 s, not confirmed yet",
  );
  const upright = { turned: false, known: true, quaternion: [1, 0, 0, 0] as const, foundAfterS: null };
  expect(mountingInWords(upright)).toBeUndefined();
});
