/** What the address of a list says, as parameters of the API. */

import { compact } from "../../lib/dagSearch";
import { RUN_STATES, TASK_STATES } from "../../lib/states";
import { moment } from "./moments";

export interface ListSearch {
  dag_id?: string;
  run_id?: string;
  task_id?: string;
  state?: readonly string[];
  run_type?: readonly string[];
  pool?: string;
  queue?: string;
  operator?: string;
  user?: string;
  from?: string;
  until?: string;
  sort?: string;
}

/** Rows of one part. */
const PART = 100;

export const RUN_TYPES = [
  "scheduled",
  "manual",
  "backfill",
  "operator_triggered",
  "asset_triggered",
] as const;
/** What the API does not know is left out: an old link still shows something. */
function known(words: readonly string[] | undefined, names: readonly string[]) {
  const found = words?.filter((word) => names.includes(word));
  return found && found.length > 0 ? found : undefined;
}

/** Names of columns, each with `-` in front for descending. */
function order(sort: string | undefined, columns: readonly string[], first: string | undefined) {
  const isKnown = sort !== undefined && columns.includes(sort.replace(/^-/, ""));
  const found = isKnown ? sort : first;
  return found === undefined ? undefined : [found];
}

const RUN_COLUMNS = [
  "run_id",
  "dag_id",
  "state",
  "logical_date",
  "run_after",
  "start_date",
  "end_date",
  "duration",
] as const;

/** The column that lists of runs are ordered by unless told otherwise: the latest first. */
export const RUN_SORT = "-logical_date";

/** `dagId` null: of all DAGs, of which the address may say a part of the name. */
export function runsQuery(search: ListSearch, dagId: string | null) {
  return compact({
    limit: PART,
    order_by: order(search.sort, RUN_COLUMNS, RUN_SORT),
    state: known(search.state, RUN_STATES),
    run_type: known(search.run_type, RUN_TYPES),
    dag_id_pattern: dagId === null ? search.dag_id : undefined,
    run_id_pattern: search.run_id,
    triggering_user_name_pattern: search.user,
    run_after_gte: moment(search.from),
    run_after_lt: moment(search.until),
  });
}

const INSTANCE_COLUMNS = [
  "task_id",
  "map_index",
  "state",
  "try_number",
  "start_date",
  "end_date",
  "duration",
  "logical_date",
  "queued_when",
] as const;

/** `runId` null: of all runs. Without an order: of a run by task, of all runs the latest first. */
export function instancesQuery(search: ListSearch, runId: string | null) {
  return compact({
    limit: PART,
    order_by: order(search.sort, INSTANCE_COLUMNS, undefined),
    state: known(search.state, TASK_STATES),
    dag_id_pattern: runId === null ? search.dag_id : undefined,
    run_id_pattern: runId === null ? search.run_id : undefined,
    task_display_name_pattern: search.task_id,
    pool: search.pool ? [search.pool] : undefined,
    queue: search.queue ? [search.queue] : undefined,
    operator: search.operator ? [search.operator] : undefined,
    run_after_gte: moment(search.from),
    run_after_lt: moment(search.until),
  });
}

const FILTERS = [
  "dag_id",
  "run_id",
  "task_id",
  "state",
  "run_type",
  "pool",
  "queue",
  "operator",
  "user",
  "from",
  "until",
] as const;

/** How many filters are set. */
export function filterCount(search: ListSearch): number {
  return FILTERS.filter((name) => search[name] !== undefined).length;
}

/** The search without its filters; the order stays. */
export function withoutFilters(search: ListSearch): ListSearch {
  return compact({ sort: search.sort });
}
