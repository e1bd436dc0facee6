import { expect, it } from "vitest";

import { tabFor, tabOf } from "./tabs";

it.each([
  ["1", "code", "grid"],
  ["9", "grid", "code"],
  ["]", "grid", "graph"],
  ["[", "grid", "audit"],
  ["]", "audit", "grid"],
] as const)("%s leads from %s to %s", (key, here, there) => {
  expect(tabFor(key, here)).toBe(there);
});

it.each(["0", "g", "Enter", "10"])("%s leads nowhere", (key) => {
  expect(tabFor(key, "grid")).toBeNull();
});

it("an address names its tab, whatever the DAG is called", () => {
  expect(tabOf("/dags/code/details")).toBe("details");
  expect(tabOf("/dags/sales/runs/")).toBe("runs");
  expect(tabOf("/dags/sales")).toBe("grid");
});
