import { expect, it } from "vitest";

import { between, toggled } from "./selection";
import { leastWidth } from "./tracks";

const KEYS = ["a", "b", "c", "d"];

it("chooses all rows between two, in either direction", () => {
  expect(between(KEYS, "b", "d")).toEqual(["b", "c", "d"]);
  expect(between(KEYS, "d", "b")).toEqual(["b", "c", "d"]);
  expect(between(KEYS, null, "c")).toEqual(["c"]);
  expect(between(KEYS, "gone", "c")).toEqual(["c"]);
});

it("adds and takes away without touching the set that was given", () => {
  const before = new Set(["a"]);
  expect([...toggled(before, ["b", "c"], true)]).toEqual(["a", "b", "c"]);
  expect([...toggled(before, ["a"], false)]).toEqual([]);
  expect([...before]).toEqual(["a"]);
});

it("knows how wide a table is at least", () => {
  const tracks = ["2.5rem", "minmax(8rem, 2fr)", "minmax(0, 1fr)", "1fr", "120px"];
  expect(leastWidth(tracks)).toBe("calc(2.5rem + 8rem + 6rem + 6rem + 120px)");
});
