/** Which runs and task instances an action is about. */

import type { QueryClient } from "@tanstack/react-query";

import { touches } from "../../live/changes";

export interface RunRef {
  dagId: string;
  runId: string;
}

export interface InstanceRef extends RunRef {
  taskId: string;
  /** -1: not mapped. */
  mapIndex: number;
}

/** One text for each run, good as a key: `["sales","r1"]`. */
export function runKey({ dagId, runId }: RunRef): string {
  return JSON.stringify([dagId, runId]);
}

export function instanceKey({ dagId, runId, taskId, mapIndex }: InstanceRef): string {
  return JSON.stringify([dagId, runId, taskId, mapIndex]);
}

/** `load`, or `load [3]` of a mapped task. */
export function instanceName(taskId: string, mapIndex: number): string {
  return mapIndex < 0 ? taskId : `${taskId} [${mapIndex}]`;
}

/** Fetches again what shows these runs, without waiting for the stream of changes. */
export async function refreshRuns(client: QueryClient, runs: readonly RunRef[]): Promise<void> {
  const dags = new Set(runs.map((run) => run.dagId));
  const changes = [...dags].flatMap((dag_id) =>
    (["run", "task_instances"] as const).map((kind) => ({ kind, dag_id })),
  );
  await client.invalidateQueries({
    predicate: (query) => changes.some((change) => touches(change, query)),
  });
}
