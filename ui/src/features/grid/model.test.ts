import { describe, expect, it } from "vitest";

import {
  cellOf,
  heights,
  legendCounts,
  rowsOf,
  tasksOf,
  versionBreaks,
  type GridRun,
  type Structure,
} from "./model";

function node(id: string, groupId: string | null = null): Structure["nodes"][number] {
  return {
    task_id: id,
    label: id.split(".").at(-1) ?? id,
    group_id: groupId,
    operator: "PythonOperator",
    is_mapped: false,
    is_setup: false,
    is_teardown: false,
    is_sensor: false,
    trigger_rule: "all_success",
    ui_color: "#fff",
    ui_fgcolor: "#000",
    tooltip: null,
    has_outlets: false,
  };
}

function group(id: string, parent: string | null = null): Structure["groups"][number] {
  return {
    group_id: id,
    label: id,
    parent_id: parent,
    tooltip: "",
    is_mapped: false,
    ui_color: "",
    ui_fgcolor: "",
  };
}

const STRUCTURE: Structure = {
  dag_id: "d",
  version_number: 1,
  nodes: [node("a"), node("g.b", "g"), node("c"), node("g.h.d", "h"), node("g.e", "g")],
  groups: [group("g"), group("h", "g")],
  edges: [],
};

function run(more: Partial<GridRun> = {}): GridRun {
  return {
    dag_run_id: "r",
    state: "success",
    run_type: "manual",
    logical_date: null,
    run_after: "2026-03-02T00:00:00Z",
    queued_at: "2026-03-02T00:00:00Z",
    start_date: "2026-03-02T00:00:00Z",
    end_date: "2026-03-02T00:00:10Z",
    version_number: 1,
    has_note: false,
    cells: [],
    mapped: [],
    ...more,
  };
}

describe("rows", () => {
  it("keep a group's tasks together, where the first of them stands", () => {
    const rows = rowsOf(STRUCTURE, new Set());
    expect(rows.map((row) => [row.id, row.depth])).toEqual([
      ["a", 0],
      ["g", 0],
      ["g.b", 1],
      ["h", 1],
      ["g.h.d", 2],
      ["g.e", 1],
      ["c", 0],
    ]);
  });

  it("leave out what is in a folded group, which still stands for it", () => {
    const rows = rowsOf(STRUCTURE, new Set(["g"]));
    expect(rows.map((row) => row.id)).toEqual(["a", "g", "c"]);
    expect(rows[1]?.taskIds).toEqual(["g.b", "g.h.d", "g.e"]);
  });
});

describe("cells", () => {
  const tasks = tasksOf(
    run({
      cells: [
        ["g.b", "success", 1, 1_000, 2_000, 0],
        ["g.e", "running", 2, 3_000, null, 1],
      ],
      mapped: [
        ["g.h.d", "success", 7, 1, 500, 900],
        ["g.h.d", "failed", 2, 3, 600, 4_000],
      ],
    }),
  );

  it("of a mapped task have the worst state and count the others", () => {
    const cell = tasks.get("g.h.d");
    expect(cell?.state).toBe("failed");
    expect(cell?.total).toBe(9);
    expect([...(cell?.counts ?? [])]).toEqual([
      ["success", 7],
      ["failed", 2],
    ]);
    expect([cell?.start, cell?.end, cell?.tryNumber]).toEqual([500, 4_000, 3]);
  });

  it("of a group take all of its tasks together, and end when all have", () => {
    const row = rowsOf(STRUCTURE, new Set(["g"]))[1];
    const cell = row && cellOf(row, tasks);
    expect(cell?.state).toBe("failed");
    expect(cell?.total).toBe(11);
    expect(cell?.end).toBeNull();
    expect(cell?.hasNote).toBe(true);
  });

  it("are missing where a run knows nothing of the task", () => {
    const [row] = rowsOf(STRUCTURE, new Set());
    expect(row && cellOf(row, tasks)).toBeNull();
  });

  it("are counted by state for the legend", () => {
    expect(Object.fromEntries(legendCounts([tasks, tasks]))).toEqual({
      success: 16,
      failed: 4,
      running: 2,
    });
  });
});

describe("bars", () => {
  it("are as high as their runs are long, and never too low to be seen", () => {
    const now = Date.parse("2026-03-02T00:00:20Z");
    const [ended, running, queued] = heights(
      [run(), run({ end_date: null }), run({ start_date: null, end_date: null })],
      now,
    );
    expect([ended, running, queued]).toEqual([0.5, 1, 0.06]);
  });

  it("show where the version changed", () => {
    const runs = [1, 1, 2, null].map((version_number) => run({ version_number }));
    expect([...versionBreaks(runs)]).toEqual([2, 3]);
  });
});
