import { expect, it } from "vitest";

import {
  clearBody,
  clearRunBody,
  countStates,
  markParams,
  previewRows,
  type InstanceView,
} from "./dryRun";

const ALONE = { isPast: false, isFuture: false, isUpstream: false, isDownstream: false };

function instance(run: string, task: string, index: number, state: string | null): InstanceView {
  const one: Partial<InstanceView> = {
    dag_id: "sales",
    dag_display_name: "sales",
    dag_run_id: run,
    task_id: task,
    task_display_name: task,
    map_index: index,
    rendered_map_index: null,
    state,
  };
  return one as InstanceView;
}

it("groups what would change by run and task, with the states of mapped instances counted", () => {
  const rows = previewRows([
    instance("r1", "extract", -1, "success"),
    instance("r1", "sell", 0, "success"),
    instance("r1", "sell", 1, "failed"),
    instance("r2", "sell", 4, null),
  ]);
  expect(rows.map(({ kind, name }) => [kind, name])).toEqual([
    ["run", "r1"],
    ["task", "extract"],
    ["task", "sell × 2"],
    ["run", "r2"],
    ["task", "sell [4]"],
  ]);
  const [run, , sell] = rows;
  expect(run).toMatchObject({ count: 3 });
  expect(sell?.kind === "task" && [...sell.counts]).toEqual([
    ["failed", 1],
    ["success", 1],
  ]);
});

it("keeps runs of the same id of two DAGs apart", () => {
  const other = { ...instance("r1", "extract", -1, null), dag_id: "hr", dag_display_name: "HR" };
  const rows = previewRows([instance("r1", "extract", -1, null), other]);
  const runs = rows.filter((row) => row.kind === "run");
  expect(runs.map((row) => row.name)).toEqual(["sales · r1", "HR · r1"]);
  expect(new Set(rows.map((row) => row.key)).size).toBe(4);
});

it("groups ten thousand instances at once", () => {
  const many = Array.from({ length: 10_000 }, (_, index) => instance("r1", "m", index, "success"));
  const began = performance.now();
  expect(previewRows(many)).toHaveLength(2);
  expect(performance.now() - began).toBeLessThan(500);
});

it("counts states worst first, and takes unknown ones for none", () => {
  const counts = countStates(["success", null, "failed", "success", "odd"]);
  expect([...counts]).toEqual([
    ["failed", 1],
    ["success", 2],
    ["none", 2],
  ]);
});

it("clears all instances of a task unless one is named", () => {
  const tasks = [
    ["extract", null],
    ["sell", 3],
  ] as const;
  const wish = { ...ALONE, isDownstream: true, isOnlyFailed: true, isLatestCode: false };
  expect(clearBody({ dagId: "sales", runId: "r1", tasks }, wish, true)).toMatchObject({
    dry_run: true,
    dag_run_id: "r1",
    task_ids: ["extract", ["sell", 3]],
    include_downstream: true,
    include_past: false,
    only_failed: true,
  });
});

it.each([
  ["all", false, { only_failed: false, only_new: false, run_on_latest_version: false }],
  ["failed", true, { only_failed: true, only_new: false, run_on_latest_version: true }],
  ["new", false, { only_failed: false, only_new: true, run_on_latest_version: true }],
] as const)("clears %s of a run, latest code %s", (mode, isLatestCode, expected) => {
  expect(clearRunBody({ mode, isLatestCode }, false)).toEqual({ dry_run: false, ...expected });
});

it("names one instance by its index, and all by none", () => {
  const one = { dagId: "sales", runId: "r1", taskId: "sell", mapIndex: 2 };
  expect(markParams(one, false).query).toEqual({ map_index: 2 });
  expect(markParams(one, true).query).toEqual({});
});
