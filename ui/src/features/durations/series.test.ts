import { describe, expect, it } from "vitest";

import { median, runSeries, taskSeries, type Durations } from "./series";

type Run = Durations["runs"][number];

function run(id: string, more: Partial<Run> = {}): Run {
  return {
    dag_run_id: id,
    state: "success",
    run_type: "scheduled",
    run_after: "2026-03-02T00:00:00Z",
    logical_date: null,
    queued_at: "2026-03-02T00:00:01Z",
    start_date: "2026-03-02T00:00:03Z",
    end_date: "2026-03-02T00:00:13Z",
    data_interval_end: null,
    tasks: [],
    ...more,
  };
}

describe("series of runs", () => {
  const series = runSeries([
    run("newest", { end_date: null }),
    run("oldest", { data_interval_end: "2026-03-01T23:59:00Z" }),
  ]);

  it("begin with the oldest", () => {
    expect(series.ids).toEqual(["oldest", "newest"]);
  });

  it("tell queued, running and landing time apart", () => {
    expect(series.queued).toEqual([2, 2]);
    expect(series.ran).toEqual([10, null]);
    expect(series.landing).toEqual([73, null]);
  });
});

describe("the median", () => {
  it("is the middle of what is there", () => {
    expect(median([5, null, 1, 3])).toBe(3);
    expect(median([4, 2])).toBe(3);
    expect(median([null])).toBeNull();
  });
});

describe("series of tasks", () => {
  it("begin with those that take longest, and leave out those that never ended", () => {
    const task = (id: string, ms: number | null) =>
      [id, 1, 1, null, null, null, ms, 0, 0] as unknown as Run["tasks"][number];
    const series = taskSeries({
      dag_id: "d",
      task_ids: ["short", "long", "never"],
      task_total: 3,
      runs: [
        run("b", { tasks: [task("long", 9000), task("short", 100)] }),
        run("a", { tasks: [task("long", 7000), task("never", null)] }),
      ],
    });
    expect(series).toEqual([
      { taskId: "long", seconds: [7, 9], median: 8 },
      { taskId: "short", seconds: [null, 0.1], median: 0.1 },
    ]);
  });
});
