/** What an action would change, asked before it is done, and grouped for reading. */

import { useQuery } from "@tanstack/react-query";

import { api, type ApiProblem } from "../../api/client";
import type { components } from "../../api/schema";
import { TASK_STATES, toState, type State } from "../../lib/states";
import type { InstanceRef, RunRef } from "./refs";

export type InstanceView = components["schemas"]["InstanceView"];
export type InstancePage = components["schemas"]["InstancePage"];
type ClearBody = components["schemas"]["ClearBody"];
type ClearRunBody = components["schemas"]["ClearRunBody"];
export type InstancePatch = components["schemas"]["InstancePatchBody"];

/** Around the instances that are named. */
export interface Reach {
  isPast: boolean;
  isFuture: boolean;
  isUpstream: boolean;
  isDownstream: boolean;
}

export interface ClearWish extends Reach {
  isOnlyFailed: boolean;
  isLatestCode: boolean;
}

export type RunClearMode = "all" | "failed" | "new";

export interface RunClearWish {
  mode: RunClearMode;
  isLatestCode: boolean;
}

/** `mapIndex` null: all instances of the task. */
export type TaskChoice = RunRef & { tasks: readonly (readonly [string, number | null])[] };

export function clearBody(choice: TaskChoice, wish: ClearWish, isDryRun: boolean): ClearBody {
  return {
    dry_run: isDryRun,
    dag_run_id: choice.runId,
    task_ids: choice.tasks.map(([task, index]) => (index === null ? task : [task, index])),
    only_failed: wish.isOnlyFailed,
    only_running: false,
    include_past: wish.isPast,
    include_future: wish.isFuture,
    include_upstream: wish.isUpstream,
    include_downstream: wish.isDownstream,
    run_on_latest_version: wish.isLatestCode,
    reset_dag_runs: true,
    prevent_running_task: false,
    start_date: null,
    end_date: null,
  };
}

export function clearRunBody(wish: RunClearWish, isDryRun: boolean): ClearRunBody {
  return {
    dry_run: isDryRun,
    only_failed: wish.mode === "failed",
    only_new: wish.mode === "new",
    run_on_latest_version: wish.isLatestCode || wish.mode === "new",
  };
}

export function markBody(state: InstancePatch["new_state"], reach: Reach): InstancePatch {
  return {
    new_state: state ?? null,
    include_upstream: reach.isUpstream,
    include_downstream: reach.isDownstream,
    include_past: reach.isPast,
    include_future: reach.isFuture,
  };
}

/** The address of a task instance, and which of its instances is meant. */
export function markParams({ dagId, runId, taskId, mapIndex }: InstanceRef, isAll: boolean) {
  return {
    path: { dag_id: dagId, dag_run_id: runId, task_id: taskId },
    query: isAll ? {} : { map_index: mapIndex },
  };
}

export async function postClear(choice: TaskChoice, wish: ClearWish, isDryRun: boolean) {
  const { data } = await api.POST("/api/v2/dags/{dag_id}/clearTaskInstances", {
    params: { path: { dag_id: choice.dagId } },
    body: clearBody(choice, wish, isDryRun),
  });
  return (data as InstancePage).task_instances;
}

export async function postClearRun(
  { dagId, runId }: RunRef,
  wish: RunClearWish,
  isDryRun: boolean,
) {
  const { data } = await api.POST("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/clear", {
    params: { path: { dag_id: dagId, dag_run_id: runId } },
    body: clearRunBody(wish, isDryRun),
  });
  return isDryRun ? (data as InstancePage).task_instances : [];
}

/** Asks again whenever `key` changes; what it says is as old as the dialog. */
export function usePreview(key: readonly unknown[], ask: () => Promise<InstanceView[]>) {
  return useQuery<InstanceView[], ApiProblem>({
    queryKey: ["preview", ...key],
    queryFn: ask,
    staleTime: 0,
    gcTime: 0,
  });
}

export type Counts = ReadonlyMap<State, number>;

/** How many are in which state, in the order in which states matter. */
export function countStates(words: Iterable<string | null | undefined>): Counts {
  const found = new Map<State, number>();
  for (const word of words) {
    const state = toState(word);
    found.set(state, (found.get(state) ?? 0) + 1);
  }
  return new Map(
    TASK_STATES.flatMap((state) => {
      const count = found.get(state);
      return count === undefined ? [] : [[state, count] as const];
    }),
  );
}

export type PreviewRow =
  | { kind: "run"; key: string; name: string; count: number }
  | { kind: "task"; key: string; name: string; counts: Counts };

/** Run by run, task by task: mapped instances of one task are one row. */
export function previewRows(instances: readonly InstanceView[]): PreviewRow[] {
  const runs = new Map<string, Map<string, InstanceView[]>>();
  for (const one of instances) {
    const run = JSON.stringify([one.dag_id, one.dag_run_id]);
    const tasks = runs.get(run) ?? new Map<string, InstanceView[]>();
    runs.set(run, tasks);
    const group = tasks.get(one.task_id);
    if (group) group.push(one);
    else tasks.set(one.task_id, [one]);
  }
  const isOfMany = instances.some((one) => one.dag_id !== instances[0]?.dag_id);
  return [...runs].flatMap(([run, tasks]) => rowsOfRun(run, tasks, isOfMany));
}

/** `isOfMany`: there are runs of other DAGs, too. */
function rowsOfRun(
  run: string,
  tasks: ReadonlyMap<string, InstanceView[]>,
  isOfMany: boolean,
): PreviewRow[] {
  const groups = [...tasks.values()];
  const rows = groups.flatMap((group): PreviewRow[] => {
    const [first] = group;
    if (!first) return [];
    return [
      {
        kind: "task",
        key: `${run}/${first.task_id}`,
        name: taskName(first, group.length),
        counts: countStates(group.map((one) => one.state)),
      },
    ];
  });
  const { dag_run_id = "", dag_display_name = "" } = groups[0]?.[0] ?? {};
  const name = isOfMany ? `${dag_display_name} · ${dag_run_id}` : dag_run_id;
  const count = groups.reduce((sum, group) => sum + group.length, 0);
  return [{ kind: "run", key: run, name, count }, ...rows];
}

function taskName(first: InstanceView, count: number): string {
  if (count > 1) return `${first.task_display_name} × ${count}`;
  if (first.map_index < 0) return first.task_display_name;
  return `${first.task_display_name} [${first.rendered_map_index ?? first.map_index}]`;
}
