/** The run that the graph shows, with the states of its tasks; by default the latest. */

import { useMemo } from "react";

import { useGet } from "../../api/query";
import { statusesOf, statusesOfBars, type Statuses } from "./statuses";

export interface ShownRun {
  /** Null: the DAG has not run yet, or the run that was asked for is gone. */
  runId: string | null;
  state: string | null;
  version: number | null;
  statuses: Statuses;
  isPending: boolean;
  /** The run in the address does not exist. */
  isGone: boolean;
}

const NOTHING: Statuses = new Map();
/** So many runs may be due at the same moment before the run is looked up by itself. */
const AT_ONCE = 5;
const LIVE = { live: ["run", "task_instances"] } as const;

export function useRun(dagId: string, runId: string | undefined): ShownRun {
  const isPicked = runId !== undefined;
  const path = { dag_id: dagId, dag_run_id: runId ?? "" };
  const picked = useGet(
    "/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}",
    { params: { path } },
    { live: ["run"], enabled: isPicked },
  );
  const until = isPicked ? picked.data?.run_after : undefined;
  const grid = useGet(
    "/api/v2/grid/{dag_id}",
    {
      params: {
        path: { dag_id: dagId },
        query: until === undefined ? { limit: 1 } : { limit: AT_ONCE, run_after_lte: until },
      },
    },
    { ...LIVE, enabled: !isPicked || until !== undefined },
  );
  const run = grid.data?.runs.find((one) => !isPicked || one.dag_run_id === runId);
  const isElsewhere = isPicked && grid.data !== undefined && run === undefined;
  const gantt = useGet(
    "/api/v2/gantt/{dag_id}/{dag_run_id}",
    { params: { path } },
    { ...LIVE, enabled: isElsewhere },
  );
  const bars = isElsewhere ? gantt.data?.instances : undefined;
  const statuses = useMemo(() => {
    if (run) return statusesOf(run);
    return bars ? statusesOfBars(bars) : NOTHING;
  }, [run, bars]);
  const isKnown = run !== undefined || (isPicked && picked.data !== undefined);
  return {
    runId: isKnown ? (run?.dag_run_id ?? runId ?? null) : null,
    state: run?.state ?? (isPicked ? (picked.data?.state ?? null) : null),
    version: run?.version_number ?? picked.data?.dag_versions.at(-1)?.version_number ?? null,
    statuses,
    isPending: isPicked ? picked.isPending : grid.isPending,
    isGone: isPicked && picked.error?.status === 404,
  };
}
