import { expect, it } from "vitest";

import { countedStates } from "./TaskCounts";

it("counted states come in the order in which they matter, without those that nobody is in", () => {
  const counts = { success: 3, failed: 1, running: 0, removed: 2 };
  expect(countedStates(counts)).toEqual([
    ["failed", 1],
    ["success", 3],
    ["removed", 2],
  ]);
});
