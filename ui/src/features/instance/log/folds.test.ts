import { describe, expect, it } from "vitest";

import { foldsOf, groupsAround, lineAt, placeOf, shownCount } from "./folds";

const group = (first_line: number, last_line: number | null) => ({
  name: "x",
  first_line,
  last_line,
});
const GROUPS = [group(3, 6), group(10, 20), group(12, 15), group(30, null)];

describe("folded groups", () => {
  it("hide all but their first line", () => {
    const folds = foldsOf(GROUPS, new Set([3]));
    expect(shownCount(folds, 40)).toBe(37);
    expect([0, 1, 2, 3, 4].map((place) => lineAt(folds, place))).toEqual([1, 2, 3, 7, 8]);
  });

  it("that lie in others count once", () => {
    const folds = foldsOf(GROUPS, new Set([10, 12]));
    expect(shownCount(folds, 40)).toBe(30);
    expect([9, 10].map((place) => lineAt(folds, place))).toEqual([10, 21]);
  });

  it("are never those that are still written", () => {
    expect(foldsOf(GROUPS, new Set([30])).gaps).toEqual([]);
  });

  it("let each line that is shown be found again", () => {
    const folds = foldsOf(GROUPS, new Set([3, 12]));
    for (let place = 0; place < shownCount(folds, 40); place += 1) {
      expect(placeOf(folds, lineAt(folds, place))).toBe(place);
    }
  });

  it("stand for their lines", () => {
    const folds = foldsOf(GROUPS, new Set([3]));
    expect(placeOf(folds, 5)).toBe(2);
  });

  it("are known from any line within, but not from their first", () => {
    expect(groupsAround(GROUPS, 13)).toEqual([10, 12]);
    expect(groupsAround(GROUPS, 10)).toEqual([]);
  });
});
