/** The page's route: as what is read from it is asked for, and as links within it are written. */
export const ROUTE = "/inside/dags/$dagId/runs/$runId/tasks/$taskId";
export const HERE = "/dags/$dagId/runs/$runId/tasks/$taskId";
