import { expect, it } from "vitest";

import { countsOf } from "./counts";

it("counts task instances by state, each of a mapped task for itself", () => {
  const run = {
    cells: [
      ["extract", "success", 1, null, null, 0],
      ["load", "failed", 2, null, null, 0],
    ],
    mapped: [
      ["sell", "success", 11, 1, null, null],
      ["sell", "failed", 1, 1, null, null],
    ],
  };
  expect(countsOf(run)).toEqual([
    ["failed", 2],
    ["success", 12],
  ]);
  expect(countsOf(undefined)).toEqual([]);
});
