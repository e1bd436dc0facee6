import { expect, it } from "vitest";

import { countsOf } from "./counts";
import { byPhase } from "./phases";

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

it("adds up the seconds of a phase whatever the reason", () => {
  const totals = [
    { phase: "running", reason: null, seconds: 40 },
    { phase: "waiting", reason: "pool_full", seconds: 12 },
    { phase: "waiting", reason: "next_tick", seconds: 0.5 },
  ];
  expect(byPhase(totals)).toEqual([
    ["waiting", 12.5],
    ["running", 40],
  ]);
});
