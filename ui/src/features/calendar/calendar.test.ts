import { describe, expect, it } from "vitest";

import { fromWallClock } from "../../lib/time";
import { byPlace, colourOf, failedShare, leading, most, strength, type Cell } from "./cells";
import { daysOf, monthColumns, movedMonth, nextOf, periodOf, weeksOf } from "./weeks";

const BERLIN = "Europe/Berlin";

function cell(counts: Cell["counts"], more: Partial<Cell> = {}): Cell {
  return { start: "", date: "2026-03-02", hour: null, counts, planned: 0, ...more };
}

describe("the weeks of a year", () => {
  it.each([
    [2026, 53, 365],
    [2024, 53, 366],
    [2028, 53, 366],
    [2023, 53, 365],
  ])("of %s are %s columns with %s days", (year, columns, days) => {
    const weeks = weeksOf(year);
    expect(weeks.length).toBe(columns);
    expect(weeks.flat().filter((day) => day !== null).length).toBe(days);
  });

  it("begin on Mondays", () => {
    const [first] = weeksOf(2026);
    // 1 January 2026 is a Thursday.
    expect(first?.map((day) => day?.date ?? null)).toEqual([
      null,
      null,
      null,
      "2026-01-01",
      "2026-01-02",
      "2026-01-03",
      "2026-01-04",
    ]);
  });

  it("name each month once, in order", () => {
    const columns = monthColumns(weeksOf(2026));
    expect(columns.map(({ month }) => month)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(columns[1]?.column).toBe(4);
  });

  it("know how long months are", () => {
    expect(daysOf(2024, 1).length).toBe(29);
    expect(daysOf(2026, 1).length).toBe(28);
    expect(movedMonth("2026-01", -1)).toBe("2025-12");
    expect(movedMonth("2026-12", 1)).toBe("2027-01");
  });
});

describe("a cell", () => {
  it("is led by what failed, then by what is under way", () => {
    expect(leading(cell({ success: 9, failed: 1 }))).toBe("failed");
    expect(leading(cell({ success: 9, running: 1 }))).toBe("running");
    expect(leading(cell({}, { planned: 2 }))).toBe("planned");
    expect(leading(cell({}))).toBeNull();
  });

  it("is stronger the more runs it has", () => {
    expect(strength(0, 10)).toBe(0);
    expect(strength(10, 10)).toBe(100);
    expect(strength(1, 10)).toBeLessThan(strength(5, 10));
  });

  it("knows the share that failed of what has ended", () => {
    expect(failedShare(cell({ failed: 1, success: 3, running: 5 }))).toBe(0.25);
    expect(failedShare(cell({ running: 5 }))).toBeNull();
  });

  it("has no colour of its own when all its runs are to come", () => {
    expect(colourOf(cell({}, { planned: 3 }), "state", 3)).toBeNull();
    expect(colourOf(cell({ failed: 1 }), "state", 1)).toContain("--state-failed");
  });

  it("joins the two hours of one name when clocks go back", () => {
    const twice = [
      cell({ success: 1 }, { hour: 2 }),
      cell({ success: 1, failed: 1 }, { hour: 2, planned: 1 }),
    ];
    const joined = byPlace(twice).get("2026-03-02 2");
    expect(joined?.counts).toEqual({ success: 2, failed: 1 });
    expect(joined?.planned).toBe(1);
    expect(most(twice)).toBe(2);
  });
});

describe("a cell's runs", () => {
  it("are those until the next day or hour of the clock, over midnight and New Year", () => {
    expect(nextOf("2026-12-31")).toBe("2027-01-01T00:00:00");
    expect(nextOf("2026-03-29 01:00")).toBe("2026-03-29T02:00:00");
    expect(nextOf("2026-03-29 23:00")).toBe("2026-03-30T00:00:00");
  });

  it.each([
    ["2026-03-29", 23],
    ["2026-10-25", 25],
    ["2026-10-25 02:00", 2],
    ["2026-06-01", 24],
  ])("of Berlin's %s are those of %s hours", (name, hours) => {
    const from = fromWallClock(name.length === 10 ? `${name} 00:00:00` : `${name}:00`, BERLIN);
    const until = fromWallClock(nextOf(name), BERLIN);
    const first = name === "2026-10-25 02:00" ? "2026-10-25T00:00:00Z" : (from ?? "");
    expect((Date.parse(until ?? "") - Date.parse(first)) / 3_600_000).toBe(hours);
  });
});

it("takes no period from an address but a year or a month", () => {
  expect(periodOf("year", "2026")).toBe("2026");
  expect(periodOf("month", "2026-03")).toBe("2026-03");
  expect(periodOf("month", "2026")).toBeNull();
  expect(periodOf("month", "2026-13")).toBeNull();
  expect(periodOf("year", "<b>")).toBeNull();
  expect(periodOf("year", undefined)).toBeNull();
});
