import { describe, expect, it } from "vitest";

import { around, extended, heightOf, scrollFor, spotAt } from "./scroll";

const VIEW = 600;

describe("the rows that exist", () => {
  it("are all of a short log", () => {
    expect(around(0, 20, VIEW)).toEqual({ first: 0, last: 20 });
  });

  it("lie around the one that is wanted", () => {
    expect(around(5_000, 10_000, VIEW)).toEqual({ first: 4_940, last: 5_060 });
  });

  it.each([0, 9_999, 10_000])("are as many at an end: %i", (row) => {
    const { first, last } = around(row, 10_000, VIEW);
    expect(last - first).toBe(120);
  });

  it("stay as long as there are enough above and below", () => {
    const range = { first: 100, last: 300 };
    expect(extended(range, { first: 180, last: 210 }, 1_000, VIEW)).toBe(range);
    expect(extended(range, { first: 110, last: 140 }, 1_000, VIEW)).toEqual({
      first: 50,
      last: 200,
    });
    expect(extended(range, { first: 270, last: 299 }, 1_000, VIEW)).toEqual({
      first: 210,
      last: 359,
    });
  });
});

describe("the scroll bar of ten million lines", () => {
  const COUNT = 10_000_000;

  it("is not higher than browsers can draw", () => {
    expect(heightOf(COUNT)).toBeLessThan(17_000_000);
  });

  it("reaches the first line and the last", () => {
    expect(spotAt(0, heightOf(COUNT), VIEW, COUNT)).toEqual({ row: 0, y: 0 });
    const end = heightOf(COUNT) - VIEW;
    expect(spotAt(end, heightOf(COUNT), VIEW, COUNT)).toEqual({ row: COUNT - 1, y: VIEW - 20 });
  });

  it("is where the line is that it points at", () => {
    const px = scrollFor(7_654_321, COUNT, VIEW);
    const { row } = spotAt(px, heightOf(COUNT), VIEW, COUNT);
    expect(Math.abs(row - 7_654_321)).toBeLessThan(2);
  });
});
