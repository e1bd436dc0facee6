/** XComs of one instance: their address, and values as they are typed. */

import type { InstanceKey } from "./instance";

export const XCOMS =
  "/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/xcomEntries" as const;
export const XCOM = `${XCOMS}/{xcom_key}` as const;

export function xcomPath({ dagId, runId, taskId }: InstanceKey, key: string) {
  return { dag_id: dagId, dag_run_id: runId, task_id: taskId, xcom_key: key };
}

export type Typed = { value: unknown; problem: null } | { value: null; problem: string };

/** What a JSON text means; why it is none. */
export function typed(text: string): Typed {
  try {
    return { value: JSON.parse(text) as unknown, problem: null };
  } catch (error) {
    return { value: null, problem: error instanceof Error ? error.message : String(error) };
  }
}
