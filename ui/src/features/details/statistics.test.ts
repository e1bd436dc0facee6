import { expect, it } from "vitest";

import { figures } from "./statistics";

it("takes the middle of an odd number, and the mean of the two middle ones of an even one", () => {
  expect(figures([5, 1, 3])).toEqual({ mean: 3, median: 3, max: 5 });
  expect(figures([4, 1, 2, 3])?.median).toBe(2.5);
  expect(figures([7])).toEqual({ mean: 7, median: 7, max: 7 });
});

it("has no figures of nothing", () => {
  expect(figures([])).toBeNull();
});
