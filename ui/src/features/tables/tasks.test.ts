import { expect, it } from "vitest";

import { historyOf } from "./history";
import { choices, filtered, sorted, type Task } from "./tasks";

function task(task_id: string, more: Partial<Task> = {}): Task {
  const one: Partial<Task> = {
    ...{ task_id, task_display_name: task_id, operator_name: "BashOperator" },
    ...{ trigger_rule: "all_success", retries: 0, is_mapped: false, pool: "default_pool" },
    ...more,
  };
  return one as Task;
}

const TASKS = [
  task("load_10", { retries: 2 }),
  task("load_9", { operator_name: "PythonOperator", is_mapped: true }),
  task("집계", { task_display_name: "매출 집계", trigger_rule: "all_done" }),
];
const ids = (tasks: readonly Task[]) => tasks.map((one) => one.task_id);

it.each([
  [{}, ["load_10", "load_9", "집계"]],
  [{ text: " LOAD" }, ["load_10", "load_9"]],
  [{ text: "매출" }, ["집계"]],
  [{ operators: ["PythonOperator"] }, ["load_9"]],
  [{ triggerRules: ["all_done", "one_failed"] }, ["집계"]],
  [{ hasRetries: true }, ["load_10"]],
  [{ hasRetries: false, isMapped: false }, ["집계"]],
])("filters tasks by %j", (filter, expected) => {
  expect(ids(filtered(TASKS, filter))).toEqual(expected);
});

it("sorts by name as people count, and by any column", () => {
  const loads = ids(sorted(TASKS, "task_id")).filter((id) => id.startsWith("load"));
  expect(loads).toEqual(["load_9", "load_10"]);
  expect(ids(sorted(TASKS, "-retries"))[0]).toBe("load_10");
  expect(ids(sorted(TASKS, "odd"))).toEqual(ids(sorted(TASKS, "task_id")));
});

it("offers each value once", () => {
  expect(choices(TASKS, (one) => one.operator_name)).toEqual(["BashOperator", "PythonOperator"]);
});

it("lets the worst state speak for the instances of a mapped task", () => {
  const history = historyOf([
    {
      dag_run_id: "r2",
      cells: [["load", "running", 1, null, null, 0]],
      mapped: [
        ["sell", "success", 11, 1, null, null],
        ["sell", "failed", 1, 1, null, null],
      ],
    },
    { dag_run_id: "r1", cells: [["load", "success", 1, null, null, 0]], mapped: [] },
  ]);
  expect(history.get("sell")).toEqual([{ runId: "r2", state: "failed" }]);
  expect(history.get("load")?.map((spot) => spot.state)).toEqual(["running", "success"]);
});
