import type { Answer } from "../../api/query";

export type Run = Answer<"/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}">;
