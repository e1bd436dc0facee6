/** What DAGs have been doing lately, asked for as they come into sight: many at a time. */

import { queryOptions, useQuery, type UseQueryResult } from "@tanstack/react-query";

import { api, type ApiProblem } from "../../api/client";
import type { Answer } from "../../api/query";
import { batched } from "../../lib/batch";
import { duration, secondsBetween } from "../../lib/time";

export type Activity = Answer<"/api/v2/ui/dagActivity">["dags"][number];
type RawRun = Activity["runs"][number];

/** As many as one answer of the server holds. */
const DAGS_MAX = 100;
const GATHER_MS = 50;

const ask = batched<Activity>({
  load: async (dagIds) => {
    const query = { dag_ids: [...dagIds] };
    const { data } = await api.GET("/api/v2/ui/dagActivity", { params: { query } });
    const dags = (data as Answer<"/api/v2/ui/dagActivity">).dags;
    return new Map(dags.map((activity) => [activity.dag_id, activity]));
  },
  keysMax: DAGS_MAX,
  waitMs: GATHER_MS,
});

/** The key is shaped so that a change of one DAG makes only its own answer stale. */
function activityOf(dagId: string) {
  return queryOptions<Activity | null, ApiProblem>({
    queryKey: ["/api/v2/ui/dagActivity", { params: { path: { dag_id: dagId } } }],
    queryFn: ({ signal }) => ask(dagId, signal),
    meta: { live: ["run", "task_instances"] },
  });
}

/** `data` is null for a DAG without runs, or whose runs one may not see. */
export function useActivity(dagId: string): UseQueryResult<Activity | null, ApiProblem> {
  return useQuery(activityOf(dagId));
}

export interface RunBar {
  id: string;
  state: RawRun[1];
  type: RawRun[2];
  runAfter: number;
  startedAt: number | null;
  endedAt: number | null;
  /** 0..1 of the longest; what has not begun is 0. */
  height: number;
  /** How long it took, or has taken up to now. */
  took: string;
}

/** The runs as bars, the oldest first. */
export function runBars(runs: readonly RawRun[], now: number): RunBar[] {
  const seconds = runs.map((run) => Math.max(0, secondsBetween(run[4], run[5] ?? now) ?? 0));
  const longest = Math.max(...seconds, 0);
  const bars = runs.map((run, index) => {
    const own = seconds[index] ?? 0;
    return {
      id: run[0],
      state: run[1],
      type: run[2],
      runAfter: run[3],
      startedAt: run[4],
      endedAt: run[5],
      height: longest > 0 ? own / longest : 0,
      took: run[4] === null ? "" : duration(own),
    };
  });
  return bars.toReversed();
}
