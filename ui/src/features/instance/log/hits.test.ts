import { expect, it } from "vitest";

import { formerHit, nextHit, placeOfHit } from "./hits";

const LINES = [3, 8, 20];

it.each([
  [0, 3],
  [3, 8],
  [8, 20],
  [20, 3],
])("after line %i comes the match in %i", (line, expected) => {
  expect(nextHit(LINES, line)).toBe(expected);
});

it.each([
  [25, 20],
  [20, 8],
  [3, 20],
])("before line %i comes the match in %i", (line, expected) => {
  expect(formerHit(LINES, line)).toBe(expected);
});

it("a search without matches leads nowhere", () => {
  expect([nextHit([], 5), formerHit([], 5)]).toEqual([null, null]);
});

it("a match has its place among all", () => {
  expect([placeOfHit(LINES, 8), placeOfHit(LINES, 9)]).toEqual([2, 0]);
});
