import { describe, expect, it } from "vitest";

import { bar, grown, percent, sum, totals, type Stretch, type TimelineView } from "./stretches";

function stretch(phase: string, seconds: number, reason: string | null = null): Stretch {
  const at = "2026-03-02T00:00:00Z";
  return {
    ...{ phase, reason, seconds, since: at, until: at },
    ...{ task_id: "load", map_index: -1, try_number: 1 },
  };
}

function view(stretches: Stretch[], ended: boolean): TimelineView {
  return {
    since: "2026-03-02T00:00:00Z",
    until: "2026-03-02T00:00:10Z",
    seconds: sum(stretches),
    ended,
    totals: [],
    stretches,
  };
}

const NOW = Date.parse("2026-03-02T00:00:15Z");

describe("a timeline", () => {
  it("grows at its end while the run goes on", () => {
    const found = grown(view([stretch("startup", 4), stretch("running", 6)], false), NOW);
    expect(found.map((each) => each.seconds)).toEqual([4, 11]);
  });

  it("stays as it is once the run has ended, or where this clock is behind", () => {
    const stretches = [stretch("running", 10)];
    expect(grown(view(stretches, true), NOW)).toEqual(stretches);
    expect(grown(view(stretches, false), NOW - 60_000)).toEqual(stretches);
    expect(grown(view([], false), NOW)).toEqual([]);
  });

  it("adds up by phase and reason, the longest first", () => {
    const found = totals([
      stretch("waiting", 1, "pool_full"),
      stretch("running", 5),
      stretch("waiting", 2, "next_tick"),
      stretch("waiting", 3, "pool_full"),
    ]);
    expect(found).toEqual([
      { phase: "running", reason: null, seconds: 5 },
      { phase: "waiting", reason: "pool_full", seconds: 4 },
      { phase: "waiting", reason: "next_tick", seconds: 2 },
    ]);
  });
});

describe("the bar of a timeline", () => {
  it("is covered without gaps, neighbours of one phase as one", () => {
    const found = bar([stretch("waiting", 1), stretch("waiting", 1, "x"), stretch("running", 2)]);
    expect(found).toEqual([
      { phase: "waiting", from: 0, width: 50 },
      { phase: "running", from: 50, width: 50 },
    ]);
  });

  it("leaves out no second of what is too narrow to be seen", () => {
    const found = bar([stretch("running", 5000), stretch("startup", 1), stretch("running", 4999)]);
    expect(found).toHaveLength(1);
    expect(found[0]?.width).toBeCloseTo(100);
  });

  it("has no parts without time", () => {
    expect(bar([])).toEqual([]);
    expect(bar([stretch("running", 0)])).toEqual([]);
  });
});

it("calls no share 0 that is there", () => {
  expect(percent(1, 1000)).toBe("< 1 %");
  expect(percent(0, 1000)).toBe("0 %");
  expect(percent(250, 1000)).toBe("25 %");
  expect(percent(0, 0)).toBe("0 %");
});
