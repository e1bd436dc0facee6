/** The answers behind the grid, put together. */

import { useMemo } from "react";

import { useGet } from "../../api/query";
import type { DagSearch } from "../../lib/dagSearch";
import { tasksOf, type CellFacts, type GridRun } from "./model";

export const RUNS_SHOWN = 25;
const RUNS_MAX = 365;

/** How many runs an address asks for, within what is offered. */
export function runsShown({ num_runs: asked = RUNS_SHOWN }: DagSearch): number {
  return Math.min(RUNS_MAX, Math.max(1, Math.round(asked)));
}

export interface Column {
  run: GridRun;
  tasks: ReadonlyMap<string, CellFacts>;
}

const former = new WeakMap<GridRun, Column>();

/** A run's answer is kept as long as it is the same object: only what changed is worked out anew. */
function columnOf(run: GridRun): Column {
  let found = former.get(run);
  if (!found) {
    found = { run, tasks: tasksOf(run) };
    former.set(run, found);
  }
  return found;
}

export function useGrid(dagId: string, search: DagSearch) {
  const structure = useGet(
    "/api/v2/structure/{dag_id}",
    { params: { path: { dag_id: dagId } } },
    { live: ["dag"] },
  );
  const grid = useGet(
    "/api/v2/grid/{dag_id}",
    {
      params: {
        path: { dag_id: dagId },
        query: {
          limit: runsShown(search),
          ...(search.base_date ? { run_after_lte: search.base_date } : {}),
          ...(search.run_type ? { run_type: [search.run_type as GridRun["run_type"]] } : {}),
          ...(search.run_state ? { state: [search.run_state as GridRun["state"]] } : {}),
        },
      },
    },
    { live: ["run", "task_instances", "dag"], keep: true },
  );
  const runs = grid.data?.runs;
  const columns = useMemo(() => (runs ?? []).map(columnOf).toReversed(), [runs]);
  return { structure, grid, columns };
}
