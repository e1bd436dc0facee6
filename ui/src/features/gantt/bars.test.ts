import { describe, expect, it } from "vitest";

import { barsOf, extent, joined, panned, place, rowsOf, zoomed, type Gantt } from "./bars";

const START = Date.parse("2026-03-02T00:00:00Z");

function gantt(more: Partial<Gantt> = {}): Gantt {
  return {
    dag_id: "d",
    dag_run_id: "r",
    state: "running",
    queued_at: "2026-03-02T00:00:00Z",
    start_date: "2026-03-02T00:00:00Z",
    end_date: null,
    at: "2026-03-02T00:01:40Z",
    instances: [],
    attempts: [],
    critical_path: [],
    held: [],
    complete: true,
    ...more,
  };
}

const at = (seconds: number) => START + seconds * 1000;

describe("bars", () => {
  const found = gantt({
    instances: [
      ["load", -1, "running", 1, at(40), null],
      ["extract", -1, "success", 2, at(30), at(35)],
      ["later", -1, "none", 0, null, null],
    ],
    attempts: [
      ["extract", -1, 1, at(0), at(2), at(3), at(10), "user_error", [["pool_full", at(0), at(2)]]],
      ["extract", -1, 2, at(20), at(29), at(30), at(35), "succeeded", []],
      ["load", -1, 1, at(36), at(38), at(40), null, null, []],
    ],
    critical_path: [["extract", -1, 1, "running", null, at(3), at(10)]],
    held: [["later", -1, "upstream"]],
  } as Partial<Gantt>);
  const bars = barsOf(found);

  it("come in the order in which they begin; what has not begun comes last", () => {
    expect(bars.map((bar) => bar.taskId)).toEqual(["extract", "load", "later"]);
  });

  it("show waiting with its reason, start-up and running of every attempt", () => {
    const parts = bars[0]?.segments.map(({ phase, tryNumber, reason, cause }) => {
      return [phase, tryNumber, reason ?? cause];
    });
    expect(parts).toEqual([
      ["waiting", 1, "pool_full"],
      ["startup", 1, null],
      ["running", 1, "user_error"],
      ["startup", 2, null],
      ["running", 2, "succeeded"],
    ]);
  });

  it("of what goes on end now", () => {
    expect(bars[1]?.segments.at(-1)?.until).toBe(at(100));
  });

  it("know the critical path and what holds them", () => {
    expect(bars[0]?.critical).toEqual([[at(3), at(10)]]);
    expect(bars[2]?.held).toBe("upstream");
  });

  it("span the run", () => {
    expect(extent(found, bars)).toEqual({ from: at(0), until: at(100) });
  });
});

describe("mapped tasks", () => {
  const bars = barsOf(
    gantt({
      instances: [
        ["m", 0, "success", 1, at(1), at(5)],
        ["m", 1, "failed", 1, at(4), at(9)],
        ["m", 2, "success", 1, at(20), at(22)],
      ],
    } as Partial<Gantt>),
  );

  it("are one row, joined where they overlap", () => {
    const [row] = rowsOf(bars, new Set());
    expect([row?.count, row?.state]).toEqual([3, "failed"]);
    expect(row?.segments.map(({ from, until }) => [from, until])).toEqual([
      [at(1), at(9)],
      [at(20), at(22)],
    ]);
  });

  it("unfold into their instances", () => {
    const rows = rowsOf(bars, new Set(["m"]));
    expect(rows.map((row) => [row.mapIndex, row.depth])).toEqual([
      [-1, 0],
      [0, 1],
      [1, 1],
      [2, 1],
    ]);
  });

  it("leave the segments that they are joined from as they are", () => {
    const segments = bars.flatMap((bar) => bar.segments);
    joined(segments);
    expect(segments[0]?.until).toBe(at(5));
  });
});

describe("the window", () => {
  const whole = { from: 0, until: 1000 };

  it("zooms around a place and stays within the whole", () => {
    expect(zoomed(whole, whole, 0.5, 0)).toEqual({ from: 0, until: 500 });
    expect(zoomed(whole, whole, 0.5, 1)).toEqual({ from: 500, until: 1000 });
    expect(zoomed({ from: 400, until: 600 }, whole, 100, 0.5)).toEqual(whole);
  });

  it("moves, but not out of the whole", () => {
    expect(panned({ from: 100, until: 300 }, whole, 0.5)).toEqual({ from: 200, until: 400 });
    expect(panned({ from: 100, until: 300 }, whole, -9)).toEqual({ from: 0, until: 200 });
  });

  it("places moments in percent", () => {
    expect(place(250, { from: 200, until: 400 })).toBe(25);
  });
});
