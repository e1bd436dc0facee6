import { expect, it } from "vitest";

import { runBars, type Activity } from "./activity";

const RUNS: Activity["runs"] = [
  ["r3", "queued", "manual", 3_000, null, null],
  ["r2", "running", "scheduled", 2_000, 2_000, null],
  ["r1", "failed", "scheduled", 1_000, 1_000, 11_000],
];

it("bars stand from the oldest to the latest, as high as their share of the longest", () => {
  const bars = runBars(RUNS, 7_000);
  expect(bars.map((bar) => bar.id)).toEqual(["r1", "r2", "r3"]);
  expect(bars.map((bar) => bar.height)).toEqual([1, 0.5, 0]);
  expect(bars.map((bar) => bar.took)).toEqual(["10 s", "5.0 s", ""]);
});

it("clocks that differ and missing runs make no bar of odd height", () => {
  expect(runBars([], 0)).toEqual([]);
  const early = runBars([["r", "running", "manual", 0, 5_000, null]], 1_000);
  expect(early[0]).toMatchObject({ height: 0, took: "0 ms" });
});
